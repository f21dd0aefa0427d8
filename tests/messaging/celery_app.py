"""A project's Celery app, as the tests' worker processes load it."""

import os

from celery import Celery

app = Celery("tests", broker=os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0"), set_as_current=True)
app.conf.update(
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    task_ignore_result=True,
)


@app.on_after_configure.connect
def load(sender, **_kwargs):
    if os.environ.get("DJANGO_SETTINGS_MODULE"):
        import django
        from django.apps import apps

        if not apps.ready:
            django.setup()
        import boundaries.messaging.tasks  # noqa: F401
        import tests.messaging.declared  # noqa: F401
