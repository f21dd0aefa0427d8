from shop.cart.models import Basket


def test_a_basket_has_no_bill_at_first():
    assert Basket().bill_id is None
