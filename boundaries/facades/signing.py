"""Who sent this call, is it what they sent, and is it the first time that it arrives?

Every header that the receiver acts upon is part of what is signed, together with the method, the path of the
operation and a hash of the body: HMAC-SHA256 with a key that only the two peers have. No clock, cache or
settings in here; `keyring` brings those.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

import msgspec

from boundaries.errors import BoundaryError
from boundaries.facades.principal import Principal

PREFIX = "X-Boundaries-"
_SCHEME = "boundaries-hmac-sha256-1"
_FIELDS = (
    "Caller", "Audience", "Timestamp", "Nonce", "Key-Id",
    "Idempotency-Key", "Epoch", "Deadline-Ms", "Attempt", "Principal",
)  # fmt: skip
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_INTEGER = re.compile(r"-?\d{1,18}")


class SignatureRefused(BoundaryError):
    """Raised when a call has no signature, or one that cannot be read; base of the other refusals."""

    code = "BD340"
    problem = "The call is not properly signed: {reason}."
    remedy = "Call through a facade of the kit, or sign the X-Boundaries headers as it does."


class SignatureMismatch(SignatureRefused):
    """Raised when what arrived is not what was signed, or the key is not one that both sides have."""

    code = "BD341"
    problem = "The signature of {caller} does not fit the call: {reason}."
    remedy = "Compare KEYS on both sides (names, line ends), and look for a proxy that rewrites requests."


class SignatureExpired(SignatureRefused):
    """Raised when a call was signed too long ago, or in the future."""

    code = "BD342"
    problem = "The call of {caller} was signed {age_seconds} s ago; {window_seconds} s are allowed."
    remedy = "Set both clocks by NTP; a call that waited that long is signed anew by its caller."


class CallReplayed(SignatureRefused):
    """Raised when a signed call arrives a second time."""

    code = "BD343"
    problem = "This signed call of {caller} has arrived before."
    remedy = "A retry is signed anew under the same idempotency key; look for a proxy that repeats requests."


class AudienceWrong(SignatureRefused):
    """Raised when a call was signed for another deployable."""

    code = "BD344"
    problem = "The call of {caller} is meant for {audience}, and this is {side}."
    remedy = "Compare the address of {audience} in the caller's map with where this deployable listens."


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a call says about itself besides its arguments; all of it is signed.

    `path` is the operation's path from `/boundaries/` on: a prefix that a gateway strips does not matter.
    `deadline_ms` is the time that was left when the call was sent; `attempt` counts from 0.
    """

    method: str
    path: str
    caller: str
    audience: str
    key: str | None = None
    epoch: int | None = None
    deadline_ms: int | None = None
    attempt: int = 0
    principal: Principal | None = None


Keys = Callable[[str], Sequence[bytes]]
Remember = Callable[[str, float], bool]


def sign(envelope: Envelope, *, body: bytes, key: bytes, now: float) -> dict[str, str]:
    """The headers of one try. A second try is signed again: it gets a nonce of its own.

    `now` is seconds since the epoch.

    :raises SignatureRefused: when a name holds something that no header can carry.
    """
    values = {
        "Caller": envelope.caller,
        "Audience": envelope.audience,
        "Timestamp": str(round(now * 1000)),
        "Nonce": secrets.token_urlsafe(16),
        "Key-Id": key_id(key),
        "Idempotency-Key": quote(envelope.key or ""),
        "Epoch": _text(envelope.epoch),
        "Deadline-Ms": _text(envelope.deadline_ms),
        "Attempt": str(envelope.attempt),
        "Principal": _pack(envelope.principal),
    }
    _refuse_unprintable(values)
    signature = _digest(values, method=envelope.method, path=envelope.path, body=body, key=key)
    headers = {PREFIX + name: value for name, value in values.items() if value}
    headers[PREFIX + "Signature"] = signature
    return headers


