CODE = "BD219"

KEEPS = {
    "inside a context": {
        "shop/bookings/tasks.py": """\
from celery import shared_task
@shared_task
def remind(): ...
SCHEDULE = {"daily": {"task": "shop.bookings.tasks.remind"}}
""",
    },
    "a class that is no task": {
        "shop/bookings/views.py": """\
HANDLER = "shop.payments.public.Payments"
""",
    },
}
