"""The pages of the press office."""

from base.loading import load_model
from django.contrib.auth.decorators import permission_required
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import reverse
from ticketing.models import Booking

from press.models import Note


@permission_required("ticketing.change_booking")
def notes(request):
    """Notes about bookings."""
    kind = ContentType.objects.get_for_model(Booking)
    found = Note.objects.filter(content_type=kind)
    left = cache.get(f"ticketing:left:{request.GET['evening']}")
    coupons = load_model("ticketing", "Coupon").objects.count()
    return HttpResponse(f"{found.count()} {left} {coupons} {reverse('basket')}")
