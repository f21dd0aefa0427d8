"""What happens between a call and its answer when another process answers?

One try is one signed POST. What went wrong is told apart by one question: can the call have arrived? If not,
nothing has happened; if so, the outcome of a command is unknown.
"""

from __future__ import annotations

import ssl
import time
from typing import NoReturn

from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NewConnectionError,
    ProtocolError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as HTTPTimeoutError

from boundaries.facades import wire
from boundaries.facades.answer import Answer, RemoteCall
from boundaries.facades.connection import AnswerTooLarge, ConnectionWasStale, exchange
from boundaries.facades.failure import ContractError, DeadlineExceeded, OutcomeUnknown, ServiceUnavailable
from boundaries.facades.keyring import own_name, signing_key
from boundaries.facades.peer import peer_at
from boundaries.facades.policy import TryFailed, policy_of
from boundaries.facades.signing import Envelope, sign

# The server says that it did not begin: nothing has happened, whatever the operation is.
_DID_NOT_BEGIN = frozenset({408, 425, 429, 503})
_NEVER_SENT = (NewConnectionError, ConnectTimeoutError, LocationValueError)
_REMEDIES = {
    401: "the keys or clocks of the two sides differ",
    403: "the map does not declare this call",
    404: "that side serves no such context, version or operation",
    413: "the arguments are too large",
}


def send(call: RemoteCall, *, url: str) -> Answer:
    """Ask the service at `url`, under the policy of this process towards it.

    :raises ServiceUnavailable: no answer, and nothing has happened there (or it was a query).
    :raises DeadlineExceeded: a query took longer than its deadline, or none of it was left.
    :raises OutcomeUnknown: a command may have happened; repeat it with the same key.
    :raises CircuitOpen: too many failures lately; not tried.
    :raises BulkheadFull: too many calls under way; not tried.
    :raises ContractError: the two sides do not understand each other.
    :raises KeyMissing: when there is no key to sign with.
    """
    address = url.rstrip("/")
    policy = policy_of(call.context, address)
    return policy.run(call, lambda seconds, attempt: _try(call, address, seconds, attempt))


def _try(call: RemoteCall, address: str, seconds: float, attempt: int) -> Answer:
    path = wire.operation_path(context=call.context, version=call.version, operation=call.operation)
    headers = _headers(call, address, path, seconds, attempt)
    try:
        reply = exchange(address, path=path, body=call.body, headers=headers, seconds=seconds)
    except _NEVER_SENT as error:
        raise TryFailed(_unavailable(call, _short(error))) from error
    except (HTTPTimeoutError, TimeoutError) as error:
        raise TryFailed(_too_late(call, seconds)) from error
    except AnswerTooLarge as error:
        reason = f"the answer has more than {wire.RESPONSE_LIMIT_BYTES} bytes"
        raise TryFailed(_unreadable(call, reason), is_outage=False, is_final=True) from error
    except HTTPError as error:
        _raise_broken(call, error)
    return _read(call, reply)


def _headers(call: RemoteCall, address: str, path: str, seconds: float, attempt: int) -> dict[str, str]:
    peer = peer_at(address, context=call.context)
    envelope = Envelope(
        method="POST",
        path=path,
        caller=own_name(),
        audience=peer,
        key=call.key,
        epoch=call.epoch,
        deadline_ms=int(seconds * 1000),
        attempt=attempt,
        principal=call.principal,
    )
    signed = sign(envelope, body=call.body, key=signing_key(peer), now=time.time())
    return {"Content-Type": wire.JSON, "Accept": wire.JSON, **signed}


def _raise_broken(call: RemoteCall, error: HTTPError) -> NoReturn:
    """The connection broke after, or while, the call was sent."""
    if isinstance(error, SSLError) and isinstance(error.args[0], ssl.SSLCertVerificationError):
        raise TryFailed(_unavailable(call, _short(error)), is_final=True) from error
    cause = error.args[1] if isinstance(error, ProtocolError) and len(error.args) > 1 else None
    is_stale = isinstance(cause, ConnectionWasStale)
    raise TryFailed(
        _no_answer(call, _short(cause or error)), is_outage=not is_stale, is_stale=is_stale
    ) from error


def _read(call: RemoteCall, reply: wire.Reply) -> Answer:
    try:
        answer = wire.to_answer(reply)
    except ValueError as error:
        failure = _unreadable if reply.status == 200 else _contract_error
        raise TryFailed(failure(call, str(error)), is_outage=False, is_final=True) from error
    if answer is not None:
        return answer
    reason = wire.reason_of(reply)
    if reply.status in _DID_NOT_BEGIN:
        raise TryFailed(
            _unavailable(call, reason),
            is_final=reply.status < 500,
            retry_after_seconds=wire.retry_after_seconds(reply),
        )
    if reply.status >= 500:
        raise TryFailed(_no_answer(call, reason), retry_after_seconds=wire.retry_after_seconds(reply))
    hint = _REMEDIES.get(reply.status)
    reason = f"{reason} ({hint})" if hint else reason
    raise TryFailed(_contract_error(call, reason), is_outage=False, is_final=True)


def _no_answer(call: RemoteCall, reason: str) -> ServiceUnavailable | OutcomeUnknown:
    """The call may have arrived."""
    if call.kind == "query":
        return _unavailable(call, reason)
    return OutcomeUnknown(context=call.context, operation=call.operation, reason=reason, key=call.key)


def _too_late(call: RemoteCall, seconds: float) -> DeadlineExceeded | OutcomeUnknown:
    if call.kind == "query":
        return DeadlineExceeded(
            context=call.context, operation=call.operation, timeout_seconds=round(seconds, 3)
        )
    reason = f"nothing came within {round(seconds, 3)} s"
    return OutcomeUnknown(context=call.context, operation=call.operation, reason=reason, key=call.key)


def _unreadable(call: RemoteCall, reason: str) -> ContractError | OutcomeUnknown:
    """Something came that cannot be used: a query has failed for good, a command has probably happened."""
    if call.kind == "query":
        return _contract_error(call, reason)
    return OutcomeUnknown(context=call.context, operation=call.operation, reason=reason, key=call.key)


def _contract_error(call: RemoteCall, reason: str) -> ContractError:
    return ContractError(context=call.context, operation=call.operation, reason=reason)


def _unavailable(call: RemoteCall, reason: str) -> ServiceUnavailable:
    return ServiceUnavailable(context=call.context, reason=reason)


def _short(error: BaseException) -> str:
    """What happened, without the addresses of objects that urllib3 puts in front."""
    text = str(error).rpartition(": ")[2] or type(error).__name__
    return text.rstrip(". ")
