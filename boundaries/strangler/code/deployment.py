"""How does the service get from its folder to where it runs?

One image, three processes (web, relay, worker), one migration before each release: on a laptop with compose, on a
platform with the Procfile, on Kubernetes with the manifests, which the pipeline applies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from boundaries.strangler.code.blueprint import Blueprint
from boundaries.strangler.code.requirement import declared_python
from boundaries.strangler.code.template import fill

_PYTHON_MINOR = 12
_RELAY = ["python", "manage.py", "boundaries", "outbox", "relay"]
_WORKER = ["celery", "--app", "service", "worker", "--concurrency", "1", "--queues"]


def deploy(blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    """The files about building, running and releasing the service, by path."""
    processes = _processes(blueprint)
    context, name = blueprint.context.name, distribution(blueprint)
    python = _python(blueprint)
    yield "Dockerfile", fill("Dockerfile", name=name, python=python)
    yield ".dockerignore", fill("dockerignore")
    yield "Procfile", "".join(f"{process}: {' '.join(words)}\n" for process, words in processes.items())
    yield "compose.yaml", _compose(blueprint, processes)
    yield "kubernetes/kustomization.yaml", fill("kustomization.yaml", name=name, context=context)
    yield "kubernetes/web.yaml", fill("web.yaml", name=name)
    for process in ("relay", "worker"):
        command = json.dumps(processes[process])
        yield f"kubernetes/{process}.yaml", fill("process.yaml", name=name, process=process, command=command)
    yield "kubernetes/migrate/kustomization.yaml", fill("kustomization_migrate.yaml", name=name)
    yield "kubernetes/migrate/job.yaml", fill("migrate.yaml", name=name)
    yield ".github/workflows/service.yml", _pipeline(blueprint, python)


def distribution(blueprint: Blueprint) -> str:
    """The name of the service's distribution and image."""
    return f"{blueprint.context.name.replace('_', '-').lower()}-service"


def database_name(blueprint: Blueprint) -> str:
    """What the service's database is called where nobody has named one."""
    return blueprint.context.name.replace("-", "_").lower()


def _processes(blueprint: Blueprint) -> dict[str, list[str]]:
    modules = {file.module.rpartition(".")[2] for file in blueprint.closure.moved}
    sagas = ["--with-sagas"] if "sagas" in modules else []
    queue = f"boundaries.{blueprint.context.name}"
    return {"web": ["gunicorn"], "relay": [*_RELAY, *sagas], "worker": [*_WORKER, queue]}


def _compose(blueprint: Blueprint, processes: dict[str, list[str]]) -> str:
    return fill(
        "compose.yaml",
        name=distribution(blueprint),
        database=database_name(blueprint),
        relay=json.dumps(processes["relay"]),
        worker=json.dumps(processes["worker"]),
        environment="".join(f"  {name}: for-development\n" for name in _required(blueprint)),
    )


def _pipeline(blueprint: Blueprint, python: str) -> str:
    return fill(
        "service.yml",
        context=blueprint.context.name,
        name=distribution(blueprint),
        python=python,
        database=database_name(blueprint),
        environment="".join(f"      {name}: for-checks\n" for name in _required(blueprint)),
    )


def _required(blueprint: Blueprint) -> list[str]:
    return [item.variable for item in blueprint.variables if item.is_required and item.variable]


def _python(blueprint: Blueprint) -> str:
    """The image's Python: the oldest that the project asks for, or the kit's usual one where that is older."""
    asked = re.search(r">=\s*3\.(\d+)", declared_python(blueprint.map.root))
    return f"3.{max(_PYTHON_MINOR, int(asked[1]) if asked else 0)}"
