"""What does the Django admin show? The control room, and the records of each room that is installed."""

from django.apps import apps

from boundaries.watch.admin import control_room, facades  # noqa: F401  (they register themselves)

if apps.is_installed("boundaries.messaging"):
    from boundaries.watch.admin import messaging  # noqa: F401

if apps.is_installed("boundaries.strangler"):
    from boundaries.watch.admin import extraction  # noqa: F401
