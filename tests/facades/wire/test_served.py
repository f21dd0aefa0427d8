from __future__ import annotations

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3

from boundaries.facades import connection
from boundaries.facades.answer import Answer
from boundaries.facades.failure import OutcomeUnknown
from boundaries.facades.principal import Principal
from boundaries.facades.signing import Envelope, sign
from boundaries.facades.transport import send
from boundaries.facades.wire import contract_path, operation_path
from tests.facades.wire.calls import a_command, a_query
from tests.facades.wire.parcels.public import Parcels
from tests.facades.wire.service import running_service, set_owner

NEW_KEY, OLD_KEY = "the new key of monolith and parcels", "the old key of monolith and parcels"
KEYS = {
    "monolith": NEW_KEY,
    "orders": "the key of orders and parcels",
    "ledger": "the key of ledger and parcels",
    "nobody": "the key of somebody who is not in the map",
}
PARCEL = json.dumps({"parcel_id": str(uuid.UUID(int=1))}).encode()


class Peer:
    """Somebody who can sign, and may do with the signed request whatever they like."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = urllib3.PoolManager(retries=False)

    def signed(
        self, operation: str = "find", *, body: bytes = PARCEL, caller: str = "monolith", key: str | None = None, now: float | None = None,
        method: str = "POST", **said: Any,
    ) -> dict[str, str]:  # fmt: skip
        path = operation_path(context="parcels", version="1", operation=operation)
        envelope = Envelope(
            **({"method": method, "path": path, "caller": caller, "audience": "parcels"} | said)
        )
        secret = (key or KEYS[caller]).encode()
        return sign(envelope, body=body, key=secret, now=time.time() if now is None else now)

    def post(
        self, headers: dict[str, str], operation: str = "find", *, body: bytes = PARCEL, **place: str
    ) -> Any:
        path = operation_path(**({"context": "parcels", "version": "1", "operation": operation} | place))
        return self._http.request("POST", self.url + path, headers=headers, body=body)

    def call(self, operation: str = "find", *, body: bytes = PARCEL, **said: Any) -> Any:
        return self.post(self.signed(operation, body=body, **said), operation, body=body)


@pytest.fixture
def peer(service) -> Peer:
    return Peer(service.url)


@pytest.fixture(autouse=True)
def caller(settings):
    settings.BOUNDARIES = {"KEYS": {"parcels": [NEW_KEY]}, "RETRY_BASE_SECONDS": 0.001}
    yield
    connection.close_connections()


def refusal(response: Any) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/problem+json"
    return response.status, response.json()["code"]


class TestAServedOperation:
    def test_answers_a_query(self, service):
        answer = send(a_query(body=PARCEL), url=service.url)

        assert answer.status == "ok"
        assert Parcels.find.decode_result(answer.body).id == uuid.UUID(int=1)

    def test_answers_with_its_domain_error(self, service):
        body = Parcels.find.encode_arguments({"parcel_id": uuid.UUID(int=1), "kilograms": 31})

        answer = send(a_query(body=body), url=service.url)

        assert answer.status == "domain_error"
        assert json.loads(answer.body) == {"code": "parcels.too_heavy", "facts": {"kilograms": "31"}}

    def test_runs_a_command_once_for_its_key(self, service):
        call = a_command(body=b'{"label":"x"}', key=str(uuid.uuid4()))
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: send(call, url=service.url), range(8)))

        assert {answer.status for answer in answers} == {"ok"}
        assert len({answer.body for answer in answers}) == 1

    def test_runs_a_command_again_for_another_key(self, service):
        answers = {
            send(a_command(body=b'{"label":"x"}', key=str(uuid.uuid4())), url=service.url).body
            for _ in range(2)
        }

        assert len(answers) == 2

    def test_stores_a_domain_error_as_the_answer_of_its_key(self, service):
        call = a_command(body=b'{"label":"anvil"}', key=str(uuid.uuid4()))

        assert send(call, url=service.url) == send(call, url=service.url)
        assert send(call, url=service.url).status == "domain_error"

    @pytest.mark.parametrize("principal", [None, Principal("42", scopes=("pay",))])
    def test_acts_for_the_principal_of_the_caller(self, service, principal):
        answer = send(a_query(operation="who_asks", principal=principal), url=service.url)

        assert json.loads(answer.body) == (principal.subject if principal else None)

    def test_knows_how_long_the_caller_waits(self, service):
        answer = send(a_query(operation="seconds_left", seconds=0.8), url=service.url)

        assert 0.1 < json.loads(answer.body) < 0.8

    def test_keeps_one_connection_for_many_calls(self, service):
        for _ in range(5):
            send(a_query(body=PARCEL), url=service.url)

        assert connection._pools.get(service.url).num_connections == 1


class TestAServiceThatDoesNotOwnTheWrites:
    @pytest.fixture(autouse=True)
    def closed(self, service, service_environ):
        set_owner(service_environ, is_open=False)
        yield
        set_owner(service_environ, is_open=True)

    def test_says_where_they_went(self, service):
        answer = send(a_command(body=b'{"label":"x"}', epoch=1), url=service.url)

        assert answer == Answer("moved", epoch=1, address="http://elsewhere")

    def test_asks_for_patience_while_it_waits_for_them(self, service):
        answer = send(a_command(body=b'{"label":"x"}', epoch=2), url=service.url)

        assert answer == Answer("not_open", epoch=1)

    def test_still_answers_queries(self, service):
        assert send(a_query(body=PARCEL), url=service.url).status == "ok"


class TestSignatures:
    def test_are_demanded(self, peer):
        response = peer.post({})

        assert refusal(response) == (401, "BD340")
        assert response.headers["WWW-Authenticate"] == "Boundaries-HMAC-SHA256"

    def test_are_accepted_once(self, peer):
        headers = peer.signed()

        assert peer.post(headers).status == 200
        assert refusal(peer.post(headers)) == (401, "BD343")

    def test_are_accepted_once_among_many_who_come_together(self, peer):
        headers = peer.signed()
        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(lambda _: peer.post(headers).status, range(8)))

        assert sorted(statuses) == [200] + [401] * 7

    def test_fit_one_body(self, peer):
        assert refusal(peer.post(peer.signed(), body=PARCEL + b" ")) == (401, "BD341")

    def test_fit_one_operation(self, peer):
        assert refusal(peer.post(peer.signed("find"), "who_asks")) == (401, "BD341")

    def test_fit_one_principal(self, peer):
        headers = peer.signed("who_asks", body=b"{}", principal=Principal("1"))
        stolen = peer.signed("who_asks", body=b"{}", principal=Principal("2"))["X-Boundaries-Principal"]

        assert refusal(peer.post(headers | {"X-Boundaries-Principal": stolen}, "who_asks", body=b"{}")) == (
            401,
            "BD341",
        )

    def test_fit_one_idempotency_key(self, peer):
        headers = peer.signed("stamp", body=b'{"label":"x"}', key=None) | {
            "X-Boundaries-Idempotency-Key": "other"
        }

        assert refusal(peer.post(headers, "stamp", body=b'{"label":"x"}')) == (401, "BD341")

    @pytest.mark.parametrize("seconds", [-31, 31])
    def test_grow_old(self, peer, seconds):
        assert refusal(peer.call(now=time.time() + seconds)) == (401, "BD342")

    def test_of_the_old_key_are_good_during_a_rotation(self, peer):
        assert peer.call(key=OLD_KEY).status == 200

    def test_of_another_key_are_not(self, peer):
        assert refusal(peer.call(key="a key that was never handed out")) == (401, "BD341")

    def test_of_one_peer_are_not_good_for_another(self, peer):
        assert refusal(peer.call(caller="monolith", key=KEYS["orders"])) == (401, "BD341")

    def test_of_a_stranger_are_not_good(self, peer):
        assert refusal(peer.call(caller="stranger", key="a key that was never handed out")) == (401, "BD345")

    def test_are_for_one_deployable(self, peer):
        assert refusal(peer.call(audience="monolith")) == (401, "BD344")


class TestTheMap:
    def test_lets_a_declared_caller_in(self, peer):
        assert peer.call(caller="orders").status == 200

    @pytest.mark.parametrize("caller", ["ledger", "nobody"])
    def test_keeps_others_out(self, peer, caller):
        assert refusal(peer.call(caller=caller)) == (403, "BD347")


class TestRefusals:
    @pytest.mark.parametrize(
        "place", [{"context": "orders"}, {"context": "nothing"}, {"version": "2"}, {"operation": "burn"}]
    )
    def test_name_what_is_not_served(self, peer, place):
        path = operation_path(**({"context": "parcels", "version": "1", "operation": "find"} | place))

        response = peer.post(peer.signed(path=path), **place)

        assert refusal(response) == (404, "BD319")

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"no json", b'{"parcel_id": 7}', b""])
    def test_name_arguments_that_do_not_fit(self, peer, body):
        assert refusal(peer.call(body=body)) == (400, "BD334")

    def test_of_a_body_that_is_too_long(self, peer):
        assert refusal(peer.call(body=b" " * 100_001)) == (413, "BD348")

    def test_of_another_method(self, peer):
        response = urllib3.request(
            "GET", peer.url + operation_path(context="parcels", version="1", operation="find"), headers={}
        )

        assert response.status in {401, 405}

    def test_of_a_key_that_was_used_for_something_else(self, peer):
        key = str(uuid.uuid4())
        path = operation_path(context="parcels", version="1", operation="stamp")
        for label, status in (("one", 200), ("two", 400)):
            body = json.dumps({"label": label}).encode()
            envelope = Envelope(method="POST", path=path, caller="monolith", audience="parcels", key=key)
            response = peer.post(
                sign(envelope, body=body, key=NEW_KEY.encode(), now=time.time()), "stamp", body=body
            )
            assert response.status == status

    def test_of_a_caller_who_has_left(self, peer):
        response = peer.call(deadline_ms=0)

        assert refusal(response) == (503, "BD311")
        assert response.headers["Retry-After"] == "1"


class TestACrash:
    def test_of_the_implementation_keeps_its_secrets(self, peer, service):
        response = peer.call("drop", body=b"{}")

        assert refusal(response) == (500, "crash")
        assert "secret" not in response.data.decode()
        assert "the secret of the parcels" in service.log.read_text()

    def test_of_the_process_leaves_a_command_unknown(self, service_environ, tmp_path):
        with (
            running_service(environ=service_environ, folder=tmp_path) as mortal,
            pytest.raises(OutcomeUnknown, match="no answer came"),
        ):
            send(a_command(operation="die", idempotent=False, key=str(uuid.uuid4())), url=mortal.url)

    def test_of_the_nonce_store_refuses_all(self, peer, settings, client):
        settings.ROOT_URLCONF = "tests.facades.wire.service_urls"
        settings.BOUNDARIES = {"SIDE": "parcels", "KEYS": {"monolith": [NEW_KEY]}}
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "redis://127.0.0.1:1",
            }
        }
        path = operation_path(context="parcels", version="1", operation="find")

        response = client.post(path, PARCEL, content_type="application/json", headers=peer.signed())

        assert (response.status_code, response.json()["code"]) == (503, "BD346")
        assert response.headers["Retry-After"] == "1"


class TestTheContract:
    def test_is_served_to_signed_callers(self, peer):
        path = contract_path(context="parcels")
        headers = peer.signed(method="GET", path=path, body=b"")

        document = urllib3.request("GET", peer.url + path, headers=headers).json()

        assert document["openapi"].startswith("3.1")
        assert operation_path(context="parcels", version="1", operation="stamp") in document["paths"]

    def test_is_not_served_to_others(self, peer):
        assert urllib3.request("GET", peer.url + contract_path(context="parcels")).status == 401
