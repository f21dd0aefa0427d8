"""What do all tests of the service share? A real PostgreSQL, and the right to write.

The database comes from DATABASE_URL, whose role may create databases; else an embedded
server is started, if `django-strangler[servers]` is installed.
"""

import pytest

CONTEXT = "payments"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request):
    from django.db import connections

    from service.environment import database
    from service.tests.settings import HAS_OWN_DATABASE

    if not HAS_OWN_DATABASE:
        url = request.getfixturevalue("servers").environ["BOUNDARIES_OWNER_URL"]
        connections["default"].settings_dict |= database(url)


@pytest.fixture(scope="session", autouse=True)
def open_for_writing():
    """A new database of a service is closed until the move opens it; tests may write."""
    from django.apps import apps
    from django.db.models.signals import post_migrate

    def open_context(using, **kwargs):
        from boundaries.facades.models import Ownership

        Ownership.objects.using(using).update_or_create(
            context=CONTEXT, defaults={"open": True}
        )

    facades = apps.get_app_config("boundaries_facades")
    post_migrate.connect(open_context, sender=facades, weak=False)
