from shop.pay.public import Pay


def total(basket):
    return Pay.amount_of(bill_id=basket.bill_id)
