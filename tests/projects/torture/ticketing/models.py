"""What the box office keeps."""

from base.fields import PriceField
from base.models import Stamped
from django.conf import settings
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models
from people.models import Visitor
from stage.models import Extra, Hall


class OpenBookings(models.Manager):
    """Bookings that can still be changed."""

    def get_queryset(self):
        """Without those that are over."""
        return super().get_queryset().exclude(state="over")


class Booking(Stamped):
    """Seats for one evening."""

    visitor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    performance = models.ForeignKey("stage.Performance", on_delete=models.CASCADE, db_column="evening")
    hall = models.ForeignKey(Hall, to_field="code", on_delete=models.SET_NULL, null=True)
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True)
    guests = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="invited_to")
    extras = models.ManyToManyField("stage.Extra", through="BookedExtra")
    notes = GenericRelation("press.Note")
    price = PriceField()
    state = models.CharField(max_length=10, default="held")
    receipt = models.FileField(upload_to="receipts/", blank=True)

    objects = OpenBookings()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["performance", "visitor"], condition=models.Q(state="held"), name="one_held_booking"
            )
        ]


class BookedExtra(models.Model):
    """The table between bookings and extras."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE)
    extra = models.ForeignKey(Extra, on_delete=models.PROTECT)
    number = models.IntegerField(default=1)


class GiftBox(Extra):
    """An extra with a ticket inside: its row lies in two tables."""

    sold_with = models.ForeignKey(Booking, on_delete=models.CASCADE)


class FrequentVisitor(Visitor):
    """Visitors as the box office sees them."""

    class Meta:
        proxy = True


class Audit(models.Model):
    """What was done to any row."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.BigIntegerField()
    row = GenericForeignKey()


class Desk(models.Model):
    """What a desk may do, and to which kind of row."""

    permission = models.ForeignKey(Permission, on_delete=models.CASCADE)
    kind = models.ForeignKey(ContentType, on_delete=models.CASCADE)


class Ledger(models.Model):
    """Lies in a schema of its own."""

    booking = models.ForeignKey(Booking, on_delete=models.PROTECT)

    class Meta:
        db_table = '"box_office"."ledger"'


class Coupon(models.Model):
    """Tied to nothing."""

    code = models.SlugField(unique=True)


class Takings(models.Model):
    """A view of the database."""

    day = models.DateField(primary_key=True)
    total = PriceField()

    class Meta:
        managed = False
        db_table = "ticketing_takings"
