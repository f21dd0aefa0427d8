"""Does the simulated card processor keep its promises: books that add up, keys, kills?"""

from __future__ import annotations

import http.client
import re
import signal
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from .processor import Processor

SLOW_CARD, DECLINED_CARD = "4000000000000119", "4000000000000002"


class TestAuthorising:
    def test_holds_the_money(self, processor: Processor) -> None:
        status, body = processor.authorise("a", "19.90")

        assert (status, body["state"]) == (201, "authorised")
        assert processor.get(f"/authorisations/{body['id']}")[1]["amount"] == "19.90"

    def test_of_a_declined_card_is_refused_for_ever(self, processor: Processor) -> None:
        first = processor.authorise("a", card=DECLINED_CARD)

        assert first == (402, {"code": "declined", "reason": "insufficient_funds"})
        assert processor.authorise("a", card=DECLINED_CARD) == first
        assert processor.get("/books") == (200, {})

    def test_of_a_slow_card_holds_up_nobody_else(self, processor: Processor) -> None:
        seconds: dict[str, float] = {}

        def timed(name: str, card: str) -> None:
            started = time.monotonic()
            assert processor.authorise(name, card=card)[0] == 201
            seconds[name] = time.monotonic() - started

        slow = threading.Thread(target=timed, args=("slow", SLOW_CARD))
        slow.start()
        timed("quick", "4000000000004242")
        slow.join()

        assert seconds["slow"] >= 0.12
        assert seconds["quick"] < seconds["slow"]

    @pytest.mark.parametrize("amount", ["0", "-1", "ten", "NaN", "Infinity", "1.00001", "", 5, None, "1e99"])
    def test_of_nonsense_is_a_bad_request(self, processor: Processor, amount: object) -> None:
        status, body = processor.post("/authorisations", key="a", amount=amount, currency="EUR", card="4242")

        assert (status, body["code"]) == (400, "bad_request")


class TestCancelling:
    def test_lets_go_of_what_is_held_under_the_key(self, processor: Processor) -> None:
        held = processor.authorise("a", "19.90")[1]["id"]

        assert processor.post("/cancellations", key="a") == (200, {"id": held, "state": "voided"})
        assert processor.post("/cancellations", key="a")[0] == 200
        assert processor.get("/books")[1]["EUR"]["voided"] == "19.90"

    def test_of_an_unknown_key_refuses_what_comes_late(self, processor: Processor) -> None:
        assert processor.post("/cancellations", key="a") == (200, {"state": "cancelled"})

        assert processor.authorise("a")[0] == 409
        assert processor.get("/books") == (200, {})

    def test_leaves_taken_money_alone(self, processor: Processor) -> None:
        held = processor.authorise("a", "19.90")[1]["id"]
        processor.post(f"/authorisations/{held}/capture", key="b", amount="19.90")

        assert processor.post("/cancellations", key="a")[0] == 409
        assert processor.get("/books")[1]["EUR"]["voided"] == "0.00"


class TestAKey:
    def test_gets_the_same_answer_and_one_effect(self, processor: Processor) -> None:
        first = processor.authorise("a")

        assert processor.authorise("a") == first
        assert processor.get("/books")[1]["EUR"]["count"] == 1

    def test_with_other_arguments_is_refused(self, processor: Processor) -> None:
        identity = processor.authorise("a")[1]["id"]

        assert processor.authorise("a", "100.01")[0] == 409
        assert processor.post(f"/authorisations/{identity}/void", key="a")[1]["code"] == "key_reused"


class TestCapturing:
    def test_in_parts_stops_at_what_was_authorised(self, processor: Processor) -> None:
        path = f"/authorisations/{processor.authorise('a')[1]['id']}/capture"

        assert processor.post(path, key="b", amount="60")[0] == 201
        assert processor.post(path, key="c", amount="40.01") == (
            409,
            {"code": "capture_exceeds", "detail": "More than was authorised."},
        )
        assert processor.post(path, key="d", amount="40")[1]["captured"] == "100.00"

    def test_after_a_void_is_refused(self, processor: Processor) -> None:
        identity = processor.authorise("a")[1]["id"]
        assert processor.post(f"/authorisations/{identity}/void", key="b")[1]["state"] == "voided"

        assert processor.post(f"/authorisations/{identity}/capture", key="c", amount="1")[0] == 409

    def test_closes_the_way_to_a_void(self, processor: Processor) -> None:
        identity = processor.authorise("a")[1]["id"]
        processor.post(f"/authorisations/{identity}/capture", key="b", amount="1")

        assert processor.post(f"/authorisations/{identity}/void", key="c")[1]["code"] == "wrong_state"

    def test_of_something_unknown_is_not_found(self, processor: Processor) -> None:
        assert processor.post("/authorisations/auth-none/capture", key="b", amount="1")[0] == 404


