CODE = "BD207"

KEEPS = {
    "where nobody names any": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]

[contexts.payments]
packages = ["shop.payments"]
""",
    },
}
