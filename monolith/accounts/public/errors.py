"""How does accounts say no?"""

from uuid import UUID

from boundaries import DomainError


class WrongPassword(DomainError, code="accounts.wrong_password"):
    """Raised when username and password do not belong together; it does not say which one is wrong."""

    problem = "Username or password is wrong."


class TokenInvalid(DomainError, code="accounts.token_invalid"):
    """Raised when a token was not signed here, was altered, or has expired."""

    problem = "Please sign in again."


class UsernameTaken(DomainError, code="accounts.username_taken"):
    """Raised when somebody else has this username."""

    problem = "The username {username} is taken."
    username: str


class TravellerUnknown(DomainError, code="accounts.unknown"):
    """Raised when there is no such traveller."""

    problem = "There is no traveller {traveller_id}."
    traveller_id: UUID
