"""What may another context ask of accounts?"""

from __future__ import annotations

from uuid import UUID

from boundaries import Facade, command, query
from monolith.accounts.public.errors import TokenInvalid, TravellerUnknown, UsernameTaken, WrongPassword
from monolith.accounts.public.values import SignedIn, Traveller


class Accounts(Facade, context="accounts", version="1"):
    """Knows the travellers and tells whether somebody is one."""

    @command(idempotent=True, raises=[UsernameTaken])
    def register(self, *, username: str, password: str, name: str) -> Traveller:
        """Make an account."""

    @query(raises=[WrongPassword])
    def sign_in(self, *, username: str, password: str) -> SignedIn:
        """A token for the right password."""

    @query(raises=[TokenInvalid])
    def identify(self, *, token: str) -> Traveller:
        """Who holds this token; answered from its signature alone, without a database."""

    @query(raises=[TravellerUnknown])
    def traveller(self, *, traveller_id: UUID) -> Traveller:
        """One traveller."""
