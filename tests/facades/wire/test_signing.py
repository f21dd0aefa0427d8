from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.facades import signing
from boundaries.facades.principal import Principal
from boundaries.facades.signing import Envelope, sign, verify

KEY = b"the key that both sides have"
OTHER_KEY = b"a key that only one side has"
NOW = 1_800_000_000.0
WINDOW = 30
BODY = b'{"amount":"12.50"}'
CALL = Envelope(
    method="POST",
    path="/boundaries/v1/parcels/1/stamp",
    caller="monolith",
    audience="parcels",
    key="order-17/pay",
    epoch=4,
    deadline_ms=1500,
    principal=Principal(subject="7", scopes=("pay", "see"), tenant="nl", authenticated_at=NOW),
)
SIGNED_HEADERS = [
    "Caller", "Timestamp", "Nonce", "Key-Id", "Idempotency-Key", "Epoch", "Deadline-Ms", "Principal", "Signature",
]  # fmt: skip


class Receiver:
    """The other end: its keys, its clock and its memory."""

    def __init__(self, *keys: bytes) -> None:
        self.keys = list(keys) or [KEY]
        self.seen: set[str] = set()

    def receive(self, headers: dict[str, str], *, now: float = NOW, **changes: Any) -> Envelope:
        arrived = {"method": "POST", "path": CALL.path, "body": BODY, "side": "parcels"} | changes
        return verify(
            headers,
            keys=lambda caller: self.keys,
            remember=self._remember,
            now=now,
            window_seconds=WINDOW,
            **arrived,
        )

    def _remember(self, name: str, seconds: float) -> bool:
        assert seconds > 2 * WINDOW, "a nonce must outlive every moment at which its call would be accepted"
        is_new = name not in self.seen
        self.seen.add(name)
        return is_new


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def signed(envelope: Envelope = CALL, *, now: float = NOW, key: bytes = KEY) -> dict[str, str]:
    return sign(envelope, body=BODY, key=key, now=now)


class TestASignedCall:
    def test_arrives_with_all_that_it_said(self, receiver):
        assert receiver.receive(signed()) == CALL

    def test_needs_nothing_but_caller_and_audience(self, receiver):
        bare = Envelope(method="POST", path=CALL.path, caller="monolith", audience="parcels")

        assert receiver.receive(signed(bare)) == bare

    def test_carries_any_idempotency_key(self, receiver):
        odd = Envelope(method="POST", path=CALL.path, caller="monolith", audience="parcels", key="ключ\n% 1")

        assert receiver.receive(signed(odd)).key == "ключ\n% 1"

    @given(
        key=st.text(min_size=1, max_size=40),
        epoch=st.none() | st.integers(-(10**17), 10**17),
        subject=st.text(max_size=40),
        scopes=st.lists(st.text(max_size=5), max_size=3),
    )
    def test_carries_any_values(self, key, epoch, subject, scopes):
        principal = Principal(subject=subject, scopes=tuple(scopes))
        said = Envelope(
            method="POST",
            path=CALL.path,
            caller="monolith",
            audience="parcels",
            key=key,
            epoch=epoch,
            principal=principal,
        )

        assert Receiver().receive(signed(said)) == said

    def test_is_signed_differently_at_each_try(self):
        first, second = signed(), signed()

        assert first["X-Boundaries-Nonce"] != second["X-Boundaries-Nonce"]
        assert first["X-Boundaries-Signature"] != second["X-Boundaries-Signature"]
        assert first["X-Boundaries-Idempotency-Key"] == second["X-Boundaries-Idempotency-Key"]

    def test_holds_nothing_of_the_key(self):
        assert KEY.decode() not in "".join(signed().values())


