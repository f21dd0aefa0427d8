"""How is an import added or taken away, its neighbours left as they are?"""

from __future__ import annotations

import ast
import re

from boundaries.strangler.codemod.text import Edit, Text


def add_import(text: Text, module: str, name: str) -> Edit | None:
    """`from module import name`, where isort would put it among its like; None where it is there already."""
    top = [node for node in text.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    same = (
        node for node in top if isinstance(node, ast.ImportFrom) and node.module == module and not node.level
    )
    if any(alias.name == name and alias.asname is None for node in same for alias in node.names):
        return None
    line = f"from {module} import {name}{text.newline}"
    others = [node for node in top if isinstance(node, ast.ImportFrom) and node.module != "__future__"]
    block = _block_of_django(others) or others[-1:]
    for node in block:
        if (node.module or "") > module:
            return _insert(text, node.lineno, line)
    if block:
        return _insert(text, (block[-1].end_lineno or block[-1].lineno) + 1, line)
    return _insert(text, _first_line(text.tree), line + text.newline)


def remove_name(text: Text, node: ast.ImportFrom, names: set[str]) -> Edit:
    """The statement without some names; all of it where none is left."""
    import libcst as cst

    kept = [alias for alias in node.names if alias.name not in names]
    if not kept:
        return Edit(*_whole_lines(text, node), "")
    statement = cst.parse_statement(text.of(node))
    assert isinstance(statement, cst.SimpleStatementLine)
    [part] = statement.body
    assert isinstance(part, cst.ImportFrom)
    assert not isinstance(part.names, cst.ImportStar)
    left = [alias for alias in part.names if alias.evaluated_name not in names]
    if left[-1] is not part.names[-1]:
        left[-1] = left[-1].with_changes(comma=part.names[-1].comma)
    return text.replace(node, cst.Module([]).code_for_node(part.with_changes(names=left)))


def is_used(text: Text, name: str, *, besides: ast.AST) -> bool:
    """Whether a name stands anywhere else in the file, in strings and comments too; behind a dot it is another's."""
    rest = text.content[: text.start(besides)] + text.content[text.end(besides) :]
    return re.search(rb"(?<![.\w])" + re.escape(name.encode()) + rb"\b", rest) is not None


def bound_names(tree: ast.Module) -> set[str]:
    """What a module's own statements bind at its top."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return found


def _whole_lines(text: Text, node: ast.stmt) -> tuple[int, int]:
    """A statement's lines; where it stands alone between empty ones, with the one before it."""
    start, end = text.offset(node.lineno, 0), text.offset((node.end_lineno or node.lineno) + 1, 0)
    before = text.content[:start].splitlines(keepends=True)[-1:]
    after = text.content[end:].splitlines()[:1]
    is_alone = before and not before[0].strip() and (not after or not after[0].strip())
    return (start - len(before[0]) if is_alone else start), end


def _block_of_django(nodes: list[ast.ImportFrom]) -> list[ast.ImportFrom]:
    """The imports that stand together with the first one of Django."""
    blocks: list[list[ast.ImportFrom]] = []
    for node in nodes:
        if blocks and node.lineno == (blocks[-1][-1].end_lineno or 0) + 1:
            blocks[-1].append(node)
        else:
            blocks.append([node])
    return next((block for block in blocks if any(_is_django(node) for node in block)), [])


def _is_django(node: ast.ImportFrom) -> bool:
    return (node.module or "").partition(".")[0] == "django" and not node.level


def _first_line(tree: ast.Module) -> int:
    """Behind the docstring and `from __future__`."""
    line = 1
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (is_docstring or is_future):
            break
        line = (node.end_lineno or line) + 1
    return line


def _insert(text: Text, line: int, addition: str) -> Edit:
    at = min(text.offset(line, 0), len(text.content)) if line > 1 else text.offset(1, 0)
    if at == len(text.content) and text.content and not text.content.endswith(b"\n"):
        addition = text.newline + addition
    return Edit(at, at, addition)
