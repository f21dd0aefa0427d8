"""What goes wrong while a command stands at its point?

Each fault gets the command that is held there and leaves it ended or released. It returns whether it has struck.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg

from tests.chaos.crew import Crew, words_of
from tests.chaos.mover import Command
from tests.chaos.stand import CONTEXT, SIDES, Stand

HOUR = 3600


class Scene:
    """One act at its point: the command that is held, and everything that a fault may reach for."""

    def __init__(self, stand: Stand, crew: Crew, command: Command, go: Path) -> None:
        self.stand, self.crew, self.command, self.go = stand, crew, command, go
        self.entropy = crew.cycle.entropy
        self.others: list[Command] = []

    def release(self) -> None:
        """Let the command go on."""
        self.go.touch()

    def side(self) -> str:
        """One of the two, drawn."""
        return self.entropy.choice(SIDES)


def kill(scene: Scene) -> bool:
    """SIGKILL."""
    scene.command.send(signal.SIGKILL)
    return scene.command.wait() == -signal.SIGKILL


def stop(scene: Scene) -> bool:
    """SIGSTOP for a while, sometimes longer than the server lets anybody hold the gate; then it goes on."""
    scene.command.send(signal.SIGSTOP)
    scene.release()
    time.sleep(scene.entropy.choice((0.3, 0.8, 2.4)))
    scene.command.send(signal.SIGCONT)
    return True


def rival(scene: Scene) -> bool:
    """Another process runs the same command: refused while the first is there, successful once it seems gone."""
    if scene.command.words[0] == "follow":
        scene.others.append(scene.crew.start(*scene.command.words))
        time.sleep(0.3)
        scene.release()
        return True
    is_late = scene.go.stem == "switch.confirmed"
    refused = scene.crew.start(*scene.command.words)
    is_refused = refused.wait() == 2
    # The late one keeps its connection to the side that it is about to open.
    end_sessions(scene.stand, *(SIDES[:1] if is_late else SIDES))
    second = scene.crew.start(*scene.command.words)
    second.wait()
    if is_late:
        _go_back(scene)
    else:
        scene.others.append(second)
    scene.release()
    return is_refused


def _go_back(scene: Scene) -> None:
    """While the first one stands between closing and opening, the writes have come and gone again."""
    step = "rollback" if "switch-writes" in scene.command.words else "switch-writes"
    for _ in range(20):
        if scene.crew.start(*words_of(step)).wait() == 0:
            return
        time.sleep(0.2)


def restart_monolith(scene: Scene) -> bool:
    """Immediate restart of the monolith's server."""
    return _restart(scene, "monolith")


def restart_service(scene: Scene) -> bool:
    """Immediate restart of the service's server."""
    return _restart(scene, "service")


def cut_at_commit(scene: Scene) -> bool:
    """The next COMMIT of the mover, and some of the writers', lose their connection before or after they are heard."""
    links = [f"mover_{scene.side()}", *(f"app_{side}" for side in SIDES)]
    for link in links:
        times = 1 if link.startswith("mover") else 3
        scene.stand.proxy.cut(link, when=scene.entropy.choice(("before", "after")), times=times)
    scene.release()
    _wait(scene, 1.0)
    return sum([scene.stand.proxy.heal(link) for link in links]) > 0


def half_open(scene: Scene) -> bool:
    """One direction of the mover's network to one side is silent for a while; then its connections are reset."""
    link = f"mover_{scene.side()}"
    scene.stand.proxy.half_open(link, way=scene.entropy.choice(("up", "down")))
    scene.release()
    _wait(scene, scene.entropy.choice((0.4, 1.0, 2.4)))
    return scene.stand.proxy.heal(link) > 0


def disk_full(scene: Scene) -> bool:
    """No room for the log of the open side, until somebody makes some; the writes go on all the same."""
    assert scene.stand.small_disk is not None
    ballast = scene.stand.small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    is_full = any(_fill_log(scene.stand, side) for side in SIDES)
    scene.release()
    time.sleep(0.2)
    ballast.unlink()
    return is_full


def clock_jump(scene: Scene) -> bool:
    """The mover's clock is off by hours from now on, forwards or backwards."""
    scene.stand.set_clock(scene.entropy.choice((-5 * HOUR, -HOUR, HOUR, 30 * HOUR)))
    scene.release()
    return True


def writer_killed(scene: Scene) -> bool:
    """SIGKILL of a writer, wherever it is."""
    scene.crew.kill_a_writer()
    scene.release()
    return True


def sessions_ended(scene: Scene) -> bool:
    """All of the mover's sessions are ended by the servers, as keep-alives do when a machine has gone."""
    end_sessions(scene.stand, *SIDES)
    scene.release()
    return True


FAULTS: dict[str, Callable[[Scene], bool]] = {
    "kill": kill,
    "stop": stop,
    "rival": rival,
    "restart_monolith": restart_monolith,
    "restart_service": restart_service,
    "cut_at_commit": cut_at_commit,
    "half_open": half_open,
    "disk_full": disk_full,
    # Transactions are pooled from the start of the cycle; at the point, the command is killed.
    "pgbouncer": kill,
    "clock_jump": clock_jump,
    "writer_killed": writer_killed,
    "sessions_ended": sessions_ended,
}


def end_sessions(stand: Stand, *sides: str) -> None:
    """End the sessions of the move on these sides."""
    for side in sides:
        with stand.superuser(side) as session:
            session.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s OR usename = %s",
                [f"boundaries {CONTEXT}%", stand.databases[side].role("mover")],
            )


def _restart(scene: Scene, side: str) -> bool:
    with suppress(psycopg.Error):
        scene.stand.restart(side)
    scene.release()
    return True


def _wait(scene: Scene, seconds: float) -> None:
    """That long, or until the command is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not scene.command.is_over():
        time.sleep(0.02)


def _fill_log(stand: Stand, side: str) -> bool:
    """Write until the log has used up the pages that it has; whether a table is marked then."""
    deadline = time.monotonic() + 5
    try:
        with psycopg.connect(stand.app_url(side), autocommit=True) as session:
            while time.monotonic() < deadline and not stand.is_marked(side):
                session.execute("UPDATE stock_item SET name = name WHERE name LIKE 'seed%'")
    except psycopg.DatabaseError as error:
        if error.sqlstate == "53100":
            raise
        return False  # the closed side, or one that is cut off
    return stand.is_marked(side)
