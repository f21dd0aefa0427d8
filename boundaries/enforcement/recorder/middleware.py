"""How does a site record in production? A sample of its requests, within bounds, never in their way."""

from __future__ import annotations

import atexit
import logging
import random
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from boundaries.conf import setting
from boundaries.contexts.map import current_map
from boundaries.enforcement.recorder.recorder import Recorder
from boundaries.enforcement.recorder.recording import Recording

log = logging.getLogger("boundaries.enforcement")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RecorderMiddleware:
    """Watches RECORD_SAMPLE of the requests and appends what is new to RECORD_FILE.

    Each row is written when it is seen for the first time, and its count once more when the process ends, so the file
    grows with the couplings and not with the traffic. Without RECORD_FILE, or where recording cannot begin, the
    middleware takes itself out. Put it first: a transaction of ATOMIC_REQUESTS lies inside it anyway.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._sample = float(setting("RECORD_SAMPLE"))
        path = setting("RECORD_FILE")
        if not path or self._sample <= 0:
            raise MiddlewareNotUsed("BOUNDARIES['RECORD_FILE'] is not set, or RECORD_SAMPLE is 0")
        self._path = Path(path)
        try:
            self._recorder = Recorder(current_map(), Recording())
            self._recorder.hook()
        except Exception as error:
            log.warning("nothing is recorded", exc_info=True)
            raise MiddlewareNotUsed(f"recording cannot begin: {error}") from error
        atexit.register(self._write, only_new=False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and watch if this request is in the sample."""
        if random.random() >= self._sample:  # noqa: S311  (a sample, no secret)
            return self.get_response(request)
        with self._recorder.watching_this_thread():
            response = self.get_response(request)
        self._write(only_new=True)
        return response

    def _write(self, *, only_new: bool) -> None:
        try:
            self._recorder.recording.append_to(self._path, only_new=only_new)
        except OSError:
            log.warning("the record could not be written to %s", self._path, exc_info=True)
