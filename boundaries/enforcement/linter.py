"""Which imports does import-linter call broken?

It runs in a process of its own, because the checked project must come first on the import path there. This
module is both sides: `start()` and `Linter.answer()` here, `main()` in that process.
"""

from __future__ import annotations

import atexit
import gc
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boundaries
from boundaries.contexts.map import ContextMap, load_map
from boundaries.errors import BoundaryError

_TIMEOUT_SECONDS = 600


class LinterMissing(BoundaryError):
    """Raised when import-linter is not installed where the check runs."""

    code = "BD290"
    problem = "import-linter is not installed in this environment; import rules are checked with it."
    remedy = "Install `django-strangler[lint]`."


@dataclass(frozen=True)
class Verdict:
    """What import-linter said: the modules that it saw, each broken import's rule, and what kept it from
    working.
    """

    modules: frozenset[str] = frozenset()
    broken: dict[tuple[str, str], str] | None = None
    lines: dict[tuple[str, str], list[int]] | None = None
    problem: str = ""


class Linter:
    """One run of import-linter, going on beside us until its verdict is asked for."""

    def __init__(self, context_map: ContextMap) -> None:
        self._map = context_map
        package = Path(boundaries.__file__).resolve().parent.parent
        path = os.pathsep.join([str(package), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "boundaries.enforcement.linter", str(context_map.path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def answer(self) -> bytes:
        """The verdict as JSON bytes, as soon as it is there."""
        try:
            answer, complaint = self._process.communicate(timeout=_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            return _problem(f"it took longer than {_TIMEOUT_SECONDS} seconds")
        if self._process.returncode:
            return _problem(self._reason(complaint.decode(errors="replace").strip().splitlines()))
        return answer

    def _reason(self, complaint: list[str]) -> str:
        if not complaint:
            return f"exit code {self._process.returncode}"
        if not complaint[-1].startswith(("pyo3_runtime.PanicException", "FileNotFoundError")):
            return complaint[-1]
        # grimp takes whatever ends with `.py` for a file.
        odd = sorted(p for p in self._map.root.rglob("*.py") if not (p.is_file() or p.is_dir()))
        if odd:
            return f"it stops at {odd[0].relative_to(self._map.root)}, which is no file or a link to nowhere"
        return complaint[-1]

    def stop(self) -> None:
        """End the process if it still runs, and forget it."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            if stream:
                stream.close()


def start(context_map: ContextMap) -> Linter:
    """Start import-linter on a map.

    :raises LinterMissing: when it is not installed.
    """
    if importlib.util.find_spec("importlinter") is None:
        raise LinterMissing
    return Linter(context_map)


def read_verdict(answer: bytes) -> Verdict:
    """The verdict in JSON bytes that `Linter.answer()` gave."""
    try:
        said = json.loads(answer)
    except ValueError:
        return Verdict(problem="its answer could not be read")
    pairs = {(found["importer"], found["imported"]): found for found in said["broken"]}
    return Verdict(
        modules=frozenset(said["modules"]),
        broken={pair: found["rule"] for pair, found in pairs.items()},
        lines={pair: found["lines"] for pair, found in pairs.items()},
        problem=said["problem"],
    )


def root_packages(context_map: ContextMap) -> list[str]:
    """The top-level packages that hold contexts. Dotted roots would be imported, and so run, by grimp."""
    names = {package.partition(".")[0] for c in context_map.contexts.values() for package in c.packages}
    return sorted(name for name in names if (context_map.root / name).is_dir())


def main(path: str) -> None:
    """The other process: build import-linter's graph, judge it as our contract does, print the verdict as JSON.

    Nothing more of import-linter is started: its reports, which nobody sees here, take longer than the graph.
    """
    # Imported before the checked project comes first on the path, so that nothing of it can take their place.
    from grimp import build_graph

    from boundaries.enforcement.broken import broken_imports

    # The process ends with its answer: nothing in it is garbage before.
    gc.disable()
    atexit.register(gc.freeze)
    context_map = load_map(Path(path))
    sys.path.insert(0, str(context_map.root))
    roots = [name for name in root_packages(context_map) if _lies_under(name, context_map.root)]
    answer: dict[str, Any] = {"modules": [], "broken": [], "problem": ""}
    if roots:
        excludes = not context_map.check.type_checking
        graph = build_graph(*roots, exclude_type_checking_imports=excludes, cache_dir=None)
        answer |= {"modules": sorted(graph.modules), "broken": broken_imports(graph, context_map)}
    print(json.dumps(answer))


def _lies_under(name: str, root: Path) -> bool:
    spec = importlib.util.find_spec(name)
    places = [*(spec.submodule_search_locations or ())] if spec else []
    return any(Path(place).resolve() == (root / name).resolve() for place in places)


def _problem(text: str) -> bytes:
    answer: dict[str, Any] = {"modules": [], "broken": [], "problem": text}
    return json.dumps(answer).encode()


if __name__ == "__main__":
    main(sys.argv[1])
