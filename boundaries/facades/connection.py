"""How is one HTTP exchange kept within its deadline?

A socket's timeout starts again with each byte that arrives, so a server that drips could hold a caller for
ever. Here every read gets only what is left of the whole. Connections are kept open, per process and address.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from boundaries.conf import setting
from boundaries.facades.process_local import ProcessLocal
from boundaries.facades.wire import RESPONSE_LIMIT_BYTES, Reply

_PART_BYTES = 256 * 1024


class ConnectionWasStale(ConnectionError):
    """The server had closed a connection that was kept open from an earlier call."""


class AnswerTooLarge(Exception):
    """The body of an answer is longer than RESPONSE_LIMIT_BYTES."""


def exchange(address: str, *, path: str, body: bytes, headers: dict[str, str], seconds: float) -> Reply:
    """POST once, and read the whole answer within `seconds`, all waiting included.

    :raises urllib3.exceptions.HTTPError: for whatever goes wrong below HTTP.
    :raises AnswerTooLarge: without having read more than the limit.
    """
    pool = _pools.get(address)
    response = pool.urlopen(
        "POST",
        urlsplit(address).path.rstrip("/") + path,
        body=body,
        headers=headers,
        timeout=urllib3.Timeout(total=seconds),
        retries=False,
        redirect=False,
        preload_content=False,
        decode_content=False,
    )
    try:
        content = _read_all(response)
    except BaseException:
        response.close()
        raise
    finally:
        response.release_conn()
    return Reply(response.status, response.headers, content)


def close_connections() -> None:
    """Drop the connections of this process that are not in use."""
    for pool in _pools.values():
        pool.close()
    _pools.clear()


def _read_all(response: urllib3.BaseHTTPResponse) -> bytes:
    """The whole body. Reads until nothing more comes: only then is a body noticed that was cut short."""
    parts: list[bytes] = []
    left = RESPONSE_LIMIT_BYTES
    while part := response.read(_PART_BYTES):
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise AnswerTooLarge
    return b"".join(parts)


class _Expiring:
    """Mixed into a socket: each read may take what is left until `expires`, not a full timeout again."""

    expires: float | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        if self.expires is not None:
            left_seconds = self.expires - time.monotonic()
            if left_seconds <= 0:
                raise TimeoutError("the deadline has passed")
            self.settimeout(left_seconds)  # type: ignore[attr-defined]
        return super().recv_into(*args, **kwargs)  # type: ignore[misc, no-any-return]


class _Socket(_Expiring, socket.socket):
    pass


class _TLSSocket(_Expiring, ssl.SSLSocket):
    pass


class _Patience:
    """Mixed into a connection: hands its socket the deadline, and tells a stale connection from a crash."""

    answered = 0

    def _new_conn(self) -> socket.socket:
        plain: socket.socket = super()._new_conn()  # type: ignore[misc]
        timeout = plain.gettimeout()
        expiring = _Socket(fileno=plain.detach())
        expiring.settimeout(timeout)
        return expiring

    def getresponse(self) -> Any:
        self.sock.expires = time.monotonic() + self.timeout  # type: ignore[attr-defined]
        was_used = self.answered > 0  # read now: a failing exchange closes the connection
        try:
            response = super().getresponse()  # type: ignore[misc]
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as error:
            if was_used:
                raise ConnectionWasStale(str(error)) from error
            raise
        self.answered += 1
        return response

    def close(self) -> None:
        self.answered = 0
        super().close()  # type: ignore[misc]


class _Connection(_Patience, HTTPConnection):
    pass


class _TLSConnection(_Patience, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _make_pool(address: str) -> HTTPConnectionPool:
    parts = urlsplit(address)
    if not parts.hostname:
        raise urllib3.exceptions.LocationValueError(f"{address!r} is no http or https address")
    options: dict[str, Any] = {"maxsize": setting("BULKHEAD_CALLS"), "block": False}
    if parts.scheme != "https":
        return _Pool(parts.hostname, parts.port or 80, **options)
    context = ssl.create_default_context()
    context.sslsocket_class = _TLSSocket
    return _TLSPool(parts.hostname, parts.port or 443, ssl_context=context, **options)


_pools: ProcessLocal[str, HTTPConnectionPool] = ProcessLocal(_make_pool)
