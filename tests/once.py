"""What is the same in every test of a process is worked out once in it.

A process of the tests runs thousands of commands; each would parse the same prices of the shipped
catalogue, take the annotations of the same functions apart for its parser, and list the same keys
of the same records. That was a quarter of a run. Only what follows from its argument alone is kept:
a file is opened each time, so that one that changed is another text, and what cannot be read is
refused anew each time, in its own name. Real processes (``run.process``) share nothing.
"""

from __future__ import annotations

import ast
import os
import ssl
from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import typer

from costplan import keys
from costplan.cli.common import file_keys
from costplan.store.files import price_sets, shelves, text, throughput, whole
from costplan.store.sourcing import merging_folders

READERS = (shelves, whole, price_sets, throughput, merging_folders)
KEPT = 20_000
"""Texts, most of them a block of a file with its header."""


def share() -> None:
    """From now on, in this process."""
    for module in READERS:
        module.parse_toml = Unparsed  # type: ignore[attr-defined]
        module.read_document = read  # type: ignore[attr-defined]
    typer.main.get_command = parser
    file_keys.tables = cache(keys.tables)  # type: ignore[attr-defined]
    ssl.create_default_context = context  # type: ignore[assignment]


class Unparsed(NamedTuple):
    """A text that is parsed when it turns out to be a new one."""

    name: str
    text: str


_READ: dict[tuple[type[Any], str], Any] = {}


def read(kind: type[Any], name: str, given: str, data: Unparsed | Mapping[str, Any]) -> Any:
    """As ``text.read_document``, of a text that may have been read already: records are frozen."""
    if not isinstance(data, Unparsed):
        return text.read_document(kind, name, given, data)
    if (kind, given) not in _READ:
        if len(_READ) >= KEPT:
            _READ.clear()
        parsed = text.parse_toml(name, given)
        _READ[kind, given] = text.read_document(kind, name, given, parsed)
    return _READ[kind, given]


_CONTEXTS: dict[tuple[Any, ...], ssl.SSLContext] = {}
_made = ssl.create_default_context


def context(*given: Any, **named: Any) -> ssl.SSLContext:
    """The certificates that a client trusts, as long as nobody names others: a hundred and fifty
    of them are read for each client."""
    places = (os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    key = (places, given, *sorted(named.items()))
    if key not in _CONTEXTS:
        _CONTEXTS[key] = _made(*given, **named)
    return _CONTEXTS[key]


_PARSERS: dict[tuple[Any, ...], Any] = {}
_built = typer.main.get_command


def parser(tree: typer.Typer) -> Any:
    """The parser of these commands, a copy of the first, with parameters of its own: ``bind`` of
    ``costplan.cli`` changes them."""
    commands = ((given.name, given.callback) for given in tree.registered_commands)
    groups = ((given.name, given.typer_instance) for given in tree.registered_groups)
    key = (tree.registered_callback is None, *commands, *groups)
    if key not in _PARSERS:
        _PARSERS[key] = _built(tree)
    return _copied(_PARSERS[key])


def _copied(command: Any) -> Any:
    made = copy(command)
    made.params = [copy(parameter) for parameter in command.params]
    if hasattr(command, "commands"):
        made.commands = {name: _copied(below) for name, below in command.commands.items()}
    return made


@cache
def tree(path: Path) -> ast.Module:
    """A file of the sources or of the tests, parsed: no test changes one."""
    return ast.parse(path.read_text(encoding="utf-8"))
