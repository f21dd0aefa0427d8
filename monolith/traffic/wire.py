"""How does a request travel, and what exactly did its sender see?

A small HTTP/1.1 client on asyncio protocols, cheap enough to share two cores with all that it measures. It
never repeats a request. A connection that has been idle for a second is not trusted any more: the server may
be closing it at this moment, and an unlucky request would look like a failure of the shop.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

IDLE_SECONDS = 1.0
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, or why nothing did; times are of the monotonic clock.

    `sent` is None when the request never left: no connection could be had.
    """

    status: int | None
    body: Any
    failure: Literal["timeout", "connection"] | None
    sent: float | None
    ended: float


class Client:
    """Sends requests to one server over at most `connections` keep-alive connections."""

    def __init__(self, url: str, *, connections: int, patience_seconds: float = PATIENCE_SECONDS) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "127.0.0.1", address.port or 80
        self._head = f"Host: {address.netloc}\r\nAccept: application/json\r\n"
        self._patience = patience_seconds
        self._room = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []

    async def send(
        self,
        method: str,
        path: str,
        *,
        body: object | None = None,
        headers: dict[str, str] | None = None,
        due: float | None = None,
    ) -> Reply:
        """Send one request, once; give up when the patience since it was due is over."""
        request = self._encoded(method, path, body, headers or {})
        given_up_at = (time.monotonic() if due is None else due) + self._patience
        attempt = _Attempt()
        try:
            async with asyncio.timeout_at(given_up_at):
                async with self._room:
                    status, content = await self._exchange(request, attempt)
        except TimeoutError:
            return Reply(None, None, "timeout", attempt.sent, time.monotonic())
        except (OSError, ValueError):
            return Reply(None, None, "connection", attempt.sent, time.monotonic())
        return Reply(status, _decoded(content), None, attempt.sent, time.monotonic())

    def close(self) -> None:
        """Let go of every idle connection."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def _encoded(self, method: str, path: str, body: object | None, headers: dict[str, str]) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if body is not None:
            more += "Content-Type: application/json\r\n"
        if method != "GET":
            more += f"Content-Length: {len(content)}\r\n"
        return f"{method} {path} HTTP/1.1\r\n{self._head}{more}\r\n".encode() + content

    async def _exchange(self, request: bytes, attempt: _Attempt) -> tuple[int, bytes]:
        connection = await self._connected()
        try:
            attempt.sent = time.monotonic()
            answer = await connection.ask(request)
        except BaseException:
            connection.close()
            raise
        if connection.is_reusable:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    async def _connected(self) -> _Connection:
        trusted_since = time.monotonic() - IDLE_SECONDS
        while self._idle:
            connection = self._idle.pop()
            if connection.is_reusable and connection.idle_since >= trusted_since:
                return connection
            connection.close()
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, self._host, self._port)
        return connection


class _Attempt:
    """Remembers when the bytes left, also when the attempt then fails."""

    sent: float | None = None


class _Connection(asyncio.Protocol):
    """One connection that carries one exchange at a time."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self.is_reusable = False
        self._buffer = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport = transport
        self.is_reusable = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_reusable = False
        if self._answer is None or self._answer.done():
            return
        head = _Head.read(self._buffer)
        if head and head.length is None:  # a body that ends where the connection ends
            self._answer.set_result((head.status, bytes(self._buffer[head.size :])))
        else:
            self._answer.set_exception(exc or ConnectionResetError("closed in the middle of an answer"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._answer is None or self._answer.done():
            self.is_reusable = False  # nobody asked
            return
        try:
            self._take()
        except ValueError as error:
            self.is_reusable = False
            self._answer.set_exception(error)

    def ask(self, request: bytes) -> asyncio.Future[tuple[int, bytes]]:
        """The answer, once it is whole."""
        assert self._transport is not None
        self._buffer.clear()
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """End the connection at once, whatever it is doing."""
        self.is_reusable = False
        if self._transport is not None:
            self._transport.abort()

    def _take(self) -> None:
        head = _Head.read(self._buffer)
        if head is None or head.length is None:
            return
        if head.is_chunked:
            body = _unchunked(self._buffer, head.size)
        elif len(self._buffer) >= head.size + head.length:
            body = bytes(self._buffer[head.size : head.size + head.length])
        else:
            body = None
        if body is not None:
            self.is_reusable = self.is_reusable and head.keeps_alive
            assert self._answer is not None
            self._answer.set_result((head.status, body))


@dataclass(frozen=True, slots=True)
class _Head:
    """The part before the body; `length` is None for a body that ends with the connection."""

    status: int
    size: int
    length: int | None
    is_chunked: bool
    keeps_alive: bool

    @classmethod
    def read(cls, buffer: bytearray) -> _Head | None:
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = bytes(buffer[:end]).lower().split(b"\r\n")
        version, status = first.split(b" ", 2)[:2]
        fields = dict(line.split(b":", 1) for line in lines)
        is_chunked = b"chunked" in fields.get(b"transfer-encoding", b"")
        length = 0 if is_chunked or int(status) in (204, 304) else None
        if b"content-length" in fields:
            length = int(fields[b"content-length"])
        keeps_alive = version == b"http/1.1" and fields.get(b"connection", b"").strip() != b"close"
        return cls(int(status), end + 4, length, is_chunked, keeps_alive)


def _unchunked(buffer: bytearray, start: int) -> bytes | None:
    """The body put together from its chunks; None while the last one is missing."""
    parts: list[bytes] = []
    while (end := buffer.find(b"\r\n", start)) >= 0:
        size = int(bytes(buffer[start:end]).split(b";")[0], 16)
        start = end + 2 + size + 2
        if len(buffer) < start:
            return None
        if size == 0:
            return b"".join(parts)
        parts.append(bytes(buffer[end + 2 : end + 2 + size]))
    return None


def _decoded(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
