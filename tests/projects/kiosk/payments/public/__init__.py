"""The door."""

from payments.public.values import Money

__all__ = ["Money"]