def verify(
    headers: Mapping[str, str],
    *,
    method: str,
    path: str,
    body: bytes,
    side: str,
    keys: Keys,
    remember: Remember,
    now: float,
    window_seconds: float,
) -> Envelope:
    """Read the headers of a received call, and vouch for them.

    `keys` gives the keys shared with a caller; `remember` stores a nonce for so many seconds and says whether
    it is new. It is asked last, so that nobody without a key can fill the store.

    :raises SignatureRefused: or one of its subclasses, naming what is wrong.
    """
    values = {name: headers.get(PREFIX + name, "") for name in _FIELDS}
    _refuse_unprintable(values)
    caller = _required(values, "Caller")
    if values["Audience"] != side:
        raise AudienceWrong(caller=caller, audience=_required(values, "Audience"), side=side)
    _refuse_age(values, now=now, window_seconds=window_seconds)
    key = _key_of(caller, values["Key-Id"], keys)
    expected = _digest(values, method=method, path=path, body=body, key=key)
    if not hmac.compare_digest(expected.encode(), headers.get(PREFIX + "Signature", "").encode()):
        raise SignatureMismatch(caller=caller, reason="method, path, headers or body were changed on the way")
    nonce = _required(values, "Nonce")
    if not _NONCE.fullmatch(nonce):
        raise SignatureRefused(reason=f"{PREFIX}Nonce is not 16 to 64 letters, digits, - or _")
    if not remember(f"boundaries:nonce:{caller}:{nonce}", 2 * window_seconds + 1):
        raise CallReplayed(caller=caller)
    return _open(values, method=method, path=path)


@lru_cache(maxsize=256)
def key_id(key: bytes) -> str:
    """A name for a key that gives nothing of it away; tells the receiver which of several keys was used."""
    return hmac.new(key, b"boundaries key id", hashlib.sha256).hexdigest()[:12]


def _digest(values: Mapping[str, str], *, method: str, path: str, body: bytes, key: bytes) -> str:
    lines = (_SCHEME, method, path, *(values[name] for name in _FIELDS), hashlib.sha256(body).hexdigest())
    return hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def _open(values: Mapping[str, str], *, method: str, path: str) -> Envelope:
    return Envelope(
        method=method,
        path=path,
        caller=values["Caller"],
        audience=values["Audience"],
        key=unquote(values["Idempotency-Key"]) or None,
        epoch=_integer(values, "Epoch"),
        deadline_ms=_integer(values, "Deadline-Ms"),
        attempt=_integer(values, "Attempt") or 0,
        principal=_unpack(values["Principal"]),
    )


def _key_of(caller: str, wanted: str, keys: Keys) -> bytes:
    for key in keys(caller):
        if hmac.compare_digest(key_id(key), wanted):
            return key
    raise SignatureMismatch(
        caller=caller, reason=f"the key {wanted or '(none)'!r} is not among KEYS[{caller!r}] here"
    )


def _refuse_age(values: Mapping[str, str], *, now: float, window_seconds: float) -> None:
    _required(values, "Timestamp")
    signed_ms = _integer(values, "Timestamp") or 0
    age_seconds = round(now - signed_ms / 1000, 3)
    if abs(age_seconds) > window_seconds:
        raise SignatureExpired(
            caller=values["Caller"], age_seconds=age_seconds, window_seconds=window_seconds
        )


def _refuse_unprintable(values: Mapping[str, str]) -> None:
    # A line end inside a value would let two different calls have the same signed text.
    for name, value in values.items():
        if not _PRINTABLE.fullmatch(value):
            raise SignatureRefused(reason=f"{PREFIX}{name} holds a character that is not printable ASCII")


def _required(values: Mapping[str, str], name: str) -> str:
    if not values[name]:
        raise SignatureRefused(reason=f"the header {PREFIX}{name} is missing")
    return values[name]


def _integer(values: Mapping[str, str], name: str) -> int | None:
    value = values[name]
    if not value:
        return None
    if not _INTEGER.fullmatch(value):
        raise SignatureRefused(reason=f"{PREFIX}{name} is not a whole number")
    return int(value)


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


def _pack(principal: Principal | None) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(principal)).decode() if principal else ""


def _unpack(value: str) -> Principal | None:
    if not value:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(value), type=Principal)
    except ValueError:
        raise SignatureRefused(reason=f"{PREFIX}Principal is not base64 of a principal's JSON") from None
