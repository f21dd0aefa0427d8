MAP = """\
[contexts.bookings]
packages = ["shop.bookings"]
facade = "shop.bookings.public:Bookings"

[contexts.payments]
packages = ["shop.payments"]

[contexts.payments.service]
path = "services/payments"
"""
SERVICE = {
    "boundaries.toml": MAP,
    "services/payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n',
}

CODE = "BD246"

KEEPS = {
    "inside a function, or through its own door": {
        **SERVICE,
        "boundaries.toml": f"{MAP}".replace(
            'payments"]\n', 'payments"]\nfacade = "shop.payments.public:Payments"\n'
        ),
        "services/payments/shop/payments/rates.py": """\
from shop.bookings.public import Bookings
from shop.payments.public import Payments
OWN = Payments.currencies()
def currencies():
    return Bookings.currencies()
class Rates:
    def load(self):
        return Bookings.currencies()
""",
    },
}
