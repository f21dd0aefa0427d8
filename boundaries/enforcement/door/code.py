"""How is a proposed door written as code?

Three files of the door, and `local.py` behind it, which answers from the tables as callers do today. All of it is meant
to be read, renamed and cut down.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from operator import itemgetter

from boundaries.enforcement.door.kind import IMPORTS
from boundaries.enforcement.door.operation import Operation, Parameter, plural, snake
from boundaries.enforcement.door.proposal import Proposal
from boundaries.enforcement.source.project import Symbol

_WIDTH = 88


def class_name(proposal: Proposal) -> str:
    """What the facade is called: the context's name, unless one of its data objects has that."""
    words = re.split(r"[_\W]+", proposal.context.name)
    name = "".join(word[:1].upper() + word[1:] for word in words)
    return f"{name}Facade" if name in {symbol.last for symbol in proposal.fields} else name


def write_door(proposal: Proposal) -> dict[str, str]:
    """The files, by their path below the context's package."""
    name, package = class_name(proposal), proposal.context.packages[0]
    values = sorted(symbol.last for symbol in proposal.fields)
    files = {
        "public/__init__.py": _init(package, name, values, context=proposal.context.name),
        "public/facade.py": _facade(proposal, package, name, values),
        "local.py": _local(proposal, package, name, values),
    }
    return files | ({"public/values.py": _values(proposal)} if values else {})


def _init(package: str, name: str, values: list[str], *, context: str) -> str:
    lines = [
        f'"""The door of {context}: what other contexts may ask."""',
        "",
        f"from {package}.public.facade import {name}",
    ]
    lines += [_from(f"{package}.public.values", values)] if values else []
    return "\n".join([*lines, "", _list("__all__", sorted([name, *values])), ""])


def _facade(proposal: Proposal, package: str, name: str, values: list[str]) -> str:
    kinds = sorted({"command" if item.is_command else "query" for item in proposal.operations})
    own = [_from("boundaries", ["Facade", *kinds])]
    own += [_from(f"{package}.public.values", values)] if values else []
    lines = [f'class {name}(Facade, context="{proposal.context.name}", version="1"):']
    lines += [f'    """What {proposal.context.name} answers and does for others."""']
    for operation in proposal.operations:
        lines += ["", *_declaration(operation)]
    text = "\n".join(lines)
    return _module(f"What may another context ask of {proposal.context.name}?", text, own)


def _declaration(operation: Operation) -> list[str]:
    decorator = "@command()" if operation.is_command else "@query()"
    return [f"    {decorator}", *_signature(operation), f'        """{_sentence(operation)}"""']


def _signature(operation: Operation) -> list[str]:
    parameters = [f"{item.name}: {item.type}" for item in operation.parameters]
    listed = "".join(f", {item}" for item in ["*", *parameters]) if parameters else ""
    line = f"    def {operation.name}(self{listed}) -> {operation.returns}:"
    if len(line) <= _WIDTH:
        return [line]
    one_line = f"        self, *, {', '.join(parameters)}"
    inner = (
        [one_line] if len(one_line) <= _WIDTH else [f"        {item}," for item in ["self", "*", *parameters]]
    )
    return [f"    def {operation.name}(", *inner, f"    ) -> {operation.returns}:"]


def _sentence(operation: Operation) -> str:
    what = operation.name.replace("_", " ")
    if operation.batch is not None and operation.shape in {"one", "many"}:
        return f"{what[:1].upper()}{what[1:]}; those without one are absent."
    return f"{what[:1].upper()}{what[1:]}."


def _values(proposal: Proposal) -> str:
    blocks = []
    for symbol, fields in sorted(proposal.fields.items(), key=lambda item: item[0].last):
        lines = ["@dataclass(frozen=True, slots=True)", f"class {symbol.last}:"]
        lines += [f'    """What others read of {_words(symbol)}."""', ""]

        lines += [
            f"    {name}: {kind} | None" if name != "id" else f"    {name}: {kind}"
            for name, kind in fields.items()
        ]
        blocks.append("\n".join(lines))
    text = "\n\n\n".join(blocks)
    return _module(f"Which values does {proposal.context.name} hand out?", text, [])


def _local(proposal: Proposal, package: str, name: str, values: list[str]) -> str:
    taken = sorted({(item.symbol.module, item.symbol.last) for item in proposal.operations})
    records = [(module, _from(module, [f"{each} as {_record(each)}"])) for module, each in taken]
    door = [(f"{package}.public", _from(f"{package}.public", values))] if values else []
    own = [line for _, line in sorted([*records, *door], key=itemgetter(0))]
    lines = [f"class Local{name}:", f'    """Answers for `{name}` from the tables of this database."""']
    for operation in proposal.operations:
        lines += ["", *_signature(operation), f'        """{_sentence(operation)}"""', *_body(operation)]
    blocks = ["\n".join(lines), *(_converter(symbol, fields) for symbol, fields in proposal.fields.items())]
    return _module(f"How does {proposal.context.name} do what its door promises?", "\n\n\n".join(blocks), own)


