CODE = "BD205"

KEEPS = {
    "where one direction only listens": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
calls = []
listens_to = ["bookings"]
""",
        "shop/bookings/views.py": "from shop.payments.public import Payments\n",
        "shop/payments/local.py": "from shop.bookings.public import Bookings\n",
    },
    "where one direction breaks another rule": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
calls = []
""",
        "shop/bookings/views.py": "from shop.payments.public import Payments\n",
        "shop/payments/local.py": "from shop.bookings.public import Bookings\n",
    },
    "where one context is open": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
mode = "open"

[contexts.payments]
packages = ["shop.payments"]
""",
        "shop/bookings/views.py": "from shop.payments.public import Payments\n",
        "shop/payments/local.py": "from shop.bookings.public import Bookings\n",
    },
}
