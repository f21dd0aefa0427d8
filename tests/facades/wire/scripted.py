"""A server that misbehaves as told: real sockets, no HTTP library, so that nothing is put right on the way."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Step = Callable[[socket.socket, "Request"], bool]
"""Does something with the connection after a request has come in; True keeps the connection open."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; header names in lower case. `connection` counts from 0."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


class ScriptedServer:
    """Answers the first request with the first step, and so on; the last step stays."""

    def __init__(self, *steps: Step, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.steps = list(steps)
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._tls = tls
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def stop_listening(self) -> None:
        """Let nobody connect any more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self) -> None:
        """Stop listening and end every connection."""
        self.stop_listening()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                number = len(self._open) - 1
                threading.Thread(target=self._talk, args=(connection, number), daemon=True).start()

    def _talk(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self._tls:
                connection = self._open[number] = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                while (request := _read(stream, number)) and self._next(request)(connection, request):
                    continue

    def _next(self, request: Request) -> Step:
        with self._lock:
            self.requests.append(request)
            return self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]


@contextlib.contextmanager
def scripted(*steps: Step, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """A scripted server for the length of the block."""
    server = ScriptedServer(*steps, tls=tls)
    try:
        yield server
    finally:
        server.close()


def reply(
    status: int = 200, body: bytes = b"1", *, content_type: str = "application/json", **headers: str
) -> Step:
    """A whole response, after which the connection stays open."""

    def step(connection: socket.socket, request: Request) -> bool:
        lines = [
            f"HTTP/1.1 {status} Whatever",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(body)}",
        ]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return True

    return step


def reply_and_hang_up(connection: socket.socket, request: Request) -> bool:
    """A response that promises to keep the connection, and does not."""
    reply()(connection, request)
    return False


def hang_up(connection: socket.socket, request: Request) -> bool:
    """The end of the connection after the request has been read: what a killed server looks like."""
    return False


def cut_short(connection: socket.socket, request: Request) -> bool:
    """Half a body, then the end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n[1,")
    return False


def say_nothing(connection: socket.socket, request: Request) -> bool:
    """Silence, until the other side gives up."""
    connection.settimeout(10)
    connection.recv(1)
    return False


def begin_late(connection: socket.socket, request: Request) -> bool:
    """Silence for half a second, the beginning of a response, and silence again."""
    threading.Event().wait(0.5)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    return say_nothing(connection, request)


def drip(prefix: bytes) -> Step:
    """The prefix, then one byte after another, each well within any timeout for a single read."""

    def step(connection: socket.socket, request: Request) -> bool:
        connection.sendall(prefix)
        pause = threading.Event()
        while not pause.wait(0.02):
            connection.sendall(b"x")
        return False

    return step


def _read(stream: object, number: int) -> Request | None:
    readline, read = stream.readline, stream.read  # type: ignore[attr-defined]
    line = readline().decode().strip()
    if not line:
        return None
    headers = {}
    while text := readline().decode().strip():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    return Request(line, headers, read(int(headers.get("content-length", 0))), number)
