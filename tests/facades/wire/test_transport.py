from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from boundaries.facades import connection, wire
from boundaries.facades.answer import Answer
from boundaries.facades.deadline import serving
from boundaries.facades.failure import (
    CircuitOpen,
    ContractError,
    DeadlineExceeded,
    OutcomeUnknown,
    ServiceUnavailable,
)
from boundaries.facades.keyring import KeyMissing
from boundaries.facades.policy import breaker_states
from boundaries.facades.principal import Principal
from boundaries.facades.signing import verify
from boundaries.facades.transport import send
from tests.facades.wire.calls import a_command, a_query, path_of
from tests.facades.wire.scripted import (
    begin_late,
    cut_short,
    drip,
    hang_up,
    reply,
    reply_and_hang_up,
    say_nothing,
    scripted,
)

KEY = "the key of monolith and parcels"
PROBLEM = b'{"code":"BD341","detail":"The signature does not fit."}'
NO_RETRY = {"RETRY_ATTEMPTS": 1}


@pytest.fixture(autouse=True)
def caller(settings):
    """This process as the monolith, with quick retries."""

    def change(**changes):
        settings.BOUNDARIES = {
            "KEYS": {"parcels": [KEY]}, "RETRY_BASE_SECONDS": 0.001, "BREAKER_FAILURES": 50, **changes,
        }  # fmt: skip

    change()
    yield change
    connection.close_connections()


@pytest.fixture
def nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


class TestAnswers:
    @pytest.mark.parametrize(
        ("step", "answer"),
        [
            (reply(200, b"[1]", X_Boundaries_Epoch="7", X_Boundaries_Tick="99"), Answer("ok", b"[1]", epoch=7, tick=99)),
            (reply(422, b'{"code":"parcels.lost","facts":{}}'), Answer("domain_error", b'{"code":"parcels.lost","facts":{}}')),
            (reply(409, b'{"code":"moved","epoch":8,"address":"http://x"}'), Answer("moved", epoch=8, address="http://x")),
            (reply(503, b'{"code":"not_open"}', X_Boundaries_Epoch="3"), Answer("not_open", epoch=3)),
        ],
    )  # fmt: skip
    def test_arrive_as_they_were_given(self, step, answer):
        with scripted(step) as server:
            assert send(a_command(), url=server.url) == answer
            assert len(server.requests) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            Answer("ok", b'{"a":1}', epoch=2, tick=5),
            Answer("ok", b"null"),
            Answer("domain_error", b'{"code":"a.b","facts":{}}', epoch=2),
            Answer("moved", epoch=4, address="https://parcels.example"),
            Answer("moved"),
            Answer("not_open", epoch=0),
        ],
    )
    def test_read_the_same_at_both_ends(self, answer):
        assert wire.to_answer(wire.to_reply(answer)) == answer


class TestARequest:
    def test_is_signed_for_its_audience(self):
        call = a_command(principal=Principal("7"), epoch=3, body=b'{"label":"x"}')
        with scripted(reply()) as server:
            send(call, url=server.url)

        seen = server.requests[0]
        headers = {
            f"X-Boundaries-{name.removeprefix('x-boundaries-').title()}": value
            for name, value in seen.headers.items()
        }
        envelope = verify(
            headers, method="POST", path=path_of(call), body=seen.body, side="parcels", keys=lambda caller: [KEY.encode()],
            remember=lambda name, seconds: True, now=time.time(), window_seconds=5,
        )  # fmt: skip
        assert seen.line == f"POST {path_of(call)} HTTP/1.1"
        assert (envelope.caller, envelope.key, envelope.epoch) == ("monolith", "key-1", 3)
        assert envelope.principal == Principal("7")
        assert 0 < envelope.deadline_ms <= 2000

    def test_goes_below_the_path_of_the_address_but_is_signed_without_it(self):
        with scripted(reply()) as server:
            send(a_query(), url=server.url + "/behind/")

        assert server.requests[0].line.startswith("POST /behind/boundaries/v1/parcels/1/find ")

    def test_is_signed_anew_at_each_try_under_the_same_key(self):
        with scripted(hang_up, reply(500), reply()) as server:
            assert send(a_command(), url=server.url).status == "ok"

        sent = [request.headers for request in server.requests]
        assert len({headers["x-boundaries-nonce"] for headers in sent}) == 3
        assert {headers["x-boundaries-idempotency-key"] for headers in sent} == {"key-1"}
        assert [headers["x-boundaries-attempt"] for headers in sent] == ["0", "1", "2"]

    def test_needs_a_key(self, caller):
        caller(KEYS={})

        with pytest.raises(KeyMissing, match="KEYS has no entry for 'parcels'"), scripted(reply()) as server:
            send(a_query(), url=server.url)

    def test_needs_a_key_that_cannot_be_guessed(self, caller):
        caller(KEYS={"parcels": ["short"]})

        with pytest.raises(KeyMissing, match="fewer than 16"), scripted(reply()) as server:
            send(a_query(), url=server.url)


