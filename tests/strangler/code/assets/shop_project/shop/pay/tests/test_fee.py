from shop.kernel.money import fee


def test_a_fee_is_rounded():
    assert fee(1.005, 1) == 1.0
