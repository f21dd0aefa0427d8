"""What could make the import package `boundaries` not be ours?"""

from importlib.metadata import packages_distributions
from typing import Any

from django.core.checks import CheckMessage, Error, register

_OURS = "django-strangler"


@register()
def check_distribution(**_kwargs: Any) -> list[CheckMessage]:
    """Notice another distribution that installs a package called `boundaries`, such as represent-boundaries."""
    others = sorted({name for name in packages_distributions().get("boundaries", []) if name != _OURS})
    if not others:
        return []
    return [
        Error(
            f"{', '.join(others)} also installs a package called 'boundaries'; one overwrites the other's files.",
            hint=f"Keep {_OURS} and {others[0]} in separate environments.",
            id="boundaries.BD104",
        )
    ]
