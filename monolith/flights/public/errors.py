"""How does flights say no?"""

from uuid import UUID

from boundaries import DomainError


class FlightUnknown(DomainError, code="flights.unknown"):
    """Raised when there is no such flight."""

    problem = "There is no flight {flight_id}."
    flight_id: UUID


class FlightsSoldOut(DomainError, code="flights.sold_out"):
    """Raised when a flight has fewer seats left than are asked for."""

    problem = "The flight has fewer than {seats} seats left."
    flight_id: UUID
    seats: int


class SeatsGivenUp(DomainError, code="flights.given_up"):
    """Raised when seats are asked for a booking whose seats were already released."""

    problem = "The seats of booking {booking_id} were released."
    booking_id: UUID
