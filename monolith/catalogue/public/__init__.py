"""The door of the catalogue."""

from monolith.catalogue.public.errors import OfferUnknown
from monolith.catalogue.public.facade import Catalogue
from monolith.catalogue.public.values import FlightOffer, RoomOffer, SearchResult

__all__ = ["Catalogue", "FlightOffer", "OfferUnknown", "RoomOffer", "SearchResult"]
