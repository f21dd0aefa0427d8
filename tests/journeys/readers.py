"""Readers who borrow, come late and pay, over HTTP, all the time; imports nothing of the kit.

    python readers.py URL JOURNAL

Writes what it was told, one JSON object per line, until it gets SIGTERM. Never retries: whatever is not the
documented answer is a failure.
"""

import http.client
import itertools
import json
import signal
import sys
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

READERS = 2
PAUSE_SECONDS = 0.05

stop = threading.Event()


def ask(address, method, path, body=None, key=None):
    """One request on a connection of its own: status and decoded answer."""
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        headers = {"Idempotency-Key": key} if key else {}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.startswith("{") else {"text": text[:200]}
    except OSError as error:
        return 0, {"text": repr(error)}
    finally:
        connection.close()


def read(address, reader, tell):
    """Borrow a book, bring it back two days late, pay the 0.40 in two parts, look at the account."""
    for number in itertools.count():
        if stop.is_set():
            return
        steps = [("lend", "POST", "/loans/", {"book": 1 + number % 3, "reader": reader}, 201)]
        loan = fine = None
        while steps:
            name, method, path, body, wanted = steps.pop(0)
            started = time.time()
            status, answer = ask(address, method, path, body, str(uuid.uuid4()))
            told = {
                "at": started,
                "seconds": round(time.time() - started, 4),
                "name": name,
                "path": path,
                "status": status,
            }
            tell({**told, "ok": status == wanted, "answer": answer})
            if status != wanted:
                break
            if name == "lend":
                loan = answer["loan"]
                steps = [("return", "POST", f"/loans/{loan}/return", {"days_late": 2}, 200)]
            elif name == "return":
                fine = answer["fine"]["id"]
                part = ("pay", "POST", f"/fines/{fine}/pay", {"amount": "0.20"}, 200)
                steps = [part, part, ("look", "GET", f"/readers/{reader}", None, 200)]
            time.sleep(PAUSE_SECONDS)


def main(url, journal):
    address = urlsplit(url).netloc
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    lock = threading.Lock()
    with Path(journal).open("a", encoding="utf-8") as file:

        def tell(line):
            with lock:
                file.write(json.dumps(line) + "\n")
                file.flush()

        threads = [
            threading.Thread(target=read, args=(address, 1000 + number, tell)) for number in range(READERS)
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
