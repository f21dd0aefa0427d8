"""Do two deployables use one name in the same Redis or broker?"""

from __future__ import annotations

from boundaries.enforcement.rules.rule import Example, Rule

_CACHE = """\
CACHES = {{
    "default": {{
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://cache:6379",
        "KEY_PREFIX": "{prefix}",
    }}
}}
"""
_EXAMPLE = Example(
    before={
        "boundaries.toml": """\
settings = "shop.settings"

[contexts.payments]
packages = ["shop.payments"]

[contexts.payments.service]
path = "services/payments"
""",
        "shop/settings.py": _CACHE.format(prefix="shop"),
        "services/payments/boundaries.toml": """\
compiled = true
settings = "service.settings"

[contexts.payments]
packages = ["shop.payments"]
""",
        "services/payments/service/settings.py": _CACHE.format(prefix="shop"),
    },
    after={"services/payments/service/settings.py": _CACHE.format(prefix="payments")},
)

RULE = Rule(
    code="BD244",
    title="name shared in Redis or the broker",
    kinds=("service",),
    why=(
        "With one cache prefix, two deployables read and clear each other's entries; with one default queue, either"
        " takes tasks that only the other one knows. Read are `KEY_PREFIX` and `CELERY_TASK_DEFAULT_QUEUE` in the"
        " settings, and what they are where nobody sets them."
    ),
    fix="Give each deployable a prefix and a queue of its own.",
    remedy="Give {source_context} a name of its own.",
    example=_EXAMPLE,
)
