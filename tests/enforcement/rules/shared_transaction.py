"""What comes close to BD230 and is none."""

CODE = "BD230"

_MODELS = "from shop.bookings.models import Booking\n"
KEEPS = {
    "a decorated function that writes one context at a time": {
        "shop/payments/public.py": (
            "from shop.payments.models import Payment\n"
            "def charge(): Payment.objects.create(amount=1, state='')\n"
        ),
        "shop/bookings/checkout.py": (
            f"from django.db import transaction\n{_MODELS}from shop.payments import public\n"
            "@transaction.atomic\n"
            "def write(what): what()\n"
            "def buy():\n"
            "    write(Booking.objects.create)\n"
            "    write(public.charge)\n"
        ),
    },
    "a transaction that only reads the other context": {
        "shop/payments/public.py": (
            "from shop.payments.models import Payment\ndef count(): return Payment.objects.count()\n"
        ),
        "shop/bookings/checkout.py": (
            f"from django.db import transaction\n{_MODELS}from shop.payments import public\n"
            "@transaction.atomic\n"
            "def buy():\n"
            "    Booking.objects.create()\n"
            "    public.count()\n"
        ),
    },
}
