"""How does a request reach the processor's store?

A small HTTP/1.1 server on one event loop: requests on a connection are answered in their order, connections
are kept alive, and a slow card holds up only its own connection.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from monolith.card_processor.store import Answer, BadRequestError, Store

SLOW_ENDING = "0119"
SLOW_SECONDS = 0.120
MOST_HEADER_BYTES = 16_384
MOST_BODY_BYTES = 1_048_576
MOST_PAGE_ROWS = 1_000


def answer_to(store: Store, method: str, target: str, body: bytes) -> tuple[Answer, float]:
    """The answer to one request, and the seconds to hold it back."""
    try:
        url = urlsplit(target)
        path = url.path.strip("/").split("/")
        if method == "GET":
            return _read(store, path, parse_qs(url.query)), 0.0
        if method == "POST":
            return _write(store, path, _object(body))
    except BadRequestError as error:
        return _refusal(400, "bad_request", str(error)), 0.0
    except KeyError:
        return _refusal(404, "not_found", f"Nothing at {target}."), 0.0
    return _refusal(405, "method_not_allowed", f"{method} is not for this."), 0.0


async def serve(*, host: str, port: int, path: Path, ready: Callable[[int], None]) -> None:
    """Answer until SIGTERM or SIGINT; `ready` is told the port once connections are accepted."""
    store = Store(path)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Connection(store), host, port, backlog=512)
    try:
        ready(server.sockets[0].getsockname()[1])
        await stop.wait()
    finally:
        server.close()
        store.close()


class Connection(asyncio.Protocol):
    """One keep-alive connection: bytes in, answers out, in order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._buffer = bytearray()
        self._waiting: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Switch Nagle's algorithm off: answers are small and wanted at once."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget an answer that nobody waits for."""
        self._transport = None
        if self._waiting:
            self._waiting.cancel()

    def data_received(self, data: bytes) -> None:
        """Collect bytes and answer each request that is complete."""
        self._buffer += data
        self._advance()

    def _advance(self) -> None:
        while self._waiting is None and self._transport is not None and not self._transport.is_closing():
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > MOST_HEADER_BYTES:
                    self._send(_refusal(431, "header_too_long", "The header is too long."), close=True)
                return
            if not self._take(end):
                return

    def _take(self, end: int) -> bool:
        """Answer the request whose header ends at `end`; False while it is incomplete or makes no sense."""
        try:
            method, target, version, headers = _parse(bytes(self._buffer[:end]))
            length = int(headers.get("content-length", "0"))
            if "transfer-encoding" in headers or not 0 <= length <= MOST_BODY_BYTES:
                raise ValueError
        except ValueError:
            self._send(_refusal(400, "bad_request", "This HTTP is not understood here."), close=True)
            return False
        if len(self._buffer) < end + 4 + length:
            return False
        body = bytes(self._buffer[end + 4 : end + 4 + length])
        del self._buffer[: end + 4 + length]
        connection = headers.get("connection", "").lower()
        close = connection == "close" or (version == "HTTP/1.0" and connection != "keep-alive")
        self._answer(method, target, body, close=close)
        return True

    def _answer(self, method: str, target: str, body: bytes, *, close: bool) -> None:
        try:
            answer, seconds = answer_to(self._store, method, target, body)
        except Exception as error:  # noqa: BLE001 - the boundary of the process: told to the caller and to the log
            print(f"{method} {target}: {error!r}", file=sys.stderr, flush=True)
            answer, seconds = _refusal(500, "failed", "The processor failed."), 0.0
        if seconds:
            self._waiting = asyncio.get_running_loop().call_later(seconds, self._send_late, answer, close)
        else:
            self._send(answer, close=close)

    def _send_late(self, answer: Answer, close: bool) -> None:
        self._waiting = None
        self._send(answer, close=close)
        self._advance()

    def _send(self, answer: Answer, *, close: bool) -> None:
        if self._transport is None:
            return
        body = answer.body.encode()
        self._transport.write(
            f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            f"Connection: {'close' if close else 'keep-alive'}\r\n\r\n".encode()
            + body
        )
        if close:
            self._transport.close()


def _parse(head: bytes) -> tuple[str, str, str, dict[str, str]]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, version = first.split(" ")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(line)
        headers[name.strip().lower()] = value.strip()
    return method, target, version, headers


def _read(store: Store, path: list[str], query: dict[str, list[str]]) -> Answer:
    match path:
        case ["healthz"]:
            return Answer(200, '{"ok": true}')
        case ["books"]:
            return store.books()
        case ["authorisations"]:
            limit = min(_count(query, "limit", 500), MOST_PAGE_ROWS)
            return store.page(after=_count(query, "after", 0), limit=max(limit, 1))
        case ["authorisations", identity]:
            return store.authorisation(identity)
    raise KeyError(path)


def _write(store: Store, path: list[str], request: dict[str, object]) -> tuple[Answer, float]:
    match path:
        case ["authorisations"]:
            answer = store.authorise(request)
            return answer, SLOW_SECONDS if str(request["card"]).endswith(SLOW_ENDING) else 0.0
        case ["cancellations"]:
            return store.cancel(request), 0.0
        case ["authorisations", identity, "capture"]:
            return store.capture(identity, request), 0.0
        case ["authorisations", identity, "void"]:
            return store.void(identity, request), 0.0
        case ["authorisations", identity, "refunds"]:
            return store.refund(identity, request), 0.0
    raise KeyError(path)


def _count(query: dict[str, list[str]], name: str, default: int) -> int:
    value = query.get(name, [str(default)])[0]
    if not (value.isascii() and value.isdigit()):
        raise BadRequestError(f"{name} must be a whole number")
    return int(value)


def _object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadRequestError("the body must be a JSON object")
    return value


def _refusal(status: int, code: str, detail: str) -> Answer:
    return Answer(status, json.dumps({"code": code, "detail": detail}))
