"""Who is sent on to a service's admin, and with what?"""

from __future__ import annotations

import html
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core import signing

from boundaries.contexts.map import reset_map
from boundaries.facades.staff import ticket as tickets
from boundaries.facades.staff.right import labels_of
from boundaries.facades.staff.ticket import Ticket, TicketRefused, read_ticket

KEY = "a key that only the two of them know"
OLD_KEY = "the key that they had before this one"
MAP = """\
[contexts.ledger]
packages = ["tests.sample.ledger"]

[contexts.ledger.service]
path = "nowhere"
admin = "https://ledger.example/admin/"

[contexts.orders]
packages = ["tests.sample.orders"]
"""
TICKET = Ticket("ann", "Ann Lee", ("ledger.view_entry",))

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_sides(tmp_path, settings):
    """A map with one service; `settings` says which of the two sides this is."""
    root = f'root = "{settings.BASE_DIR.parent}"\n'
    (tmp_path / "boundaries.toml").write_text(root + MAP)
    settings.BOUNDARIES = {"MAP": tmp_path / "boundaries.toml", "KEYS": {"ledger": [KEY], "monolith": [KEY]}}
    reset_map()
    yield
    reset_map()


@pytest.fixture
def signed(settings):
    """A ticket that the monolith signed; from then on this is the service."""

    def sign(*, key=KEY, audience="ledger"):
        settings.BOUNDARIES = {**settings.BOUNDARIES, "SIDE": "monolith", "KEYS": {audience: [key]}}
        text = TICKET.sign(audience=audience)
        settings.BOUNDARIES = {**settings.BOUNDARIES, "SIDE": "ledger", "KEYS": {"monolith": [KEY, OLD_KEY]}}
        return text

    return sign


@pytest.fixture
def clerk():
    return User.objects.create_user("ann", password="x", is_staff=True, first_name="Ann", last_name="Lee")


def permission():
    """A permission on the first model of the ledger."""
    types = ContentType.objects.filter(app_label__in=labels_of("ledger"))
    return Permission.objects.filter(content_type__in=types, codename__startswith="view_").first()


class TestMonolith:
    def test_sends_staff_with_what_they_may_do_in_a_form(self, client, clerk, settings):
        granted = permission()
        clerk.user_permissions.add(granted)
        clerk.user_permissions.add(Permission.objects.get(codename="delete_user"))
        client.force_login(clerk)
        page = client.get("/boundaries/staff/ledger/?next=/admin/ledger/entry/7/")

        text = page.content.decode()
        assert 'action="https://ledger.example/boundaries/staff/sign-in"' in text
        assert 'name="next" value="/admin/ledger/entry/7/"' in text
        assert "no-store" in page["Cache-Control"]
        signed = html.unescape(re.search(r'name="ticket" value="([^"]+)"', text)[1])
        settings.BOUNDARIES = {**settings.BOUNDARIES, "SIDE": "ledger"}
        said = read_ticket(signed, issuer="monolith")
        assert said == Ticket("ann", "Ann Lee", (f"{granted.content_type.app_label}.{granted.codename}",))

    def test_asks_strangers_to_sign_in_first(self, client):
        answer = client.get("/boundaries/staff/ledger/?next=/admin/")

        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/?next=%2Fboundaries%2Fstaff%2Fledger")

    @pytest.mark.parametrize("change", [{"is_staff": False}, {"is_staff": True}])
    def test_sends_nobody_who_may_do_nothing_there(self, client, clerk, change):
        User.objects.filter(pk=clerk.pk).update(**change)
        if not change["is_staff"]:
            clerk.user_permissions.add(permission())
        client.force_login(User.objects.get(pk=clerk.pk))

        assert client.get("/boundaries/staff/ledger/").status_code == 403

    @pytest.mark.parametrize("context", ["orders", "ledgers"])
    def test_knows_no_way_where_there_is_no_admin(self, client, clerk, context):
        client.force_login(clerk)

        assert client.get(f"/boundaries/staff/{context}/").status_code == 404

    @pytest.mark.parametrize(
        "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"]
    )
    def test_leads_nowhere_else(self, client, clerk, wanted):
        clerk.user_permissions.add(permission())
        client.force_login(clerk)
        page = client.get("/boundaries/staff/ledger/", {"next": wanted})

        assert 'name="next" value="/admin/"' in page.content.decode()

    def test_lets_nobody_in_itself(self, client):
        assert (
            client.post("/boundaries/staff/sign-in", {"ticket": TICKET.sign(audience="ledger")}).status_code
            == 404
        )


class TestService:
    def test_lets_somebody_in_with_exactly_those_rights(self, client, signed):
        answer = client.post("/boundaries/staff/sign-in", {"ticket": signed(), "next": "/admin/ledger/"})

        user = User.objects.get(username="ann")
        assert (answer.status_code, answer["Location"]) == (302, "/admin/ledger/")
        assert client.session["_auth_user_id"] == str(user.pk)
        assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, False, False)
        assert user.get_all_permissions() <= {"ledger.view_entry"}

    def test_takes_rights_away_again(self, client, signed):
        held = User.objects.create_user("ann", is_superuser=True)
        held.user_permissions.add(permission(), Permission.objects.get(codename="delete_user"))
        client.post("/boundaries/staff/sign-in", {"ticket": signed()})

        user = User.objects.get(username="ann")
        assert not user.is_superuser
        assert "auth.delete_user" not in user.get_all_permissions()

    def test_takes_a_ticket_once(self, client, signed):
        text = signed()
        codes = [client.post("/boundaries/staff/sign-in", {"ticket": text}).status_code for _ in range(2)]

        assert codes == [302, 403]

    def test_takes_the_key_of_before_while_keys_are_changed(self, client, signed):
        assert client.post("/boundaries/staff/sign-in", {"ticket": signed(key=OLD_KEY)}).status_code == 302

    @pytest.mark.parametrize("later", [tickets.GOOD_SECONDS + 1, -60])
    def test_takes_none_that_is_old_or_from_the_future(self, signed, monkeypatch, later):
        text = signed()
        now = tickets.time.time()
        monkeypatch.setattr(tickets.time, "time", lambda: now + later)

        with pytest.raises(TicketRefused, match="seconds old"):
            read_ticket(text, issuer="monolith")

    @pytest.mark.parametrize(
        "made",
        [
            lambda sign: sign(key="a key that nobody has given to us"),
            lambda sign: sign(audience="orders"),
            lambda sign: sign()[:-3] + "abc",
            lambda sign: signing.dumps({"username": "ann"}, key=KEY) if sign() else "",
            lambda sign: sign()[:0],
        ],
        ids=["another key", "another audience", "changed", "another purpose", "nothing"],
    )
    def test_takes_no_forged_one(self, client, signed, made):
        answer = client.post("/boundaries/staff/sign-in", {"ticket": made(signed)})

        assert answer.status_code == 403
        assert answer.content.decode().startswith("BD325: ")
        assert not User.objects.filter(username="ann").exists()