class TestATamperedCall:
    @pytest.mark.parametrize("name", SIGNED_HEADERS)
    def test_is_refused_when_a_header_is_changed(self, receiver, name):
        headers = signed()
        headers[f"X-Boundaries-{name}"] = _other(headers[f"X-Boundaries-{name}"])

        with pytest.raises(signing.SignatureRefused):
            receiver.receive(headers)

    @pytest.mark.parametrize("name", SIGNED_HEADERS)
    def test_is_refused_when_a_header_is_dropped(self, receiver, name):
        headers = signed()
        del headers[f"X-Boundaries-{name}"]

        with pytest.raises(signing.SignatureRefused):
            receiver.receive(headers)

    @pytest.mark.parametrize(
        "change",
        [
            {"body": BODY + b" "},
            {"method": "PUT"},
            {"path": "/boundaries/v1/parcels/1/stamp_all"},
        ],
    )
    def test_BD341_when_method_path_or_body_are_changed(self, receiver, change):
        with pytest.raises(signing.SignatureMismatch):
            receiver.receive(signed(), **change)

    def test_does_not_use_up_the_nonce(self, receiver):
        headers = signed()
        with pytest.raises(signing.SignatureMismatch):
            receiver.receive(headers, body=b"{}")

        assert receiver.receive(headers) == CALL

    def test_cannot_move_a_line_from_one_field_to_the_next(self, receiver):
        headers = signed()
        headers["X-Boundaries-Nonce"] += "\n" + headers["X-Boundaries-Key-Id"]

        with pytest.raises(signing.SignatureRefused, match="printable"):
            receiver.receive(headers)


class TestRefusals:
    def test_BD340_without_a_signature(self, receiver):
        with pytest.raises(signing.SignatureRefused, match="X-Boundaries-Caller is missing"):
            receiver.receive({"X-Boundaries-Audience": "parcels"})

    def test_BD340_for_a_principal_that_is_none(self, receiver):
        headers = _signed_again(signed(), Principal="e30=")

        with pytest.raises(signing.SignatureRefused, match="Principal"):
            receiver.receive(headers)

    @pytest.mark.parametrize("nonce", ["short", "x" * 65, "spaces are not allowed here"])
    def test_BD340_for_a_nonce_that_is_none(self, receiver, nonce):
        with pytest.raises(signing.SignatureRefused, match="Nonce"):
            receiver.receive(_signed_again(signed(), Nonce=nonce))

    @pytest.mark.parametrize("seconds", [WINDOW + 0.1, -WINDOW - 0.1])
    def test_BD342_for_a_call_outside_the_window(self, receiver, seconds):
        with pytest.raises(signing.SignatureExpired):
            receiver.receive(signed(), now=NOW + seconds)

    @pytest.mark.parametrize("seconds", [WINDOW - 0.1, -WINDOW + 0.1])
    def test_accepts_a_call_inside_the_window(self, receiver, seconds):
        assert receiver.receive(signed(), now=NOW + seconds)

    def test_BD343_for_the_same_call_again(self, receiver):
        headers = signed()
        receiver.receive(headers)

        with pytest.raises(signing.CallReplayed):
            receiver.receive(headers)

    def test_BD344_for_a_call_to_somebody_else(self, receiver):
        with pytest.raises(signing.AudienceWrong, match=r"parcels.*letters"):
            receiver.receive(signed(), side="letters")

    def test_names_neither_key_nor_signature(self, receiver):
        headers = signed(key=OTHER_KEY)

        with pytest.raises(signing.SignatureMismatch) as refused:
            receiver.receive(headers)

        text = str(refused.value) + str(refused.value.as_dict())
        assert KEY.decode() not in text
        assert headers["X-Boundaries-Signature"] not in text


class TestRotation:
    def test_accepts_the_old_key_while_both_are_listed(self):
        receiver = Receiver(OTHER_KEY, KEY)

        assert receiver.receive(signed(key=KEY))
        assert receiver.receive(signed(key=OTHER_KEY))

    def test_refuses_the_old_key_once_it_is_gone(self):
        with pytest.raises(signing.SignatureMismatch, match="not among KEYS"):
            Receiver(OTHER_KEY).receive(signed(key=KEY))


def _other(value: str) -> str:
    digit = "1" if value[-1] != "1" else "2"
    return value[:-1] + digit


def _signed_again(headers: dict[str, str], **changes: str) -> dict[str, str]:
    """What somebody who has the key, but not our code, could send."""
    values = {name: headers.get(f"X-Boundaries-{name}", "") for name in signing._FIELDS} | changes
    signature = signing._digest(values, method="POST", path=CALL.path, body=BODY, key=KEY)
    return {f"X-Boundaries-{name}": value for name, value in values.items()} | {
        "X-Boundaries-Signature": signature
    }