def _body(operation: Operation) -> Iterator[str]:
    record = _record(operation.symbol.last)
    if operation.verb == "call":
        yield from _call(f"return {record}", [f"{item.name}={item.name}" for item in operation.parameters])
        return
    set_here = operation.parameters[len(operation.sites[0].keys) :] if operation.verb == "update" else ()
    make = f"as_{snake(operation.symbol.last)}"
    if operation.verb == "create":
        yield from _call(f"record = {record}.objects.create", _arguments(operation.parameters))
        yield f"        return {make}(record)"
        return
    keys = [item for item in operation.parameters if item not in set_here]
    yield from _call(f"rows = {record}.objects.{'filter' if keys else 'all'}", _arguments(keys))
    if operation.batch is not None:
        yield from _batch(operation, make, operation.batch)
    elif operation.verb == "update":
        yield from _call("return rows.update", _arguments(set_here))
    else:
        yield from _answer(operation.verb, make)


def _answer(verb: str, make: str) -> Iterator[str]:
    if verb == "get":
        yield "        record = rows.first()"
        yield f"        return {make}(record) if record else None"
    elif verb == "filter":
        yield f"        return [{make}(record) for record in rows]"
    else:
        yield f"        return rows.{verb}(){'[0]' if verb == 'delete' else ''}"


def _batch(operation: Operation, make: str, key: Parameter) -> Iterator[str]:
    column, listed = key.lookup, operation.parameters[0].name
    if operation.shape == "one":
        yield f"        return {{record.{column}: {make}(record) for record in rows}}"
    elif operation.shape == "many":
        yield f"        found: {operation.returns} = {{}}"
        yield "        for record in rows:"
        yield f"            value = {make}(record)"
        yield f"            found.setdefault(record.{column}, []).append(value)"
        yield "        return found"
    else:
        value = "found[key]" if operation.shape == "number" else "key in found"
        yield f'        found = Counter(rows.values_list("{column}", flat=True))'
        yield f"        return {{key: {value} for key in {listed}}}"


def _call(head: str, arguments: list[str]) -> list[str]:
    """A call on one line, or broken as formatters do."""
    line = f"        {head}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return [line]
    inner = f"            {', '.join(arguments)}"
    lines = [inner] if len(inner) <= _WIDTH else [f"            {item}," for item in arguments]
    return [f"        {head}(", *lines, "        )"]


def _converter(symbol: Symbol, fields: dict[str, str]) -> str:
    name, record = snake(symbol.last), _record(symbol.last)
    head = f"def as_{name}(record: {record}) -> {symbol.last}:"
    lines = (
        [head]
        if len(head) <= _WIDTH
        else [f"def as_{name}(", f"    record: {record},", f") -> {symbol.last}:"]
    )
    lines += [f'    """What others read of {_words(symbol)}."""', f"    return {symbol.last}("]
    return "\n".join([*lines, *(f"        {field}=record.{field}," for field in fields), "    )"])


def _words(symbol: Symbol) -> str:
    return plural(snake(symbol.last)).replace("_", " ")


def _arguments(parameters: Iterable[Parameter]) -> list[str]:
    return [f"{item.lookup}={item.name}" for item in parameters]


def _record(name: str) -> str:
    return f"{name}Record" if name[:1].isupper() else f"{name}_here"


def _module(question: str, text: str, own: list[str]) -> str:
    """A module with its docstring and the imports that its text needs."""
    words = set(re.findall(r"[A-Za-z_]\w*", text))
    standard: dict[str, list[str]] = {}
    for name, module in {**IMPORTS, "Counter": "collections", "dataclass": "dataclasses"}.items():
        if name in words:
            standard.setdefault(module, []).append(name)
    lines = [_from(module, sorted(names)) for module, names in standard.items()]
    kit = [line for line in own if line.startswith("from boundaries ")]
    others = [line for line in own if line not in kit]
    blocks = ["\n".join(sorted(lines)), "\n".join(kit), "\n".join(others)]
    imports = "\n\n".join(block for block in blocks if block)
    return f'"""{question}"""\n\nfrom __future__ import annotations\n\n{imports}\n\n\n{text}\n'


def _from(module: str, names: Iterable[str]) -> str:
    listed = list(names)
    line = f"from {module} import {', '.join(listed)}"
    return (
        line
        if len(line) <= _WIDTH
        else f"from {module} import (\n" + "".join(f"    {name},\n" for name in listed) + ")"
    )


def _list(name: str, values: list[str]) -> str:
    quoted = [json.dumps(value) for value in values]
    line = f"{name} = [{', '.join(quoted)}]"
    return (
        line if len(line) <= _WIDTH else f"{name} = [\n" + "".join(f"    {item},\n" for item in quoted) + "]"
    )
