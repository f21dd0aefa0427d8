CODE = "BD209"

KEEPS = {
    "inside a context": {
        "shop/payments/a.py": """\
from django.apps import apps
def pay():
    return apps.get_model("payments.Payment")
""",
    },
    "from an app outside all contexts": {
        "shop/bookings/views.py": """\
from django.apps import apps
def pay():
    return apps.get_model("auth.Group")
""",
    },
}
