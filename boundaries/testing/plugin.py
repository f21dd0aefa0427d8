"""What does pytest know as soon as the kit is installed?

Nothing is imported, started or changed until a test asks for a fixture, or the command line for a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from boundaries.testing.crash import Crash
    from boundaries.testing.database import Database
    from boundaries.testing.servers import Servers


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the recorder of SQL and transactions that cross contexts."""
    parser.getgroup("boundaries").addoption(
        "--boundaries-record",
        metavar="FILE",
        help="record which context runs SQL on whose tables, for `boundaries couplings --record FILE`",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Begin to record if the command line says so."""
    if path := config.getoption("--boundaries-record", None):
        from boundaries.enforcement.recorder.session import RecordSession

        is_worker = hasattr(config, "workerinput")
        session = RecordSession(config.invocation_params.dir / path, is_worker=is_worker)
        config.pluginmanager.register(session, "boundaries-record")


@pytest.fixture(scope="session")
def servers() -> Servers:
    """Two PostgreSQL clusters, `alpha` and `beta`, and Redis, for the whole session."""
    from boundaries.testing.shared import shared_servers

    return shared_servers()


@pytest.fixture
def fresh_database(servers: Servers) -> Iterator[Callable[..., Database]]:
    """`fresh_database(cluster="alpha", name=None, create=True)`: a database with its roles, for a test."""
    from boundaries.testing.database import throw_away_database

    with ExitStack() as stack:

        def make(cluster: str = "alpha", name: str | None = None, *, create: bool = True) -> Database:
            return stack.enter_context(
                throw_away_database(admin_url=servers.admin_url(cluster), name=name, create=create)
            )

        yield make


@pytest.fixture
def crash_at() -> Callable[..., Crash]:
    """`crash_at("step.moment", argv, env=, cwd=, timeout=)`: run a command, SIGKILL it at the fault point."""
    from boundaries.testing.crash import run_until

    return run_until


@pytest.fixture
def fault_points_hit() -> Callable[[], frozenset[str]]:
    """The fault points that this session has hit so far, for the test that wants all of them hit."""
    from boundaries.testing.crash import points_hit

    return points_hit


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so when a server died during the session: then the failures above have one cause."""
    import sys

    if "boundaries.testing.shared" not in sys.modules:
        return
    from boundaries.errors import BoundaryError
    from boundaries.testing.shared import started_servers

    try:
        if running := started_servers():
            running.check()
    except BoundaryError as error:
        terminalreporter.section("servers", red=True)
        terminalreporter.line(error.render())


def pytest_unconfigure() -> None:
    """End the shared servers before the interpreter shuts down."""
    import sys

    if "boundaries.testing.shared" in sys.modules:
        from boundaries.testing.shared import stop_shared_servers

        stop_shared_servers()