class TestRefunding:
    def test_in_parts_stops_at_what_was_captured(self, processor: Processor) -> None:
        identity = processor.authorise("a")[1]["id"]
        processor.post(f"/authorisations/{identity}/capture", key="b", amount="100")
        path = f"/authorisations/{identity}/refunds"

        assert processor.post(path, key="c", amount="0.01")[0] == 201
        assert processor.post(path, key="d", amount="100")[1]["code"] == "refund_exceeds"
        assert processor.post(path, key="e", amount="99.99")[1]["refunded"] == "100.00"
        assert processor.get(f"/authorisations/{identity}")[1]["state"] == "refunded"

    def test_before_a_capture_is_refused(self, processor: Processor) -> None:
        identity = processor.authorise("a")[1]["id"]

        assert processor.post(f"/authorisations/{identity}/refunds", key="b", amount="1")[0] == 409


class TestTheBooks:
    def test_add_up(self, processor: Processor) -> None:
        kept, dropped = (processor.authorise(key)[1]["id"] for key in "ab")
        processor.post(f"/authorisations/{kept}/capture", key="c", amount="80.5")
        processor.post(f"/authorisations/{kept}/refunds", key="d", amount="0.0005")
        processor.post(f"/authorisations/{dropped}/void", key="e")

        assert processor.get("/books")[1] == {
            "EUR": {
                "authorised": "200.00",
                "captured": "80.50",
                "refunded": "0.0005",
                "voided": "100.00",
                "count": 2,
            }
        }

    def test_can_be_walked_page_by_page(self, processor: Processor) -> None:
        made = [processor.authorise(f"key-{number}")[1]["id"] for number in range(5)]

        after, seen = 0, []
        while after is not None:
            page = processor.get(f"/authorisations?after={after}&limit=2")[1]
            seen += [row["id"] for row in page["authorisations"]]
            after = page["next"]

        assert seen == made

    def test_name_each_movement_and_its_key(self, processor: Processor) -> None:
        identity = processor.authorise("a")[1]["id"]
        processor.post(f"/authorisations/{identity}/capture", key="b", amount="7")

        movements = processor.get(f"/authorisations/{identity}")[1]["movements"]

        assert [(m["kind"], m["amount"], m["key"]) for m in movements] == [("capture", "7.00", "b")]


class TestAKill:
    def test_loses_no_acknowledged_write(self, processor: Processor) -> None:
        acknowledged: list[str] = []
        enough = threading.Event()

        def write(worker: int) -> None:
            number = 0
            try:
                while True:
                    acknowledged.append(processor.authorise(f"{worker}-{number}")[1]["id"])
                    number += 1
                    if len(acknowledged) > 50:
                        enough.set()
            except (OSError, http.client.HTTPException):
                return

        workers = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
        for worker in workers:
            worker.start()
        assert enough.wait(10)
        processor.end(signal.SIGKILL)
        for worker in workers:
            worker.join()
        processor.start()

        rows = processor.get("/authorisations?limit=1000")[1]["authorisations"]
        assert set(acknowledged) <= {row["id"] for row in rows}
        assert len(acknowledged) > 50

    def test_leaves_the_keys_answered_as_before(self, processor: Processor) -> None:
        first = processor.authorise("a")
        processor.end(signal.SIGKILL)
        processor.start()

        assert processor.authorise("a") == first


class TestTheServer:
    def test_keeps_a_connection_alive_and_answers_in_order(self, processor: Processor) -> None:
        address = urlsplit(processor.url)
        first = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        second = first.replace(b"/healthz", b"/nowhere")
        with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
            connection.sendall(first + second[:10])
            connection.sendall(second[10:] + b"nonsense\r\n\r\n")
            received = b""
            while chunk := connection.recv(4096):
                received += chunk

        assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"404", b"400"]

    def test_ends_politely(self, processor: Processor) -> None:
        assert processor.end(signal.SIGTERM) == 0
