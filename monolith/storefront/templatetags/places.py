"""How are places called on the pages?"""

from django import template

from monolith.shared.places import PLACES

register = template.Library()


@register.filter
def city(code: str) -> str:
    """The city of an airport's code."""
    return PLACES.get(code, code)
