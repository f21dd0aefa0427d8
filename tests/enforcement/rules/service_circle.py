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

CODE = "BD241"

KEEPS = {
    "where the way back is an event": {
        **SERVICE,
        "boundaries.toml": MAP.replace(
            'shop.bookings"]\n', 'shop.bookings"]\ncalls = ["payments"]\n'
        ).replace('"shop.payments"]\n', '"shop.payments"]\ncalls = []\nlistens_to = ["bookings"]\n'),
    },
    "without a service in the circle": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
calls = ["bookings"]
""",
    },
}
