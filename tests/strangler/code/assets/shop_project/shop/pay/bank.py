from django.conf import settings as project_settings


def send(pool, name, basket):
    if name in project_settings.PAY_COUNTRIES:
        pool.request(
            "POST", project_settings.PAY_BANK_URL, headers={"Token": project_settings.PAY_BANK_TOKEN}
        )
