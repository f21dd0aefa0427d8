"""How is the card processor asked?

Over HTTP, with a key for everything that moves money, so that asking again has the same answer. Keys are
made from our own ids, not from chance: whoever repeats the work, after whatever crash, repeats the same
request.
"""

from __future__ import annotations

import json
import os
import threading
from decimal import Decimal
from typing import Any, Protocol

import urllib3
from django.conf import settings

from boundaries.facades.failure import OutcomeUnknown, ServiceUnavailable
from monolith.payments.public import CardDeclined, ProcessorRefused
from monolith.shared.money import Money

CONNECT_SECONDS = 0.5
READ_SECONDS = 1.0


class Pool(Protocol):
    """What is needed of an HTTP client; a test brings one of its own."""

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Send a request and read the whole answer."""


class CardProcessor:
    """The processor at `url`.

    :raises ServiceUnavailable: when it cannot be reached; nothing has happened there.
    :raises OutcomeUnknown: when it does not answer; asking again with the same key is safe.
    """

    def __init__(self, url: str, pool: Pool | None = None) -> None:
        self._url = url.rstrip("/")
        self._pool = pool or _connections()

    def authorise(self, *, key: str, amount: Money, card: str) -> str:
        """Hold an amount on a card; the answer is the processor's id of it.

        :raises CardDeclined: when the processor says no.
        """
        request = {"amount": _text(amount.amount), "currency": amount.currency, "card": card}
        return str(self._post("/authorisations", key, request)["id"])

    def capture(self, authorisation: str, *, key: str, amount: Money) -> None:
        """Take a held amount."""
        self._post(f"/authorisations/{authorisation}/capture", key, {"amount": _text(amount.amount)})

    def void(self, authorisation: str, *, key: str) -> None:
        """Let go of a held amount."""
        self._post(f"/authorisations/{authorisation}/void", key, {})

    def cancel(self, *, key: str) -> None:
        """Let go of whatever `authorise` holds under this key, and of whatever it may still ask for."""
        self._post("/cancellations", key, {})

    def refund(self, authorisation: str, *, key: str, amount: Money) -> str:
        """Give a part of a taken amount back; the answer is the processor's id of it."""
        request = {"amount": _text(amount.amount)}
        return str(self._post(f"/authorisations/{authorisation}/refunds", key, request)["id"])

    def _post(self, path: str, key: str, request: dict[str, str]) -> dict[str, Any]:
        try:
            response = self._pool.request(
                "POST",
                self._url + path,
                body=json.dumps({"key": key, **request}),
                headers={"Content-Type": "application/json"},
            )
            answer = json.loads(response.data)
        except urllib3.exceptions.MaxRetryError as error:
            if isinstance(error.reason, urllib3.exceptions.NewConnectionError):
                raise ServiceUnavailable(context="payments", reason="no card processor answers") from error
            raise _unknown(path, key, error) from error
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            raise _unknown(path, key, error) from error
        if response.status >= 500:
            raise _unknown(path, key, f"status {response.status}")
        return _accepted(response.status, answer)


def card_processor() -> CardProcessor:
    """The processor of this deployment: the setting `CARD_PROCESSOR_URL`, or the environment variable."""
    return CardProcessor(getattr(settings, "CARD_PROCESSOR_URL", "") or os.environ["CARD_PROCESSOR_URL"])


def _connections() -> urllib3.PoolManager:
    # Made on first use, so that each forked worker has sockets of its own.
    global _pool, _pool_pid  # noqa: PLW0603 - one pool per process
    with _lock:
        if _pool is None or _pool_pid != os.getpid():
            _pool_pid = os.getpid()
            _pool = urllib3.PoolManager(
                maxsize=32,
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                # A kept connection may be closed under us; the key makes a second try safe.
                retries=urllib3.Retry(total=1, allowed_methods=None, redirect=0),
            )
        return _pool


def _accepted(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if status == 402:
        raise CardDeclined(reason=answer["reason"])
    if status >= 400:
        raise ProcessorRefused(reason=answer.get("detail") or answer["code"])
    return answer


def _unknown(path: str, key: str, reason: object) -> OutcomeUnknown:
    return OutcomeUnknown(
        context="payments", operation=f"the card processor's {path}", key=key, reason=str(reason)
    )


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"


_lock = threading.Lock()
_pool: urllib3.PoolManager | None = None
_pool_pid = 0
