"""The door of accounts."""

from monolith.accounts.public.errors import TokenInvalid, TravellerUnknown, UsernameTaken, WrongPassword
from monolith.accounts.public.facade import Accounts
from monolith.accounts.public.values import SignedIn, Traveller

__all__ = [
    "Accounts",
    "SignedIn",
    "TokenInvalid",
    "Traveller",
    "TravellerUnknown",
    "UsernameTaken",
    "WrongPassword",
]
