"""How is a running project watched, and left as it was afterwards?"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from weakref import WeakSet

from django.apps import apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.transaction import Atomic, get_connection

from boundaries.contexts.call import command_called
from boundaries.contexts.map import ContextMap
from boundaries.contexts.ownership import context_of_model
from boundaries.enforcement.recorder.observer import Observer, Owner, Tables
from boundaries.enforcement.recorder.place import Places
from boundaries.enforcement.recorder.recording import Recording

log = logging.getLogger("boundaries.enforcement")


class Recorder:
    """Puts an observer on connections; `transaction.atomic` tells them where transactions begin and end."""

    def __init__(self, context_map: ContextMap, recording: Recording) -> None:
        self.recording = recording
        self._places = Places(context_map)
        self._tables = Tables(owners_by_table(context_map))
        self._has_complained = False
        self._hooks = ExitStack()
        self._watched: WeakSet[BaseDatabaseWrapper] = WeakSet()

    def hook(self) -> None:
        """Begin to hear of transactions and commands; connections are watched by the two methods below."""
        self._hooks.enter_context(_told_of_transactions())
        command_called.connect(_tell_of_call, weak=False)
        self._hooks.callback(command_called.disconnect, _tell_of_call)

    def watch_all(self) -> None:
        """Watch every connection of this process, those to come included, until `stop()`."""
        self.hook()
        connection_created.connect(self._watch_created, weak=False)
        self._hooks.callback(connection_created.disconnect, self._watch_created)
        for connection in connections.all(initialized_only=True):
            self._watch_created(connection=connection)

    @contextmanager
    def watching_this_thread(self) -> Iterator[None]:
        """Watch the connections of the current thread for a while."""
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(self._observer()))
            yield

    def stop(self) -> None:
        """Take everything back."""
        self._hooks.close()
        for connection in self._watched:
            wrappers = connection.execute_wrappers
            wrappers[:] = [wrapper for wrapper in wrappers if not isinstance(wrapper, Observer)]

    def _watch_created(self, *, connection: BaseDatabaseWrapper, **_: Any) -> None:
        if _observer_of(connection) is None:
            connection.execute_wrappers.append(self._observer())
            self._watched.add(connection)

    def _observer(self) -> Observer:
        return Observer(
            tables=self._tables, places=self._places, recording=self.recording, complain=self._complain
        )

    def _complain(self, error: Exception) -> None:
        if not self._has_complained:
            self._has_complained = True
            log.warning("something could not be recorded; this is said once", exc_info=error)


def owners_by_table(context_map: ContextMap) -> dict[str, Owner]:
    """Every table of a context that is not shared, in lower case, with its model; automatic ones too."""
    owners = {}
    for model in apps.get_models(include_auto_created=True):
        context = context_of_model(model)
        if context is not None and not model._meta.proxy and not context_map.context(context).shared:
            table = model._meta.db_table.replace('"."', ".").strip('"').lower()
            owners[table] = owners[table.rpartition(".")[2]] = Owner(model._meta.label, context)
    return owners


@contextmanager
def _told_of_transactions() -> Iterator[None]:
    """Let `transaction.atomic` tell the observers of its connection, except for the blocks of a TestCase."""
    enter, leave = Atomic.__enter__, Atomic.__exit__

    def tell_enter(self: Atomic) -> None:
        enter(self)
        _tell(self, Observer.enter)

    def tell_leave(self: Atomic, *error: Any) -> None:
        # Told first: the hooks of on_commit() run in here too, and they have no part in the transaction.
        _tell(self, Observer.leave)
        leave(self, *error)

    Atomic.__enter__, Atomic.__exit__ = tell_enter, tell_leave  # type: ignore[method-assign]
    try:
        yield
    finally:
        Atomic.__enter__, Atomic.__exit__ = enter, leave  # type: ignore[method-assign]


def _tell(block: Atomic, moment: Callable[[Observer], None]) -> None:
    observer = _observer_of(get_connection(block.using))
    if observer is not None and not getattr(block, "_from_testcase", False):
        moment(observer)


def _tell_of_call(*, context: str, operation: str, using: str, **_: Any) -> None:
    observer = _observer_of(connections[using])
    if observer is not None:
        observer.call(context=context, operation=operation)


def _observer_of(connection: BaseDatabaseWrapper) -> Observer | None:
    return next((found for found in connection.execute_wrappers if isinstance(found, Observer)), None)
