"""Writers at a steady rate, who go to the other side when they are told that the writes have moved.

    python writers.py LEFT RIGHT JOURNAL --rate 500 [--long SECONDS]

A process of its own, as an application is; it imports nothing of the kit. On SIGTERM it writes one JSON object:
`writes`, a list of [asked, entered, ended] (seconds since the epoch: before the first moved statement, after it, after the
commit), and `errors`, how often each other SQLSTATE was met. With `--long`, one transaction stays open for so long, again
and again, and in the end wants a row that somebody may hold who waits for the switch.
"""

import argparse
import itertools
import json
import random
import signal
import threading
import time
from collections import Counter
from functools import partial
from pathlib import Path

import psycopg

WRITERS = 24
THINK_SECONDS = 0.004
LONG_PAUSE_SECONDS = 0.5
# Beside a long transaction: each so many writes, a row that does not move is locked before the gate is met.
TILL_EVERY = 20
MOVED, AGAIN = "MG001", "40001"
INSERT = "INSERT INTO bench_booking (owner, amount) VALUES (%s, %s)"
UPDATE = "UPDATE bench_account SET balance = balance + 1 WHERE id = %s"
TILL = "UPDATE bench_till SET balance = balance + 1"

stop = threading.Event()
writes, errors = [], Counter()


class Writer:
    """One session on each side; it knows which one has accepted its last write."""

    def __init__(self, urls, number):
        self.sessions = [psycopg.connect(url, autocommit=True) for url in urls]
        self.number, self.side = number, 0

    def write(self, think_seconds, *, till_first=False, till_last=False):
        """One transaction, tried until a side accepts it."""
        asked, pause_seconds = None, 0.002
        while not stop.is_set():
            session = self.sessions[self.side]
            try:
                with session.transaction():
                    if till_first:
                        session.execute(TILL)
                    asked = asked or time.time()
                    session.execute(INSERT, [f"writer {self.number}", 1])
                    entered = time.time()
                    time.sleep(think_seconds)
                    session.execute(UPDATE, [self.number])
                    if till_last:
                        session.execute(TILL)
                return asked, entered, time.time()
            except psycopg.DatabaseError as error:
                if error.sqlstate == MOVED:
                    self.side = 1 - self.side
                elif error.sqlstate != AGAIN:
                    errors[error.sqlstate or "lost"] += 1
                # As the kit's facade does.
                time.sleep(pause_seconds * random.uniform(0.5, 1.0))
                pause_seconds = min(pause_seconds * 1.5, 0.05)
        return None


def write_steadily(writer, interval_seconds, *, till=False):
    due = time.monotonic() + interval_seconds * writer.number / WRITERS
    for count in itertools.count(1):
        stop.wait(max(0.0, due - time.monotonic()))
        due = max(due + interval_seconds, time.monotonic())
        if stop.is_set():
            return
        if done := writer.write(THINK_SECONDS, till_first=till and count % TILL_EVERY == 0):
            writes.append(done)


def write_slowly(writer, seconds):
    while not stop.wait(LONG_PAUSE_SECONDS):
        writer.write(seconds, till_last=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("urls", nargs=2)
    parser.add_argument("journal", type=Path)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--long", type=float)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    steadily = partial(write_steadily, interval_seconds=WRITERS / options.rate, till=bool(options.long))
    works = [steadily] * WRITERS
    works += [partial(write_slowly, seconds=options.long)] if options.long else []
    threads = [
        threading.Thread(target=work, args=[Writer(options.urls, number)])
        for number, work in enumerate(works)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    options.journal.write_text(json.dumps({"writes": writes, "errors": errors}))


if __name__ == "__main__":
    main()
