CODE = "BD202"

KEEPS = {
    "inside the door": {
        "shop/payments/public/__init__.py": "",
        "shop/payments/public/values.py": "Amount = int\n",
        "shop/bookings/views.py": "from shop.payments.public.values import Amount\n",
    },
    "inside the context": {
        "shop/payments/local.py": "from shop.payments.models import Payment\n",
    },
    "to the module of the facade": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]
facade = "shop.payments.api:Payments"
""",
        "shop/payments/api.py": "class Payments: ...\n",
        "shop/bookings/views.py": "from shop.payments.api import Payments\n",
    },
    "for type checkers": {
        "shop/bookings/views.py": """\
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from shop.payments.models import Payment
""",
    },
    "in tests": {
        "shop/bookings/tests/test_a.py": "from shop.payments.models import Payment\n",
    },
    "in words": {
        "shop/bookings/views.py": '''\
"""
from shop.payments.models import Payment
"""
# from shop.payments.models import Payment
''',
    },
}
