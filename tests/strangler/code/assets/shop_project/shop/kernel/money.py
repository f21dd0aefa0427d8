from shop.kernel.rounding import cents


def fee(amount, rate):
    return cents(amount * rate)
