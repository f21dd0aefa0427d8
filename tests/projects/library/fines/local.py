from decimal import Decimal

from django.db.models import F, Sum

from boundaries import publish
from fines.models import Fine, Payment
from fines.public import Fine as FineValue
from fines.public import FineSettled, FineUnknown, Overpaid


class LocalFines:
    def charge(self, *, loan_id, reader, amount):
        fine, _ = Fine.objects.get_or_create(loan_id=loan_id, defaults={"reader": reader, "amount": amount})
        return _value(fine)

    def pay(self, *, fine_id, amount):
        fine = Fine.objects.select_for_update().filter(pk=fine_id).first()
        if fine is None:
            raise FineUnknown(fine_id=fine_id)
        if amount > fine.amount - fine.paid:
            raise Overpaid(open=fine.amount - fine.paid)
        Payment.objects.create(fine=fine, amount=amount)
        fine.paid += amount
        fine.save(update_fields=["paid"])
        if fine.paid == fine.amount:
            publish(FineSettled(fine_id=fine.pk, loan_id=fine.loan_id))
        return _value(fine)

    def for_loans(self, *, loan_ids):
        return {fine.loan_id: _value(fine) for fine in Fine.objects.filter(loan_id__in=loan_ids)}

    def owed_by(self, *, reader):
        found = Fine.objects.filter(reader=reader).aggregate(owed=Sum(F("amount") - F("paid")))
        return found["owed"] or Decimal(0)


def _value(fine):
    return FineValue(id=fine.pk, loan_id=fine.loan_id, reader=fine.reader, amount=fine.amount, paid=fine.paid)
