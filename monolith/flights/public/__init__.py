"""The door of flights."""

from monolith.flights.public.errors import FlightsSoldOut, FlightUnknown, SeatsGivenUp
from monolith.flights.public.events import FlightScheduled, SeatsChanged
from monolith.flights.public.facade import Flights
from monolith.flights.public.values import FlightDetails, SeatsHeld

__all__ = [
    "FlightDetails",
    "FlightScheduled",
    "FlightUnknown",
    "Flights",
    "FlightsSoldOut",
    "SeatsChanged",
    "SeatsGivenUp",
    "SeatsHeld",
]
