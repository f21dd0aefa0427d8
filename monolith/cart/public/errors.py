"""How does the cart say no?"""

from boundaries import DomainError


class CartEmpty(DomainError, code="cart.empty"):
    """Raised when a traveller has chosen nothing yet."""

    problem = "Nothing has been chosen yet."
