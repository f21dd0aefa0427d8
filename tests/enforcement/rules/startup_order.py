from tests.enforcement.one_service import MAP, SERVICE

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
