from tests.enforcement.one_service import MAP, SERVICE

CODE = "BD243"

KEEPS = {
    "where a package of nobody here is pinned, and a service only bounded": {
        **SERVICE,
        "boundaries.toml": f"""{MAP}
[contexts.bookings.service]
path = "services/bookings"
""",
        "services/bookings/boundaries.toml": 'compiled = true\n[contexts.bookings]\npackages = ["shop.bookings"]\n',
        "services/payments/pyproject.toml": '[project]\nname = "payments-service"\nversion = "4"\n',
        "services/bookings/pyproject.toml": """\
[project]
name = "bookings-service"
version = "4"
dependencies = ["money==2.1", "payments_service>=4,<5"]
""",
    },
}
