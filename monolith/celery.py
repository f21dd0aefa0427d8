"""How does a Celery worker enter the shop?

`celery --app monolith.celery worker --queues boundaries.monolith --pool solo`; the broker comes from the settings.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monolith.settings")

app = Celery("monolith")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