class TestNobodyThere:
    @pytest.mark.parametrize("call", [a_query, a_command])
    def test_is_unavailable_and_nothing_has_happened(self, nobody_there, call):
        with pytest.raises(ServiceUnavailable, match="refused"):
            send(call(), url=nobody_there)

    def test_opens_the_circuit(self, nobody_there, caller):
        caller(BREAKER_FAILURES=2, **NO_RETRY)
        for _ in range(2):
            with pytest.raises(ServiceUnavailable):
                send(a_query(), url=nobody_there)

        with pytest.raises(CircuitOpen):
            send(a_query(), url=nobody_there)
        (seen,) = breaker_states()
        assert (seen.context, seen.address, seen.state, seen.opened) == ("parcels", nobody_there, "open", 1)


class TestAServerThatDiesAfterReceiving:
    @pytest.mark.parametrize("death", [hang_up, cut_short])
    def test_leaves_the_outcome_of_a_command_unknown(self, death):
        with scripted(death) as server, pytest.raises(OutcomeUnknown) as unknown:
            send(a_command(idempotent=False), url=server.url)

        assert len(server.requests) == 1, "what cannot be repeated safely must not be repeated"
        assert unknown.value.key == "key-1"

    def test_is_asked_again_for_an_idempotent_command(self):
        with scripted(hang_up, reply()) as server:
            assert send(a_command(), url=server.url).status == "ok"

    def test_leaves_it_unknown_even_if_nobody_listens_any_more(self, caller):
        with scripted(hang_up) as server:

            def die(sock, request):
                server.stop_listening()
                return False

            server.steps = [die]
            with pytest.raises(OutcomeUnknown):
                send(a_command(), url=server.url)
            assert len(server.requests) == 1

    @pytest.mark.parametrize("death", [hang_up, cut_short])
    def test_makes_a_query_unavailable(self, death, caller):
        with scripted(death) as server, pytest.raises(ServiceUnavailable):
            send(a_query(), url=server.url)

        assert len(server.requests) == 3


class TestTheDeadline:
    def test_ends_a_query(self):
        with scripted(say_nothing) as server, pytest.raises(DeadlineExceeded):
            send(a_query(seconds=0.2), url=server.url)

    def test_leaves_the_outcome_of_a_command_unknown(self):
        with scripted(say_nothing) as server, pytest.raises(OutcomeUnknown):
            send(a_command(seconds=0.2), url=server.url)

    @pytest.mark.parametrize(
        "prefix",
        [
            b"",
            b"HTTP/1.1 200 OK\r\nX-Long: ",
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
        ],
        ids=["status", "headers", "body"],
    )
    def test_holds_for_a_server_that_drips(self, prefix):
        began = time.monotonic()
        with scripted(drip(prefix)) as server, pytest.raises((DeadlineExceeded, ServiceUnavailable)):
            send(a_query(seconds=0.3), url=server.url)

        assert time.monotonic() - began < 1.0

    def test_holds_for_a_server_that_stops_half_way(self):
        began = time.monotonic()
        with scripted(begin_late) as server, pytest.raises(DeadlineExceeded):
            send(a_query(seconds=0.6), url=server.url)

        assert time.monotonic() - began < 0.9

    def test_is_not_spent_on_a_call_for_somebody_who_has_left(self):
        gone = serving(deadline=time.monotonic() - 1, is_retry=False)
        with scripted(reply()) as server, gone, pytest.raises(DeadlineExceeded):
            send(a_query(), url=server.url)

        assert server.requests == []


