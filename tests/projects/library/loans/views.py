import json
from decimal import Decimal

from django.http import JsonResponse
from fines.public import Fines

from boundaries import DomainError
from loans.models import Loan

A_DAY = Decimal("0.20")


def lend(request):
    given = json.loads(request.body)
    loan = Loan.objects.create(book_id=given["book"], reader=given["reader"])
    return JsonResponse({"loan": loan.pk}, status=201)


def take_back(request, loan_id):
    loan = Loan.objects.get(pk=loan_id)
    days_late = json.loads(request.body)["days_late"]
    fine = None
    if days_late:
        charge = Fines.charge.keyed(f"loan-{loan_id}")
        fine = charge(loan_id=loan_id, reader=loan.reader, amount=A_DAY * days_late)
    Loan.objects.filter(pk=loan_id).update(returned=True, fine_id=fine and fine.id)
    return JsonResponse({"fine": _shown(fine)})


def pay(request, fine_id):
    amount = Decimal(json.loads(request.body)["amount"])
    try:
        fine = Fines.pay.keyed(request.headers["Idempotency-Key"])(fine_id=fine_id, amount=amount)
    except DomainError as refusal:
        return JsonResponse({"code": refusal.code, "detail": str(refusal)}, status=409)
    return JsonResponse({"fine": _shown(fine)})


def account(request, reader):
    loans = list(Loan.objects.filter(reader=reader).values_list("pk", flat=True))
    fines = Fines.for_loans(loan_ids=loans)
    return JsonResponse(
        {
            "owes": str(Fines.owed_by(reader=reader)),
            "loans": [{"loan": loan, "fine": _shown(fines.get(loan))} for loan in loans],
        }
    )


def _shown(fine):
    return fine and {"id": fine.id, "amount": str(fine.amount), "paid": str(fine.paid)}
