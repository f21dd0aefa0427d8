"""How does an answer look on HTTP, seen from both ends?

    200  the result                       422  a domain error, {"code", "facts"}
    409  moved, {"code", "epoch", "address"}    503  not_open, {"code"}, with Retry-After

Anything else is a failure, told as problem+json (RFC 9457). Epoch and tick travel in headers, so that a
result is passed on as the bytes that the codec wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import msgspec

from boundaries.errors import BoundaryError
from boundaries.facades.answer import Answer
from boundaries.facades.signing import PREFIX

JSON = "application/json"
PROBLEM = "application/problem+json"
EPOCH, TICK, AGE = f"{PREFIX}Epoch", f"{PREFIX}Tick", f"{PREFIX}Age"
RETRY_AFTER_SECONDS = "1"
RESPONSE_LIMIT_BYTES = 32 * 1024 * 1024
_MOUNT = "/boundaries/v1"
_REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Reply:
    """A response without a framework: status, headers, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Moved(msgspec.Struct):
    code: Literal["moved"]
    epoch: int | None = None
    address: str | None = None


class _NotOpen(msgspec.Struct):
    code: Literal["not_open"]


class _Problem(msgspec.Struct):
    detail: str = ""
    code: str = ""


def operation_path(*, context: str, version: str, operation: str) -> str:
    """Where an operation is served, from the mount point on."""
    return f"{_MOUNT}/{quote(context)}/{quote(version)}/{quote(operation)}"


def contract_path(*, context: str) -> str:
    """Where the OpenAPI document of a context is served."""
    return f"{_MOUNT}/{quote(context)}/openapi.json"


def to_reply(answer: Answer) -> Reply:
    """The response that carries an answer."""
    headers = {"Content-Type": JSON}
    if answer.epoch is not None:
        headers[EPOCH] = str(answer.epoch)
    if answer.tick is not None:
        headers[TICK] = str(answer.tick)
    if answer.age_seconds is not None:
        headers[AGE] = f"{answer.age_seconds:.3f}"
    match answer.status:
        case "ok":
            return Reply(200, headers, answer.body)
        case "domain_error":
            return Reply(422, headers, answer.body)
        case "moved":
            moved = _Moved(code="moved", epoch=answer.epoch, address=answer.address)
            return Reply(409, headers, msgspec.json.encode(moved))
        case "not_open":
            headers["Retry-After"] = RETRY_AFTER_SECONDS
            return Reply(503, headers, msgspec.json.encode(_NotOpen(code="not_open")))


def to_answer(reply: Reply) -> Answer | None:
    """The answer that a response carries; None where it carries none.

    :raises ValueError: when it should carry one, and cannot be read.
    """
    epoch, tick = _number(reply, EPOCH), _number(reply, TICK)
    match reply.status:
        case 200:
            return Answer("ok", _json(reply), epoch=epoch, tick=tick, age_seconds=_seconds(reply, AGE))
        case 422 if _is_json(reply):
            return Answer("domain_error", _json(reply), epoch=epoch, tick=tick)
        case 409 if _is_json(reply):
            moved = msgspec.json.decode(reply.body, type=_Moved)
            return Answer("moved", epoch=moved.epoch, tick=tick, address=moved.address)
        case 503 if _is_json(reply) and _is_not_open(reply):
            return Answer("not_open", epoch=epoch, tick=tick)
    return None


def problem(status: int, error: BoundaryError) -> Reply:
    """A refusal or failure as problem+json: code, what and remedy; never a traceback."""
    return problem_text(status, code=error.code, detail=error.what, remedy=error.what_to_do)


def problem_text(status: int, *, code: str, detail: str, remedy: str = "") -> Reply:
    """A problem+json that stands for no error class of the kit."""
    content = {"type": "about:blank", "status": status, "code": code, "detail": detail, "remedy": remedy}
    headers = {"Content-Type": PROBLEM}
    if status == 503:
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    return Reply(status, headers, msgspec.json.encode(content))


def reason_of(reply: Reply) -> str:
    """What a failed response says about itself, in one line."""
    try:
        told = msgspec.json.decode(reply.body, type=_Problem)
    except ValueError:
        told = _Problem()
    reason = f"HTTP {reply.status}"
    if told.code or told.detail:
        reason += f" {told.code}: {told.detail}".replace(" : ", " ")
    return reason[:_REASON_LENGTH].rstrip(".")


def retry_after_seconds(reply: Reply) -> float:
    """How long the service asked to be left alone; 0 where it did not say, or named a date."""
    value = reply.headers.get("Retry-After", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0


def _json(reply: Reply) -> bytes:
    if not _is_json(reply):
        raise ValueError(f"the answer is {reply.headers.get('Content-Type')!r}, not JSON")
    msgspec.json.decode(reply.body, type=msgspec.Raw)
    return reply.body


def _is_json(reply: Reply) -> bool:
    return reply.headers.get("Content-Type", "").partition(";")[0].strip() == JSON


def _is_not_open(reply: Reply) -> bool:
    try:
        msgspec.json.decode(reply.body, type=_NotOpen)
    except ValueError:
        return False
    return True


def _seconds(reply: Reply, name: str) -> float | None:
    value = reply.headers.get(name)
    return float(value) if value else None


def _number(reply: Reply, name: str) -> int | None:
    value = reply.headers.get(name)
    return int(value) if value else None
