"""What may somebody do in a service's admin? What they may do with the same models in the monolith's."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import transaction

from boundaries.contexts.map import current_map
from boundaries.facades.staff.ticket import Ticket


def labels_of(context: str) -> frozenset[str]:
    """The labels of the apps that belong to a context, here."""
    owner_of = current_map().context_of_module
    return frozenset(config.label for config in apps.get_app_configs() if owner_of(config.name) == context)


def issue(user: Any, *, context: str) -> Ticket | None:
    """A ticket for somebody who is signed in here; None for those who may do nothing with the context's models."""
    labels = labels_of(context)
    allowed = sorted(held for held in user.get_all_permissions() if held.partition(".")[0] in labels)
    if not (user.is_active and user.is_staff and allowed):
        return None
    name = user.get_full_name() if hasattr(user, "get_full_name") else ""
    return Ticket(user.get_username(), name, tuple(allowed))


def admit(ticket: Ticket, *, context: str) -> Any:
    """The service's own account of that person, with exactly the ticket's permissions on this context's models.

    It has no password, is never a superuser, and is there so that the admin's log can name who did what.
    """
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Permission

    labels = labels_of(context)
    wanted = set(ticket.permissions)
    first, _, last = ticket.name.partition(" ")
    with transaction.atomic():
        known = Permission.objects.filter(content_type__app_label__in=labels).select_related("content_type")
        granted = [held for held in known if f"{held.content_type.app_label}.{held.codename}" in wanted]
        model: Any = get_user_model()
        user, is_new = model.objects.update_or_create(
            **{model.USERNAME_FIELD: ticket.username},
            defaults={
                "first_name": first[:150],
                "last_name": last[:150],
                "is_staff": True,
                "is_active": True,
                "is_superuser": False,
            },
        )
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        user.user_permissions.set(granted)
        user.groups.clear()
    return user
