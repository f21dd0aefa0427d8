CODE = "BD206"

KEEPS = {
    "with values": {
        "shop/payments/public.py": """\
from uuid import UUID
def find(*, id: UUID) -> dict[UUID, int]: ...
""",
    },
    "inside a function or behind an underscore": {
        "shop/payments/public.py": """\
from django.db.models import QuerySet
def find() -> int:
    from .models import Payment
def _all() -> QuerySet: ...
""",
    },
    "behind the door": {
        "shop/payments/local.py": """\
from .models import Payment
def all() -> Payment: ...
""",
    },
}
