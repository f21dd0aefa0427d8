"""What may be asked, and in which form?"""

from __future__ import annotations

from rest_framework import serializers

from monolith.shared.money import Money
from monolith.shared.places import PLACES

MOST_NIGHTS = 30


class SignIn(serializers.Serializer):
    """Username and password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


class Search(serializers.Serializer):
    """A route, a day, and how many nights to stay."""

    origin = serializers.ChoiceField(choices=sorted(PLACES))
    destination = serializers.ChoiceField(choices=sorted(PLACES))
    date = serializers.DateField()
    nights = serializers.IntegerField(min_value=1, max_value=MOST_NIGHTS, default=1)


class TravellerName(serializers.Serializer):
    """One of those who travel."""

    name = serializers.CharField(max_length=120)


class Book(serializers.Serializer):
    """What to book. `card` is the card processor's token of a card."""

    flight_id = serializers.UUIDField()
    room_id = serializers.UUIDField(allow_null=True, default=None)
    date = serializers.DateField()
    nights = serializers.IntegerField(min_value=1, max_value=MOST_NIGHTS, default=1)
    travellers = TravellerName(many=True, allow_empty=False, max_length=9)
    card = serializers.CharField(min_length=4, max_length=64)


class Amount(serializers.Serializer):
    """An amount of money."""

    amount = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=0)
    currency = serializers.CharField(min_length=3, max_length=3)


class Refund(serializers.Serializer):
    """How much to give back."""

    amount = Amount()

    @property
    def money(self) -> Money:
        """The amount as a value."""
        return Money(**self.validated_data["amount"])
