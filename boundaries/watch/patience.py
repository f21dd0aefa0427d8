"""How long does a page wait for an answer that may never come?

A question to another database or service is asked in a thread of its own. The page takes what is there in time;
the answer that comes later is there for the next look. No question is asked twice at the same time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connections

log = logging.getLogger("boundaries.watch")

WAIT_SECONDS = 1.5
FRESH_SECONDS = 3.0
GIVEN_UP_SECONDS = 60.0

T = TypeVar("T")


@dataclass(slots=True)
class _Question:
    asked_at: float
    answered: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    failure: str = ""

    def is_usable(self, now: float, fresh_seconds: float) -> bool:
        """Recent enough; one that is still open counts longer, unless its thread was lost in a fork."""
        return now - self.asked_at < (fresh_seconds if self.answered.is_set() else GIVEN_UP_SECONDS)


class NoAnswer(Exception):
    """Why there is no answer yet, or none at all."""


_questions: dict[Hashable, _Question] = {}
_lock = threading.Lock()


def ask(
    key: Hashable,
    question: Callable[[], T],
    *,
    wait_seconds: float = WAIT_SECONDS,
    fresh_seconds: float = FRESH_SECONDS,
) -> T:
    """The answer, or one that was given to the same `key` less than `fresh_seconds` ago.

    :raises NoAnswer: when there was none in time, or the question itself failed.
    """
    with _lock:
        asked = _questions.get(key)
        if asked is None or not asked.is_usable(time.monotonic(), fresh_seconds):
            asked = _questions[key] = _Question(time.monotonic())
            threading.Thread(
                target=_answer, args=(asked, question), name="boundaries-watch", daemon=True
            ).start()
    if not asked.answered.wait(wait_seconds):
        raise NoAnswer(f"no answer after {time.monotonic() - asked.asked_at:.1f} s")
    if asked.failure:
        raise NoAnswer(asked.failure)
    answer: T = asked.answer
    return answer


def forget() -> None:
    """Ask everything anew from now on: something has been changed."""
    with _lock:
        _questions.clear()


def _answer(asked: _Question, question: Callable[[], Any]) -> None:
    try:
        asked.answer = question()
    except Exception as error:
        log.info("a question of the control room failed", exc_info=True)
        asked.failure = str(error).strip().partition("\n")[0] or type(error).__name__
    finally:
        connections.close_all()
        asked.answered.set()
