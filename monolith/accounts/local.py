"""How does accounts do what its door promises?"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import authenticate, get_user_model

from monolith.accounts.models import Traveller as TravellerRecord
from monolith.accounts.public import SignedIn, Traveller, TravellerUnknown, UsernameTaken, WrongPassword
from monolith.accounts.token import holder_of, token_for


class LocalAccounts:
    """Answers for `Accounts` from the tables of this database."""

    def register(self, *, username: str, password: str, name: str) -> Traveller:
        """Make a user and the traveller that goes with it."""
        users = get_user_model().objects
        if users.filter(username=username).exists():
            raise UsernameTaken(username=username)
        user = users.create_user(username=username, password=password)
        record = TravellerRecord.objects.create(user=user, name=name)
        return Traveller(record.id, username, name)

    def sign_in(self, *, username: str, password: str) -> SignedIn:
        """Check the password and sign a token."""
        user = authenticate(username=username, password=password)
        record = TravellerRecord.objects.filter(user=user).first() if user else None
        if user is None or record is None:
            raise WrongPassword
        traveller = Traveller(record.id, user.get_username(), record.name)
        return SignedIn(traveller, token_for(traveller))

    def identify(self, *, token: str) -> Traveller:
        """Check the signature."""
        return holder_of(token)

    def traveller(self, *, traveller_id: UUID) -> Traveller:
        """Read one traveller."""
        record = TravellerRecord.objects.select_related("user").filter(pk=traveller_id).first()
        if record is None:
            raise TravellerUnknown(traveller_id=traveller_id)
        return Traveller(record.id, record.user.get_username(), record.name)
