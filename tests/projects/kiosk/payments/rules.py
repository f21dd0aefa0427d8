"""Rules that other code of payments uses too."""

from decimal import Decimal

from payments import secrets

SMALLEST = Decimal("0.01")


def positive(value):
    if value < SMALLEST:
        raise ValueError(value)


def risk(value):
    return secrets.score(value)
