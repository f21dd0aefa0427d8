"""How does a network fail between a client and a server that both live on?

A TCP proxy in a process of its own. It is told on standard input, one JSON object a line:

    {"do": "cut", "link": NAME, "when": "before" | "after", "times": 1}   cut connections at COMMIT
    {"do": "half", "link": NAME, "way": "up" | "down"}                    swallow one direction, keep both ends open
    {"do": "heal", "link": NAME}                                          reset what was swallowed, pass again

"before": the server never hears the COMMIT. "after": it has committed, and the client never hears of it.
Each line is answered with one; the first line printed holds the ports.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.orders import end

ROOT = Path(__file__).parents[2]


@dataclass
class Link:
    """One listening port and the server behind it."""

    name: str
    upstream: int
    cut: str = ""
    cuts_left: int = 0
    swallow: str = ""
    hits: int = 0
    open: set[Any] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection until either end closes it."""
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, there_writer)
        self.open.add(pair)
        try:
            await asyncio.gather(
                self._carry(reader, there_writer, "up", pair), self._carry(there_reader, writer, "down", pair)
            )
        finally:
            self._abort(pair)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str, pair: Any
    ) -> None:
        is_cut = False
        try:
            while data := await reader.read(1 << 16):
                if self.swallow == way:
                    self.hits += 1
                    await asyncio.sleep(3600)
                if way == "up" and self.cuts_left and b"COMMIT" in data:
                    self.cuts_left -= 1
                    self.hits += 1
                    is_cut = True
                    if self.cut == "after":
                        writer.write(data)
                        await writer.drain()
                        await asyncio.sleep(0.05)
                    self._abort(pair)
                    return
                writer.write(data)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            if not is_cut:
                self._abort(pair)

    def heal(self) -> None:
        """Pass again; connections that were stuck are reset."""
        if self.swallow:
            for pair in list(self.open):
                self._abort(pair)
        self.cut, self.cuts_left, self.swallow = "", 0, ""

    def _abort(self, pair: Any) -> None:
        self.open.discard(pair)
        for writer in pair:
            writer.transport.abort()


class Proxy:
    """The runner's handle on the proxy's process; `ports` by link."""

    def __init__(self, upstreams: Mapping[str, int]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.proxy", json.dumps(dict(upstreams))],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.ports: dict[str, int] = self._answer()

    def cut(self, link: str, *, when: str, times: int = 1) -> None:
        """Cut the next connections that send COMMIT."""
        self._tell(do="cut", link=link, when=when, times=times)

    def half_open(self, link: str, *, way: str) -> None:
        """Swallow what goes "up" to the server or "down" to the client from now on."""
        self._tell(do="half", link=link, way=way)

    def heal(self, link: str) -> int:
        """Pass again; how often the trouble has struck."""
        return int(self._tell(do="heal", link=link)["hits"])

    def close(self) -> None:
        """End the proxy and its connections."""
        end(self.process)

    def _tell(self, **words: Any) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())


async def _main(upstreams: Mapping[str, int]) -> None:
    links = {name: Link(name, port) for name, port in upstreams.items()}
    ports = {}
    for link in links.values():
        server = await asyncio.start_server(link.serve, "127.0.0.1", 0)
        ports[link.name] = server.sockets[0].getsockname()[1]
    print(json.dumps(ports), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        words = json.loads(line)
        link = links[words["link"]]
        if words["do"] == "cut":
            link.cut, link.cuts_left = words["when"], words["times"]
        elif words["do"] == "half":
            link.swallow = words["way"]
        else:
            link.heal()
        print(json.dumps({"hits": link.hits}), flush=True)
        if words["do"] == "heal":
            link.hits = 0


if __name__ == "__main__":
    asyncio.run(_main(json.loads(sys.argv[1])))
