from tests.enforcement.one_service import MAP, SERVICE

CODE = "BD244"

KEEPS = {
    "where only one of them keeps anything in Redis": {
        **SERVICE,
        "boundaries.toml": f'settings = "shop.settings"\n{MAP}',
        "shop/settings.py": 'CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}\n',
        "services/payments/boundaries.toml": """\
compiled = true
settings = "service.settings"

[contexts.payments]
packages = ["shop.payments"]
""",
        "services/payments/service/settings.py": """\
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache"}}
""",
    },
    "where one name is computed": {
        **SERVICE,
        "boundaries.toml": f'settings = "shop.settings"\n{MAP}',
        "shop/settings.py": 'CELERY_BROKER_URL = "redis://broker"\nCELERY_TASK_DEFAULT_QUEUE = "shop"\n',
        "services/payments/boundaries.toml": """\
compiled = true
settings = "service.settings"

[contexts.payments]
packages = ["shop.payments"]
""",
        "services/payments/service/settings.py": """\
import os
CELERY_TASK_DEFAULT_QUEUE = os.environ["QUEUE"]
""",
    },
}