class TestFailures:
    @pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 405, 413])
    def test_of_the_contract_are_not_repeated(self, status):
        step = reply(status, PROBLEM, content_type="application/problem+json", Location="/elsewhere")
        with (
            scripted(step) as server,
            pytest.raises(ContractError, match=f"HTTP {status} BD341: The signature"),
        ):
            send(a_query(), url=server.url)

        assert len(server.requests) == 1

    @pytest.mark.parametrize("status", [408, 425, 429])
    def test_that_say_later_are_not_repeated_either(self, status):
        with scripted(reply(status)) as server, pytest.raises(ServiceUnavailable):
            send(a_query(), url=server.url)

        assert len(server.requests) == 1

    @pytest.mark.parametrize("status", [500, 502, 504])
    def test_of_the_server_leave_a_command_unknown(self, status):
        with (
            scripted(reply(status, b"<html>", content_type="text/html")) as server,
            pytest.raises(OutcomeUnknown),
        ):
            send(a_command(), url=server.url)

        assert len(server.requests) == 3

    def test_503_says_that_nothing_was_begun(self):
        with scripted(reply(503)) as server, pytest.raises(ServiceUnavailable, match="HTTP 503"):
            send(a_command(), url=server.url)

    def test_503_is_repeated_when_the_service_says(self):
        began = time.monotonic()
        with scripted(reply(503, Retry_After="1"), reply()) as server:
            assert send(a_command(), url=server.url).status == "ok"

        assert time.monotonic() - began >= 1.0

    @pytest.mark.parametrize(
        "step",
        [
            reply(200, b"<html>", content_type="text/html"),
            reply(200, b"{not json"),
            reply(409, b'{"code":"conflict"}'),
            reply(200, b"1", X_Boundaries_Epoch="soon"),
        ],
    )
    def test_unreadable_answers_break_the_contract(self, step):
        with scripted(step) as server, pytest.raises(ContractError):
            send(a_query(), url=server.url)

        assert len(server.requests) == 1

    def test_an_unreadable_success_leaves_a_command_unknown(self):
        with (
            scripted(reply(200, b"<html>", content_type="text/html")) as server,
            pytest.raises(OutcomeUnknown),
        ):
            send(a_command(), url=server.url)

        assert len(server.requests) == 1

    def test_an_answer_is_read_up_to_a_limit(self, monkeypatch):
        monkeypatch.setattr(connection, "RESPONSE_LIMIT_BYTES", 1000)
        with scripted(reply(200, b"[" + b"1," * 300_000 + b"1]"), reply()) as server:
            with pytest.raises(ContractError, match="bytes"):
                send(a_query(), url=server.url)

            assert send(a_query(), url=server.url).status == "ok"
            assert server.requests[-1].connection == 1, "a half-read connection must not be used again"

    def test_an_address_that_is_none(self):
        with pytest.raises(ServiceUnavailable, match="no http"):
            send(a_query(), url="parcels:80")


class TestConnections:
    def test_are_kept_open(self):
        with scripted(reply()) as server:
            for _ in range(3):
                send(a_query(), url=server.url)

        assert {request.connection for request in server.requests} == {0}

    @pytest.mark.parametrize("status", [400, 404, 422])
    def test_are_kept_open_after_a_refusal(self, status):
        with scripted(
            reply(status, b'{"code":"x"}', content_type="application/problem+json"), reply()
        ) as server:
            with pytest.raises(ContractError):
                send(a_query(), url=server.url)
            send(a_query(), url=server.url)

        assert {request.connection for request in server.requests} == {0}

    def test_closed_by_the_server_while_idle_are_noticed(self, caller):
        caller(RETRY_ATTEMPTS=1, BREAKER_FAILURES=1)
        with scripted(reply_and_hang_up) as server:
            for _ in range(5):
                assert send(a_query(), url=server.url).status == "ok"

    @pytest.mark.parametrize("call", [a_query, a_command])
    def test_found_stale_are_replaced_without_waiting_or_blame(self, caller, call):
        caller(RETRY_ATTEMPTS=1, BREAKER_FAILURES=1, RETRY_BUDGET=0.0)
        with scripted(reply(), hang_up, reply()) as server:
            send(call(), url=server.url)

            assert send(call(), url=server.url).status == "ok"
            assert [request.connection for request in server.requests] == [0, 0, 1]

    def test_found_stale_leave_a_command_that_cannot_be_repeated_unknown(self):
        with scripted(reply(), hang_up) as server:
            send(a_query(), url=server.url)
            with pytest.raises(OutcomeUnknown):
                send(a_command(idempotent=False), url=server.url)

    def test_are_not_shared_with_a_forked_child(self):
        with scripted(reply()) as server:
            script = Path(__file__).with_name("forking.py")
            done = subprocess.run(
                [sys.executable, script, server.url, KEY],
                timeout=20,
                capture_output=True,
                text=True,
                check=False,
                cwd=django_settings.BASE_DIR.parent,
            )

        assert done.returncode == 0, done.stderr
        by_process = [(request.body, request.connection) for request in server.requests]
        assert by_process == [(b'"parent"', 0), (b'"child"', 1), (b'"parent"', 0)]
