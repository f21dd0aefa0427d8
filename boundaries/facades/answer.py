"""What crosses the wire between two sides of a facade?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from boundaries.facades.principal import Principal

Kind = Literal["query", "command"]
Status = Literal["ok", "domain_error", "moved", "not_open"]


@dataclass(frozen=True, slots=True)
class RemoteCall:
    """One operation to be run by another process.

    `body` is a JSON object of the arguments; `key` is the idempotency key of a command; `epoch` is the owner's epoch
    as the caller knows it; `deadline` is a `time.monotonic()` value of the calling process.
    """

    context: str
    version: str
    operation: str
    kind: Kind
    idempotent: bool
    body: bytes
    key: str | None
    epoch: int | None
    deadline: float
    principal: Principal | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    `body` is the JSON of the result, or `{"code", "facts"}` of a domain error. `moved` and `not_open` mean that the
    answering side does not own the writes (any more, or yet): nothing was done. `tick` says how far a copy has
    caught up with its owner, `age_seconds` how long ago that was, and `address` where the owner is, if the answering
    side knows.
    """

    status: Status
    body: bytes = b"null"
    epoch: int | None = None
    tick: int | None = None
    age_seconds: float | None = None
    address: str | None = None
