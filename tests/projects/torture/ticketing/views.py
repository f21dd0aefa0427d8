"""The pages of the box office."""

from django.http import HttpResponse
from django.shortcuts import render

from ticketing.services import link_for


def basket(request):
    """What somebody is about to buy."""
    request.session["basket"] = request.session.get("basket", [])
    return render(request, "ticketing/basket.html")


def receipt(request, booking):
    """Where the receipt is."""
    return HttpResponse(link_for(booking))
