"""A map of two contexts, one of which lies in a folder of its own, and that service's own map."""

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
