"""Workload files: found, read, changed by --set, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from costplan.problems import BadUsage, CostplanError, Path, Problem
from costplan.record import TOML, replace
from costplan.store.files.boundary import boundary
from costplan.store.files.scenarios import overlaid_problem, overlay, scenarios_of
from costplan.store.files.text import (
    DocumentError,
    collect_document,
    parse_toml,
    read_file,
    read_stdin,
    with_subject,
)
from costplan.words import several
from costplan.workload.contract import pair
from costplan.workload.model import Workload
from costplan.workload.paths import Astray, dotted, keys_of, put, value_at
from costplan.workload.ranged import take_ranges
from costplan.workload.ranges import correlation_problems
from costplan.workload.rules import RESERVED

FILE_NAME = "costplan.toml"
LOCK_NAME = "costplan.lock"
STDIN = "standard input"


Changed = tuple[Path, str]
"""A place of the workload, and the option that changed it."""


class Opened(NamedTuple):
    """A workload with what is needed to speak of its file.

    ``workload`` is None where a key or a type is wrong; ``problems`` holds all that was found.
    ``bindings`` are the (path, id) pairs of its stacks, whatever else is wrong; ``scenarios`` the
    names of its overlays, ``scenario`` the one that is laid over it. ``changed`` are the places
    that the command line changed, with what it said: what is wrong there is not in the file.
    """

    workload: Workload | None
    problems: list[Problem]
    bindings: list[tuple[Path, str]]
    name: str
    text: str
    folder: FilePath
    prices: dict[str, Any]
    scenarios: list[str]
    scenario: str | None = None
    changed: Sequence[Changed] = ()

    @property
    def lock_path(self) -> FilePath | None:
        """Where its lock file is looked for; None for one that has no folder."""
        return None if self.name == STDIN else self.folder / LOCK_NAME


def open_workload(
    where: str | None,
    changes: Iterable[str] = (),
    rates: Iterable[str] = (),
    scenario: str = "",
) -> Opened:
    """The workload of a path, of standard input (``-``), or the nearest ``costplan.toml`` upward.

    ``changes`` are values such as ``a.b=1``, ``rates`` such as ``usd_per_eur=1.08@2026-11-20``;
    they stand above the ``scenario``, one of the file's overlays.

    Raises BadUsage, DocumentError or DocumentSyntaxError.
    """
    if where == "-":
        name, text, folder = STDIN, read_stdin(), FilePath()
    else:
        path = FilePath(where) if where is not None else nearest_file()
        name, text, folder = str(path), read_file(path), path.parent
    return read_workload(name, text, folder, changes, rates, scenario)


def read_workload(
    name: str,
    text: str,
    folder: FilePath,
    changes: Iterable[str] = (),
    rates: Iterable[str] = (),
    scenario: str = "",
) -> Opened:
    """The workload of a text that was read from somewhere. Raises as ``open_workload``."""
    if text.lstrip().startswith("{"):
        hint = "'costplan report' draws a saved document again; a workload is TOML"
        raise BadUsage(f"{name} is JSON, not a workload", hint)
    data = parse_toml(name, text)
    if not data:
        raise BadUsage(f"{name} is empty", "'costplan init' writes a workload to start from")
    overlays = scenarios_of(name, text, data)
    overlaid = overlay(name, text, data, overlays, scenario)
    changed = [(_set(data, change), f"--set {change}") for change in several(changes)]
    changed += [(_exchange(data, rate), f"--exchange {rate}") for rate in several(rates)]
    prices = data.pop("prices", {})
    if not isinstance(prices, dict):
        problem = Problem(("prices",), f"must be a table, not {TOML.word_for(prices)}", "[prices]")
        raise DocumentError(name, text, [problem])
    workload, problems = _collect(name, data)
    blame(changed, problems, data)
    if scenario:
        problems = [overlaid_problem(problem, overlaid, scenario) for problem in problems]
    bindings = _bindings(data)
    return Opened(
        workload,
        problems,
        bindings,
        name,
        text,
        folder,
        prices,
        [*overlays],
        scenario or None,
        changed,
    )


def blame(
    changed: Iterable[Changed], problems: Iterable[Problem], data: Mapping[str, Any] | None = None
) -> None:
    """Raise BadUsage for the first problem of a place that the command line changed, or of a table
    that it brought."""
    for place, change in changed:
        for problem in problems:
            end = len(problem.path)
            brought = problem.part == "key" and place[:end] == problem.path
            if problem.path[: len(place)] == place or brought:
                hint = _below(data or {}, place) or problem.hint
                raise BadUsage(f"{change}: {with_subject(problem)}", hint)


def _below(data: Mapping[str, Any], place: Path) -> str | None:
    """Where a step or a job that was named without its table stands."""
    for table in ("step", "job"):
        rows = data.get(table)
        named = [row.get("name") for row in rows if isinstance(row, dict)] if rows else []
        if len(place) > 1 and place[0] in named:
            return f"did you mean '{dotted((table, *place))}'?"
    return None


def _collect(name: str, data: dict[str, Any]) -> tuple[Workload | None, list[Problem]]:
    """The workload with its ranges, and every problem of both."""
    ranges, wrong = take_ranges(Workload, data)

    def known(path: str) -> bool:
        value = value_at(data, keys_of(path))
        return isinstance(value, int | Decimal) and not isinstance(value, bool)

    workload, problems = collect_document(Workload, name, data)
    if wrong:  # the reader says of such a place only that a number is wanted there
        problems = [
            problem
            for problem in problems
            if not any(problem.path[:end] in wrong for end in range(len(problem.path) + 1))
        ]
        problems += (problem for said in wrong.values() for problem in said)
    if workload is None:
        return None, problems
    problems += correlation_problems(ranges, workload.correlation, known)
    return (replace(workload, ranges=ranges) if ranges else workload), problems


def _bindings(data: dict[str, Any]) -> list[tuple[Path, str]]:
    """Every id that a stack binds, read from the plain data."""
    bindings: list[tuple[Path, str]] = []
    stacks = data.get("stack")
    for stack, roles in stacks.items() if isinstance(stacks, dict) else ():
        for role, binding in roles.items() if isinstance(roles, dict) else ():
            if isinstance(binding, str) and role not in RESERVED:
                bindings.append((("stack", stack, role), binding))
            elif isinstance(binding, dict) and isinstance(binding.get("offer"), str):
                bindings.append((("stack", stack, role, "offer"), binding["offer"]))
    return bindings


def nearest_file() -> FilePath:
    """The nearest ``costplan.toml`` upward. Raises BadUsage where there is none."""
    try:
        start = FilePath.cwd()
    except OSError:  # removed under our feet
        raise BadUsage("the current folder is gone", "name a workload file") from None
    limit = boundary()
    for folder in (start, *start.parents):
        path = folder / FILE_NAME
        if path.is_file():
            return path
        if limit is not None and folder in limit.folders:
            break
    raise BadUsage(
        f"no {FILE_NAME} in {start} or above it",
        "name a workload file, or write one with 'costplan init'",
    )


def _set(data: dict[str, Any], change: str) -> Path:
    """Change one value in place: ``a.b=1``; elements of arrays by number or by their name.

    Returns the path of what was changed.
    """
    written, equals, text = change.partition("=")
    keys = keys_of(written)
    if not equals or not all(keys):
        raise BadUsage(f"--set {change}: write it as path.to.key=value")
    try:
        return put(data, keys, _value(text))
    except Astray as error:
        raise BadUsage(f"--set {change}: {error.message}", error.hint) from None


def _exchange(data: dict[str, Any], rate: str) -> Path:
    """State one rate in place of the file's, whichever way round that is. Returns its path."""
    name, equals, rest = rate.partition("=")
    number, at, day = rest.partition("@")
    key, codes = name.strip(), pair(name.strip())
    said = f"--exchange {rate}"
    example = "write it as usd_per_eur=RATE@DATE: so many USD for one EUR, and the rate's day"
    if not equals or not at or codes is None:
        raise BadUsage(f"{said}: says no pair, rate and day", example)
    try:
        stated = {"rate": Decimal(number), "date": date.fromisoformat(day.strip())}
    except (InvalidOperation, ValueError):
        raise BadUsage(f"{said}: '{rest}' is no rate and day", example) from None
    rates = data.setdefault("exchange", {})
    if isinstance(rates, dict):
        rates.pop(f"{codes[1]}_per_{codes[0]}".lower(), None)
        rates[key] = {**stated, "source": "command line"}
    return ("exchange", key)


def _value(text: str) -> Any:
    """A TOML value; a text that is none is taken as a string."""
    try:
        parsed = parse_toml("--set", f"x = {text}")
    except CostplanError:
        return text.strip()
    return parsed["x"] if len(parsed) == 1 else text.strip()
