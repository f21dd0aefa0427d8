"""Does one call make services wait for services that wait for services?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_SERVICE = """
[contexts.{name}]
packages = ["shop.{name}"]
calls = [{calls}]
listens_to = ["rates"]

[contexts.{name}.service]
path = "services/{name}"
"""
_BOOKINGS = '[contexts.bookings]\npackages = ["shop.bookings"]\ncalls = ["payments"]\n'


def _map(*, limits_call: str) -> str:
    services = {"payments": '"limits"', "limits": limits_call, "rates": ""}
    return _BOOKINGS + "".join(_SERVICE.format(name=name, calls=calls) for name, calls in services.items())


_EXAMPLE = Example(
    before={
        "boundaries.toml": _map(limits_call='"rates"'),
        "shop/limits/__init__.py": "",
        "shop/rates/__init__.py": "",
        **{
            f"services/{name}/boundaries.toml": f'compiled = true\n[contexts.{name}]\npackages = ["shop.{name}"]\n'
            for name in ("payments", "limits", "rates")
        },
    },
    after={"boundaries.toml": _map(limits_call="")},
)

RULE = Rule(
    code="BD242",
    title="chain of more than two remote calls",
    kinds=("service",),
    why=(
        "Each remote call in a chain adds its latency and takes away from what is left of the deadline, and the whole"
        " is up only while every part is. Counted are calls that leave a deployable, along what the maps declare."
    ),
    fix=(
        "Let the last one publish what the middle one keeps asking for, and keep it there as a projection; or let the"
        " first one ask both."
    ),
    remedy="Keep a projection of what {target_context} tells, nearer to where it is asked for.",
    severity="warning",
    example=_EXAMPLE,
)
