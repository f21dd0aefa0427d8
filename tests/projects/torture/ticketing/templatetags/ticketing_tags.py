"""Tags of the box office."""

from django import template

register = template.Library()


@register.simple_tag
def seats_left(performance):
    """How many seats there are."""
    return 0
