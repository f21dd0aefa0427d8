"""What may be typed into the pages?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from monolith.shared.places import PLACES

CHOICES = list(PLACES.items())


def _next_week() -> Any:
    return timezone.localdate() + timedelta(days=7)


class ShopForm(forms.Form):
    """Base of the shop's forms: no colons after labels."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **options})


class SearchForm(ShopForm):
    """Where to, when, and for how long."""

    origin = forms.ChoiceField(label="From", choices=CHOICES, initial="AMS")
    destination = forms.ChoiceField(label="To", choices=CHOICES, initial="LIS")
    date = forms.DateField(
        label="Leaving on",
        initial=_next_week,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    nights = forms.IntegerField(label="Nights", min_value=1, max_value=30, initial=3)

    def clean(self) -> dict[str, Any]:
        """A journey leads somewhere else."""
        values = super().clean() or {}
        if values.get("origin") and values.get("origin") == values.get("destination"):
            raise forms.ValidationError("Choose two different places.")
        return values


class ChoiceForm(ShopForm):
    """One flight, and one room or none."""

    flight = forms.UUIDField()
    room = forms.UUIDField(required=False)
    date = forms.DateField()
    nights = forms.IntegerField(min_value=1, max_value=30)


class BookForm(ShopForm):
    """Who travels, and how it is paid. `key` keeps a form that is sent twice from booking twice."""

    travellers = forms.CharField(
        label="Who travels", help_text="One name per line.", widget=forms.Textarea(attrs={"rows": 3})
    )
    card = forms.CharField(label="Card", min_length=4, max_length=64, initial="tok_visa_4242")
    key = forms.CharField(widget=forms.HiddenInput, max_length=80)

    def clean_travellers(self) -> list[str]:
        """The names, without empty lines."""
        names = [line.strip()[:120] for line in self.cleaned_data["travellers"].splitlines() if line.strip()]
        if not 1 <= len(names) <= 9:
            raise forms.ValidationError("Between one and nine people can travel together.")
        return names


class SignInForm(ShopForm):
    """Username and password."""

    username = forms.CharField(max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        max_length=128, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class SignUpForm(SignInForm):
    """The same, and a name."""

    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    field_order = ["name", "username", "password"]


class PreferencesForm(ShopForm):
    """How to be told."""

    by_email = forms.BooleanField(label="By e-mail", required=False)
    by_text = forms.BooleanField(label="By text message", required=False)
