"""The verb `contract`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from boundaries.cli import DONE, FOUND, Verb, print_json
from boundaries.errors import BoundaryError

if TYPE_CHECKING:
    from boundaries.facades.contract import Document
    from boundaries.facades.contract_diff import Change
    from boundaries.facades.facade import Facade


class ContractBroken(BoundaryError):
    """Raised when a contract is to be written that would break who was built against the committed one."""

    code = "BD349"
    problem = "The new contract of {context} breaks the old one in {count} places, first: {first}."
    remedy = "Keep the old form beside the new one, raise `version` of the facade, or add --accept-breaking."


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("context")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", action="store_true", help="write the contract beside the facade")
    action.add_argument(
        "--check", action="store_true", help="exit 1 if the facade differs from its committed contract"
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="with --check: compare with this file; only breaking changes fail",
    )
    parser.add_argument(
        "--accept-breaking", action="store_true", help="with --write: write a breaking change too"
    )


def _run(options: argparse.Namespace) -> int:
    from boundaries.facades.contract import build_contract, facade_of

    facade = facade_of(options.context)
    document = build_contract(facade)
    if options.write:
        return _write(facade, document, options)
    if options.check:
        return _check(facade, document, options)
    return _show(facade, document, options)


def _write(facade: type[Facade], document: Document, options: argparse.Namespace) -> int:
    from boundaries.facades.contract import contract_file, encode_contract, read_contract
    from boundaries.facades.contract_diff import compare_contracts

    path = contract_file(facade)
    committed = read_contract(path)
    changes = compare_contracts(committed, document) if committed else []
    is_new_version = committed is not None and committed["info"]["version"] != facade.version
    breaking = [change for change in changes if change.is_breaking]
    if breaking and not is_new_version and not options.accept_breaking:
        raise ContractBroken(
            context=facade.context, count=len(breaking), first=f"{breaking[0].where}: {breaking[0].what}"
        )
    path.write_text(encode_contract(document), encoding="utf-8")
    _report(options, facade=facade, path=path, result="written", changes=changes)
    return DONE


def _check(facade: type[Facade], document: Document, options: argparse.Namespace) -> int:
    from boundaries.facades.contract import contract_file, encode_contract, read_contract
    from boundaries.facades.contract_diff import compare_contracts

    path = options.against or contract_file(facade)
    committed = read_contract(path)
    changes = compare_contracts(committed, document) if committed else []
    is_broken = any(change.is_breaking for change in changes)
    if committed is None:
        result = "missing"
    elif is_broken:
        result = "breaking"
    else:
        result = "unchanged" if encode_contract(committed) == encode_contract(document) else "changed"
    _report(options, facade=facade, path=path, result=result, changes=changes)
    is_fine = result == "unchanged" or (result == "changed" and options.against is not None)
    return DONE if is_fine else FOUND


def _show(facade: type[Facade], document: Document, options: argparse.Namespace) -> int:
    if options.format == "json":
        print_json(document)
        return DONE
    print(f"{facade.context} version {facade.version}")
    for name, operation in sorted(facade.operations.items()):
        refusals = ", ".join(error.code for error in operation.raises)
        print(
            f"  {operation.kind:<8} {name}({', '.join(sorted(operation.argument_names))})"
            + (f"  or {refusals}" if refusals else "")
        )
    return DONE


_SAYS = {
    "written": "is written",
    "unchanged": "is what the facade says",
    "changed": "is behind the facade: run `boundaries contract {context} --write` and commit the file",
    "breaking": "is broken by the facade: old callers and the new service would not understand each other",
    "missing": "does not exist: run `boundaries contract {context} --write` and commit the file",
}


def _report(
    options: argparse.Namespace, *, facade: type[Facade], path: Path, result: str, changes: list[Change]
) -> None:
    if options.format == "json":
        listed = [
            {"kind": "breaking" if item.is_breaking else "additive", "where": item.where, "what": item.what}
            for item in changes
        ]
        print_json({"context": facade.context, "path": str(path), "result": result, "changes": listed})
        return
    for change in changes:
        print(change)
    print(f"{path} {_SAYS[result].format(context=facade.context)}")


CONTRACT = Verb(
    name="contract",
    help="show, write or check the OpenAPI contract of a context's facade",
    configure=_configure,
    run=_run,
    needs_django=True,
    epilog="In CI: `boundaries contract CONTEXT --check`, and with --against the file of the main branch.",
)
