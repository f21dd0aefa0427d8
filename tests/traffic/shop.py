"""A shop small enough to be wrong on purpose: it speaks the travel shop's API from memory."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PRICE = "120.00"
Reply = tuple[int, dict[str, Any]]


class Shop:
    """Answers travellers; `fault`, when set, sees each request first and may answer, stall or drop it.

    A fault returns a reply to be sent instead, "drop" to cut the connection, or None.
    """

    def __init__(self) -> None:
        self.bookings: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.fault: Callable[[str, str], Reply | str | None] = lambda method, path: None
        self.open = threading.Event()
        self.open.set()

    def stall(self, seconds: float) -> tuple[float, float]:
        """Answer nobody for a while; when that began and ended."""
        began = time.time()
        self.open.clear()
        time.sleep(seconds)
        self.open.set()
        return began, time.time()

    def answer(self, method: str, path: str, body: dict[str, Any]) -> Reply | str:
        self.open.wait()
        self.requests.append((method, path))
        return self.fault(method, path) or self._answer(
            method, path.split("?", maxsplit=1)[0].strip("/").split("/"), body
        )

    def _answer(self, method: str, path: list[str], body: dict[str, Any]) -> Reply:
        match method, path:
            case "POST", ["api", "sign-in"]:
                return 200, {"token": body["username"]}
            case "GET", ["api", "search"]:
                price = {"amount": PRICE, "currency": "EUR"}
                flight = {"id": str(uuid.uuid4()), "price": price, "seats_left": 9}
                room = {"id": str(uuid.uuid4()), "price_per_night": price, "rooms_left": 2}
                return 200, {"flights": [flight], "rooms": [room]}
            case "GET", ["api", "bookings"]:
                return 200, {"bookings": list(self.bookings.values())[-20:]}
            case "POST", ["api", "bookings"]:
                return self._book(body)
            case "GET", ["api", "bookings", identity]:
                return 200, self.bookings[identity]
            case "POST", ["api", "bookings", identity, act]:
                return self._act(self.bookings[identity], act, body)
        return 404, {"code": "not_found", "detail": ""}

    def _book(self, body: dict[str, Any]) -> Reply:
        if body["card"].endswith("0002"):
            return 402, {"code": "payments.card_declined", "detail": ""}
        total = {"amount": PRICE, "currency": "EUR"}
        payment = {"id": str(uuid.uuid4()), "state": "authorised"}
        booking = {
            "id": str(uuid.uuid4()),
            "state": "reserved",
            "total": total,
            "payment": payment,
            "refunded": 0.0,
        }
        self.bookings[booking["id"]] = booking
        return 201, booking

    def _act(self, booking: dict[str, Any], act: str, body: dict[str, Any]) -> Reply:
        payment = booking["payment"]
        if act == "pay":
            booking["state"], payment["state"] = "paid", "captured"
        elif act == "cancel":
            payment["state"] = "refunded" if payment["state"] == "captured" else "voided"
            booking["state"] = "cancelled"
        else:
            booking["refunded"] += float(body["amount"]["amount"])
            if booking["refunded"] > float(PRICE):
                return 409, {"code": "payments.refund_exceeds", "detail": ""}
            payment["refunded"] = {"amount": f"{booking['refunded']:.2f}", "currency": "EUR"}
        return 200, booking


@contextmanager
def running(shop: Shop) -> Iterator[str]:
    """The address at which the shop answers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._reply(shop.answer("GET", self.path, {}))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            self._reply(shop.answer("POST", self.path, body))

        def _reply(self, reply: Reply | str) -> None:
            if isinstance(reply, str):
                self.close_connection = True
                return
            content = json.dumps(reply[1]).encode()
            self.send_response(reply[0])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(OSError):  # the traveller may have lost patience
                self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        shop.open.set()
        server.shutdown()
        thread.join()
        server.server_close()
