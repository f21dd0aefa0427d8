"""The payments service: settings and entry points; its code keeps its own packages."""

# Tasks that are sent or received anywhere in this process use this app.
from service.celery import app as celery_app

__all__ = ["celery_app"]
