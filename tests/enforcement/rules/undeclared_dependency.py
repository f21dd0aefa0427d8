CODE = "BD201"

KEEPS = {
    "without a word about calls": {
        "shop/bookings/views.py": "from shop.payments.public import Payments\n",
    },
    "of events": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = []
listens_to = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
""",
        "shop/bookings/views.py": "from shop.payments.public import Payments\n",
    },
    "on a kernel": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = []

[contexts.payments]
packages = ["shop.payments"]
shared = true
""",
        "shop/bookings/views.py": "from shop.payments.models import Payment\n",
    },
}
