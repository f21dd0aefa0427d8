CODE = "BD212"

KEEPS = {
    "on other tables, and in a column's name": {
        "shop/bookings/views.py": """\
def total(cursor):
    cursor.execute('SELECT payments_payment FROM bookings_booking')
""",
    },
    "inside a context": {
        "shop/payments/a.py": """\
def total(cursor):
    cursor.execute('SELECT 1 FROM payments_payment')
""",
    },
    "in words": {
        "shop/bookings/views.py": 'HINT = "SELECT 1 FROM payments_payment"\n',
    },
}
