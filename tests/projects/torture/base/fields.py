"""A field of the theatre's own."""

from django.db import models


class PriceField(models.DecimalField):
    """An amount in the theatre's currency."""

    def __init__(self, *args, **options):
        super().__init__(*args, **{"max_digits": 8, "decimal_places": 2, **options})
