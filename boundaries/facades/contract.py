"""What does a facade promise on the wire?

The contract of a facade is an OpenAPI 3.1 document, made from its signatures and committed beside it, so that
a change of it is seen in review and judged by CI.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, Literal

import msgspec

from boundaries.contexts.map import current_map
from boundaries.errors import BoundaryError
from boundaries.facades.domain_error import DomainError, fact_types
from boundaries.facades.facade import Facade, Operation
from boundaries.facades.wire import JSON, PROBLEM, operation_path

Document = dict[str, Any]
KIND, IDEMPOTENT = "x-boundaries-kind", "x-boundaries-idempotent"
_REF = "#/components/schemas/"


class NoFacade(BoundaryError):
    """Raised when a contract is asked of a context that has no facade, or one that cannot be imported."""

    code = "BD350"
    problem = "{context} has no contract: {reason}."
    remedy = 'Set `facade = "package.module:Class"` for {context} in the context map.'


def facade_of(context: str) -> type[Facade]:
    """The facade that the map names for a context.

    :raises UnknownContext: for a name that the map does not declare.
    :raises NoFacade: when there is none, or it cannot be imported.
    """
    dotted = current_map().context(context).facade
    if not dotted:
        raise NoFacade(context=context, reason="the map names no facade")
    module, _, name = dotted.partition(":")
    try:
        facade = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise NoFacade(context=context, reason=str(error)) from error
    if not (isinstance(facade, type) and issubclass(facade, Facade)):
        raise NoFacade(context=context, reason=f"{dotted} is no Facade")
    return facade


def contract_file(facade: type[Facade]) -> Path:
    """Where it is committed: `contract.json` in a public package, `<name>.contract.json` beside a module."""
    module = importlib.import_module(facade.__module__)
    source = Path(module.__file__ or "")
    return source.with_name(
        "contract.json" if hasattr(module, "__path__") else f"{source.stem}.contract.json"
    )


def build_contract(facade: type[Facade]) -> Document:
    """The OpenAPI document of a facade; the same facade always gives the same document."""
    operations = [facade.operations[name] for name in sorted(facade.operations)]
    errors = sorted({error for item in operations for error in item.raises}, key=lambda error: error.code)
    types = [kind for item in operations for kind in (item.arguments, item.result)]
    schemas, components = msgspec.json.schema_components(
        [*types, *(_error_type(error) for error in errors)], ref_template=_REF + "{name}"
    )
    of_error = dict(zip((error.code for error in errors), schemas[len(types) :], strict=True))
    paths = {
        operation_path(context=item.context, version=item.version, operation=item.name): {
            "post": _describe(item, schemas[2 * number], schemas[2 * number + 1], of_error)
        }
        for number, item in enumerate(operations)
    }
    info = {"title": facade.context, "version": facade.version}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": components}}


def encode_contract(document: Document) -> str:
    """The document as it is committed: sorted, indented, with a newline at the end."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_contract(path: Path) -> Document | None:
    """A committed contract; None where there is none.

    :raises ContractUnreadable: when it is not one.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise ContractUnreadable(path=str(path), reason=str(error)) from error
    if not isinstance(document, dict) or not {"info", "paths", "components"} <= document.keys():
        raise ContractUnreadable(path=str(path), reason="it is no OpenAPI document of a facade")
    return document


class ContractUnreadable(BoundaryError):
    """Raised when a committed contract cannot be read."""

    code = "BD351"
    problem = "{path} cannot be read: {reason}."
    remedy = "Restore it from version control, or write it again with `boundaries contract CONTEXT --write`."


def _describe(operation: Operation[Any, Any], arguments: Any, result: Any, of_error: Document) -> Document:
    responses: Document = {
        "200": {"description": "the result", "content": _json(result)},
        "default": {"description": "a failure between the two sides", "content": {PROBLEM: {}}},
    }
    if operation.raises:
        alternatives = [of_error[code] for code in sorted(error.code for error in operation.raises)]
        responses["422"] = {
            "description": "a refusal of the domain",
            "content": _json({"oneOf": alternatives}),
        }
    described: Document = {
        "operationId": operation.name,
        KIND: operation.kind,
        "requestBody": {"required": True, "content": _json(arguments)},
        "responses": responses,
    }
    if operation.kind == "command":
        described[IDEMPOTENT] = operation.idempotent
    return described


def _json(schema: Any) -> Document:
    return {JSON: {"schema": schema}}


def _error_type(error: type[DomainError]) -> type[msgspec.Struct]:
    facts = msgspec.defstruct(f"{error.__name__}_facts", list(fact_types(error).items()))
    code = Literal[error.code]  # type: ignore[name-defined]
    return msgspec.defstruct(error.__name__, [("code", code), ("facts", facts)])
