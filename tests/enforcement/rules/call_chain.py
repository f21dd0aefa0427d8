CODE = "BD242"

KEEPS = {
    "of two remote calls": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]
calls = ["rates"]

[contexts.payments.service]
path = "services/payments"

[contexts.rates]
packages = ["shop.rates"]

[contexts.rates.service]
path = "services/rates"
""",
        "shop/rates/__init__.py": "",
        "services/payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n',
        "services/rates/boundaries.toml": 'compiled = true\n[contexts.rates]\npackages = ["shop.rates"]\n',
    },
    "within one deployable": {
        "boundaries.toml": """\
[contexts.bookings]
packages = ["shop.bookings"]
calls = ["people"]

[contexts.people]
packages = ["shop.people"]
calls = ["rates"]

[contexts.rates]
packages = ["shop.rates"]
calls = ["payments"]

[contexts.payments]
packages = ["shop.payments"]

[contexts.payments.service]
path = "services/payments"
""",
        "shop/rates/__init__.py": "",
        "shop/people/__init__.py": "",
        "services/payments/boundaries.toml": 'compiled = true\n[contexts.payments]\npackages = ["shop.payments"]\n',
    },
}
