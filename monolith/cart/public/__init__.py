"""The door of the cart."""

from monolith.cart.public.errors import CartEmpty
from monolith.cart.public.facade import Carts
from monolith.cart.public.values import Cart

__all__ = ["Cart", "CartEmpty", "Carts"]
