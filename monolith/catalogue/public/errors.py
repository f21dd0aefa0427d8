"""How does the catalogue say no?"""

from uuid import UUID

from boundaries import DomainError


class OfferUnknown(DomainError, code="catalogue.offer_unknown"):
    """Raised when an offer is not, or no longer, in the catalogue."""

    problem = "There is no offer {offer_id}."
    offer_id: UUID
