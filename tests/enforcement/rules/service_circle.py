from tests.enforcement.one_service import MAP, SERVICE

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
