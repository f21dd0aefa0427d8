"""Coupons are found by their code."""

from ticketing.models import Coupon


def test_a_coupon_has_a_code():
    assert Coupon(code="SPRING").code == "SPRING"
