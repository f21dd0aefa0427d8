"""What does the kit add to a call over HTTP?"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from statistics import median

import urllib3

from boundaries.facades.signing import Envelope, sign
from boundaries.facades.transport import send
from tests.bench.measure import seconds_of
from tests.bench.place import Place
from tests.bench.report import Row
from tests.facades.wire.calls import a_query, path_of
from tests.facades.wire.service import running_service

CALLS, BLOCK = 600, 50
BODY = b'{"parcel_id":"00000000-0000-0000-0000-000000000007","kilograms":"1.5"}'
KEY = b"the new key of monolith and parcels"


def run(place: Place) -> list[Row]:
    """A query through transport and policy over urllib3 with headers that were signed before the clock started."""
    environ = {"DATABASE_URL": place.empty.owner_url, "REDIS_URL": place.redis_url}
    with running_service(environ=environ, folder=place.folder) as service:
        os.environ["PARCELS_URL"] = service.url
        ours, theirs = [], []
        pool = urllib3.PoolManager(retries=False)
        for _ in range(CALLS // BLOCK):
            for headers in list(_signed(BLOCK)):
                theirs.append(seconds_of(lambda headers=headers: _bare(pool, service.url, headers)))
                ours.append(seconds_of(lambda: _kit(service.url)))
    ratio = median(ours[BLOCK:]) / median(theirs[BLOCK:])
    return [
        Row("remote_call_ratio", ratio, "x", 1.25, "lower", "bare urllib3 with headers signed beforehand"),
        Row(
            "remote_call_ms",
            median(ours[BLOCK:]) * 1000,
            "ms",
            None,
            "lower",
            "loopback, one gunicorn worker",
        ),
    ]


def _kit(url: str) -> None:
    assert send(a_query(body=BODY), url=url).status == "ok"


def _bare(pool: urllib3.PoolManager, url: str, headers: dict[str, str]) -> None:
    answer = pool.request("POST", url + path_of(a_query()), body=BODY, headers=headers)
    assert answer.status == 200, answer.data


def _signed(count: int) -> Iterator[dict[str, str]]:
    envelope = Envelope("POST", path_of(a_query()), "monolith", "parcels", deadline_ms=2000)
    for _ in range(count):
        signed = sign(envelope, body=BODY, key=KEY, now=time.time())
        yield {"Content-Type": "application/json", "Accept": "application/json", **signed}
