"""Python files as syntax trees, and what their names stand for. No file is imported or run.

Names are looked up in all files at once: a name of a module means the same in each of them, one of
a function means something within it alone.
"""

from __future__ import annotations

import ast
import json
import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from costplan.problems import BadUsage
from costplan.store.files.boundary import stay
from costplan.store.files.text import read_file, too_many_values

LARGEST = 1_000_000
"""Characters of a file's code. What people write is a tenth of it."""
DEEPEST = 50
"""Names that stand for names, after which one is left unread."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
ENDINGS = (".py", ".ipynb")
READS = "--from reads Python 3 source of a LangGraph, or a trace that 'costplan usage' reads"


MOST_FILES = 500
"""Python files of a folder; what is more is no application's own."""
PASSED_OVER = frozenset(("site-packages", "node_modules", "__pycache__", "venv", "build", "dist"))
"""Folders that hold other people's code. Those whose name begins with a dot are passed over too."""


def code_in(source: Path) -> list[Path]:
    """The files of code that a name stands for: itself, or all of a folder; none for anything else.

    Raises BadUsage for a folder of more files than people write.
    """
    if not source.is_dir():
        return [source] if source.suffix in ENDINGS else []
    stay(source)
    files: list[Path] = []
    for folder, below, names in os.walk(source):
        below[:] = sorted(
            name for name in below if name not in PASSED_OVER and not name.startswith(".")
        )
        paths = [Path(folder, name) for name in sorted(names) if name.endswith(ENDINGS)]
        files += [path for path in paths if path.is_file()]  # a pipe would be waited for
        if len(files) > MOST_FILES:
            raise BadUsage(
                f"{source} holds more than {MOST_FILES} Python files", "name those of the graph"
            )
    return files


class Call(NamedTuple):
    """A call, the file it stands in, and the function around it (None: the module's own)."""

    node: ast.Call
    file: str
    inside: ast.AST | None

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.node.lineno}"


class Code:
    """Files of code, and what is defined in them."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self.functions: dict[str, list[Function]] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.values: dict[str, list[tuple[int, ast.expr]]] = {}
        """What a name was given, with the function that did (its identity; 0: the module)."""
        self.attributes: dict[str, list[tuple[int, ast.expr]]] = {}
        """The same of members of objects, by the member's name."""
        self.bound: dict[int, list[str]] = {}
        """Names assigned in a function, by the function's identity; of the module's own by 0."""
        self.within: dict[int, frozenset[int]] = {0: frozenset((0,))}
        """The functions around one, itself and the module among them, by its identity."""
        self.targets: dict[int, str] = {}
        """The name that an expression is assigned to, by the expression's identity."""
        self.calls: list[Call] = []
        self.imported: set[str] = set()
        self.unread: list[str] = []
        """What is wrong with files that could not be read, where others could."""
        paths, refused = list(paths), None
        for path in paths:
            try:
                tree = tree_of(path)
            except BadUsage as error:
                refused = error
                self.unread.append(str(error))
            else:
                self._read(path.name, tree)
        if refused is not None and len(self.unread) == len(paths):
            raise refused
        self.calls.sort(
            key=lambda call: (call.file, call.node.end_lineno, call.node.end_col_offset)
        )

    def _read(self, name: str, tree: ast.Module) -> None:
        waiting: list[tuple[ast.AST, ast.AST | None]] = [(tree, None)]
        while waiting:
            node, inside = waiting.pop()
            self._define(node, inside)
            if isinstance(node, ast.Call):
                self.calls.append(Call(node, name, inside))
            around = inside
            if isinstance(node, Function | ast.Lambda):
                around = node
                outer = self.within[0 if inside is None else id(inside)]
                self.within[id(node)] = outer | {id(node)}
                self._defaults(node)
            waiting += [(child, around) for child in ast.iter_child_nodes(node)]

    def _defaults(self, node: Function | ast.Lambda) -> None:
        """What parameters are where nobody gives them."""
        given = [*node.args.posonlyargs, *node.args.args]
        ordered = zip(reversed(given), reversed(node.args.defaults), strict=False)
        for parameter, default in (
            *ordered,
            *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
        ):
            if default is not None:
                self.values.setdefault(parameter.arg, []).append((id(node), default))

    def _define(self, node: ast.AST, inside: ast.AST | None) -> None:
        if isinstance(node, Function):
            self.functions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            self.classes[node.name] = node
        elif isinstance(node, ast.Import):
            self.imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            self.imported.add((node.module or "").partition(".")[0])
        here = 0 if inside is None else id(inside)
        for target, value in assigned(node):
            if isinstance(target, ast.Name):
                self.values.setdefault(target.id, []).append((here, value))
                self.bound.setdefault(here, []).append(target.id)
                self.targets[id(value)] = target.id
            elif isinstance(target, ast.Attribute):
                self.attributes.setdefault(target.attr, []).append((here, value))
                self.targets[id(value)] = target.attr

    def text(self, node: ast.expr | None) -> str | None:
        """The text that an expression stands for, through names, members of classes and defaults
        of environment variables; None where it cannot be told from the code."""
        for _ in range(DEEPEST):
            if isinstance(node, ast.Constant):
                return node.value if isinstance(node.value, str) else None
            if isinstance(node, ast.Attribute) and node.attr == "value":
                node = node.value  # a member of an Enum
            elif isinstance(node, ast.Name):
                node = self.last(node.id)
            elif isinstance(node, ast.Attribute):
                attributes = self.attributes.get(node.attr)
                node = attributes[-1][1] if attributes else self.last(node.attr)
            elif isinstance(node, ast.Call) and name_of(node.func) in ("getenv", "get"):
                node = node.args[1] if len(node.args) > 1 else None
            elif isinstance(node, ast.BoolOp):
                node = node.values[-1]
            else:
                return None
        return None

    def number(self, node: ast.expr) -> float | None:
        """The number that an expression stands for; None where it cannot be told."""
        if isinstance(node, ast.Name | ast.Attribute):
            node = self.last(name_of(node)) or node
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            return None if isinstance(node.value, bool) else float(node.value)
        return None

    def item(self, node: ast.expr) -> ast.expr:
        """What an expression takes out of a table by a text, where the table stands in the code."""
        if not isinstance(node, ast.Subscript):
            return node
        table, key = self.last(name_of(node.value)), self.text(node.slice)
        if isinstance(table, ast.Dict):
            for name, value in zip(table.keys, table.values, strict=True):
                if name is not None and self.text(name) == key:
                    return value
        return ast.Constant(None)

    def last(self, name: str) -> ast.expr | None:
        """What a name was given last; None where nothing is given to it."""
        values = self.values.get(name)
        return values[-1][1] if values else None

    def seen(self, name: str, scopes: frozenset[int]) -> list[tuple[frozenset[int], ast.expr]]:
        """What a name was given by the module or a function around, and what an object's member of
        that name was, each with the functions around it."""
        given = [pair for pair in self.values.get(name, []) if pair[0] in scopes]
        return [(self.within[at], value) for at, value in given + self.attributes.get(name, [])]


def assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a statement gives a value to, and the value."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield target, node.value
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield node.optional_vars, node.context_expr


def name_of(node: ast.expr) -> str:
    """The last part of what is called or read: ``create`` of ``client.messages.create``."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return name_of(node.value)
    return node.id if isinstance(node, ast.Name) else ""


def path_of(node: ast.expr) -> str:
    """What is called, part by part: ``client.messages.create``; calls between parts left out."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            parts.append(name_of(node))
            return ".".join(reversed([part for part in parts if part]))


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of these keywords that a call has."""
    given = {argument.arg: argument.value for argument in call.keywords}
    return next((given[name] for name in names if name in given), None)


def tree_of(path: Path) -> ast.Module:
    """A file's syntax. Raises BadUsage for what is no Python, or larger than people write."""
    text = read_file(path)
    if path.suffix == ".ipynb":
        text = _cells(path, text)
    if len(text) > LARGEST:
        limit = f"{LARGEST // 1_000_000} million characters"
        raise BadUsage(f"{path} has more than {limit}", "name the file that builds the graph")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own escapes and comparisons are its own matter
            return ast.parse(text)
    except SyntaxError as error:
        at = f", line {error.lineno}" if error.lineno else ""
        raise BadUsage(f"{path} is no Python that can be read{at}: {error.msg}", READS) from None
    except (ValueError, RecursionError, MemoryError):
        said = f"{path} is no Python that can be read: it holds a NUL, or nests too deep"
        raise BadUsage(said, READS) from None


def _cells(path: Path, text: str) -> str:
    """The code of a notebook, its magics left out. Raises BadUsage."""
    refused = BadUsage(f"{path} is no notebook that can be read", "nbformat 4 is JSON with 'cells'")
    if too_many_values(text):
        raise refused
    try:
        cells = json.loads(text)["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise refused from None
    lines = (line for cell in code for line in cell.splitlines())
    return "\n".join("pass" if line.startswith(("%", "!")) else line for line in lines)
