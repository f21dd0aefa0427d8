"""Calls as the facades make them, with what a test does not care about filled in."""

from __future__ import annotations

import time
from typing import Any

from boundaries.facades.answer import RemoteCall
from boundaries.facades.wire import operation_path


def a_query(**changes: Any) -> RemoteCall:
    return _call({"kind": "query", "operation": "find", "idempotent": True, "key": None} | changes)


def a_command(**changes: Any) -> RemoteCall:
    return _call({"kind": "command", "operation": "stamp", "idempotent": True, "key": "key-1"} | changes)


def path_of(call: RemoteCall) -> str:
    return operation_path(context=call.context, version=call.version, operation=call.operation)


def _call(values: dict[str, Any]) -> RemoteCall:
    seconds = values.pop("seconds", 2.0)
    common = {
        "context": "parcels", "version": "1", "body": b"{}", "epoch": None, "deadline": time.monotonic() + seconds, "principal": None,
    }  # fmt: skip
    return RemoteCall(**(common | values))
