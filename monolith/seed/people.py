"""Who books?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from monolith.accounts.models import Traveller
from monolith.notifications.models import Preference
from monolith.seed.chance import Chance
from monolith.seed.copying import Lines, send_all
from monolith.seed.world import FIRST_NAMES, LAST_NAMES

TRAVELLERS = 1_000
PASSWORD = "travel"  # noqa: S105  (a public fact about a shop full of invented people)


@dataclass(frozen=True, slots=True)
class Person:
    """A traveller to be."""

    id: str
    username: str
    name: str
    family: str


def invent(chance: Chance) -> list[Person]:
    """`traveller-0001` to `traveller-1000`, with names."""
    people = []
    for number in range(1, TRAVELLERS + 1):
        family = chance.one_of(LAST_NAMES)
        name = f"{chance.one_of(FIRST_NAMES)} {family}"
        people.append(Person(chance.identity(), f"traveller-{number:04d}", name, family))
    return people


def write(people: list[Person], *, first_day: date) -> list[Lines]:
    """Write users, all with the same hash of the same password, their travellers and some preferences."""
    joined = (datetime.combine(first_day, time(), UTC) - timedelta(days=400)).isoformat()
    users = _write_users(people, joined)
    user_ids = dict(
        get_user_model().objects.filter(username__startswith="traveller-").values_list("username", "pk")
    )
    travellers = Lines(Traveller, "id", "user_id", "name", "joined_at")
    preferences = Lines(Preference, "traveller_id", "by_email", "by_text", "changed_at")
    for number, person in enumerate(people):
        travellers.add(person.id, str(user_ids[person.username]), person.name, joined)
        if number % 5 == 0:
            preferences.add(
                person.id, "f" if number % 20 == 0 else "t", "t" if number % 3 == 0 else "f", joined
            )
    send_all([travellers, preferences])
    return [users, travellers, preferences]


def _write_users(people: list[Person], joined: str) -> Lines:
    password = make_password(PASSWORD, salt="fig-travel-seed")
    users = Lines(
        get_user_model(), "username", "password", "first_name", "last_name", "email", "is_superuser",
        "is_staff", "is_active", "date_joined",
    )  # fmt: skip
    for person in people:
        first = person.name.split(" ", 1)[0]
        users.add(
            person.username,
            password,
            first,
            person.family,
            f"{person.username}@example.org",
            "f",
            "f",
            "t",
            joined,
        )
    users.send()
    return users
