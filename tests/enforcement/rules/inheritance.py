CODE = "BD208"

KEEPS = {
    "from a kernel": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]
shared = true
""",
        "shop/bookings/models.py": """\
import shop.payments.models as money
class Deposit(money.Payment): ...
""",
    },
    "inside a context": {
        "shop/payments/deposits.py": """\
import shop.payments.models as money
class Deposit(money.Payment): ...
""",
    },
    "of a class that is no model": {
        "shop/payments/public.py": "class Payments: ...\n",
        "shop/bookings/views.py": """\
from shop.payments.public import Payments
class Mine(Payments): ...
""",
    },
}
