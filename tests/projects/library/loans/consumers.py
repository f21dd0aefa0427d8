from fines.public import FineSettled

from boundaries import consumer
from loans.models import Loan


@consumer(FineSettled, name="loans.clear")
def clear(event, envelope):
    Loan.objects.filter(pk=event.loan_id).update(is_cleared=True)
