"""Who gets in?"""

import pytest
from django.core import signing
from django.test import Client

from monolith.accounts.public import Accounts, TokenInvalid, TravellerUnknown, UsernameTaken
from tests.monolith.shop import Shop, Traveller, exactly


def test_the_right_password_gets_a_token(ada: Traveller):
    assert Accounts.identify(token=ada.token).username == "ada"


@pytest.mark.parametrize(("username", "password"), [("ada", "wrong"), ("nobody", "travel")])
def test_anything_else_does_not_and_does_not_say_why(ada: Traveller, username: str, password: str):
    answer = ada.post("/api/sign-in", {"username": username, "password": password})

    assert (answer.status, answer["detail"]) == (401, "Username or password is wrong.")


def test_a_token_is_read_without_a_query(ada: Traveller):
    with exactly(0):
        assert Accounts.identify(token=ada.token).id == ada.id


@pytest.mark.parametrize("token", ["", "x", "a:b:c", signing.dumps(["x", "y", "z"], salt="accounts.sign-in")])
def test_other_tokens_are_refused(shop: Shop, token: str):
    with pytest.raises(TokenInvalid):
        Accounts.identify(token=token)


@pytest.mark.parametrize("path", ["/api/bookings", "/api/bookings/6c1c7a0e-8b4c-4b55-b9f0-0d9e60f2b7c4"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}])
def test_the_api_asks_strangers_to_sign_in(shop: Shop, path: str, headers: dict[str, str]):
    answer = Client(headers=headers).get(path)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_cookie_of_the_pages_does_not_open_the_api(ada: Traveller):
    client = Client()
    client.cookies["traveller"] = ada.token

    assert client.get("/api/bookings").status_code == 401


def test_a_username_belongs_to_one_traveller(ada: Traveller):
    with pytest.raises(UsernameTaken):
        Accounts.register(username="ada", password="travel", name="Another Ada")


def test_travellers_are_found_by_their_id(ada: Traveller, shop: Shop):
    assert Accounts.traveller(traveller_id=ada.id).name == "Ada"
    with pytest.raises(TravellerUnknown):
        Accounts.traveller(traveller_id=shop.flight.id)
