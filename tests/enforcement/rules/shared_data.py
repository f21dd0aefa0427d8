from tests.enforcement.one_service import MAP, SERVICE

CODE = "BD240"

KEEPS = {
    "on its own tables, and in tests and migrations": {
        **SERVICE,
        "services/payments/shop/payments/local.py": """\
def totals(cursor):
    cursor.execute("SELECT sum(amount) FROM payments_payment")
""",
        "services/payments/shop/payments/tests/test_join.py": """\
def test(cursor):
    cursor.execute("SELECT 1 FROM bookings_booking")
""",
    },
    "for its own models and abstract ones of others": {
        **SERVICE,
        "services/payments/shop/payments/models.py": """\
from django.db import models
class Payment(models.Model): ...
""",
        "services/payments/shop/bookings/base.py": """\
from django.db import models
class Stamped(models.Model):
    class Meta:
        abstract = True
""",
    },
    "where each service has its own database": {
        **SERVICE,
        "boundaries.toml": f"""{MAP}database = "env:PAYMENTS_DATABASE_URL"
[contexts.bookings.service]
path = "services/bookings"
database = "env:BOOKINGS_DATABASE_URL"
""",
        "services/bookings/boundaries.toml": 'compiled = true\n[contexts.bookings]\npackages = ["shop.bookings"]\n',
    },
}
