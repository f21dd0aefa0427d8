"""Must two services be released together?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_PROJECT = '[project]\nname = "{name}-service"\nversion = "4"\ndependencies = [{dependencies}]\n'
_SERVICE = """
[contexts.{name}]
packages = ["shop.{name}"]

[contexts.{name}.service]
path = "services/{name}"
"""
_EXAMPLE = Example(
    before={
        "boundaries.toml": _SERVICE.format(name="bookings") + _SERVICE.format(name="payments"),
        **{
            f"services/{name}/boundaries.toml": f'compiled = true\n[contexts.{name}]\npackages = ["shop.{name}"]\n'
            for name in ("bookings", "payments")
        },
        "services/payments/pyproject.toml": _PROJECT.format(name="payments", dependencies=""),
        "services/bookings/pyproject.toml": _PROJECT.format(
            name="bookings", dependencies='"payments-service==4"'
        ),
    },
    after={"services/bookings/pyproject.toml": _PROJECT.format(name="bookings", dependencies="")},
)

RULE = Rule(
    code="BD243",
    title="service pinned to another one's version",
    kinds=("service",),
    why=(
        "A dependency on exactly one version of another service means that both are released together, or not at all."
        " A contract lets either go first."
    ),
    fix=(
        "Depend on the contract instead: a copy of the other's door, and `boundaries contract --check` in both pipelines."
        " A package that both need is versioned by itself, and pinned by a range."
    ),
    remedy="Depend on the contract of {target_context}, not on a version of its code.",
    example=_EXAMPLE,
)
