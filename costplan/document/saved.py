"""Documents to plain data and back. One kind of document, one module, one line in ``KINDS``.

A module of ``KINDS`` has ``data(document)`` and ``read(fields)``. What is read is written out again
and compared: a total that is not the sum of its lines, a key that is missing or not known, is found
there once for every kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from costplan.document.bill import Bill
from costplan.document.estimate import SCHEMA_VERSION, EstimateDocument
from costplan.document.fields import Fields, word_for
from costplan.problems import BadUsage, InvalidInput, Path, Problem, did_you_mean
from costplan.quantity import literal

if TYPE_CHECKING:
    from costplan.document.comparison import Comparison
    from costplan.document.diff import DiffDocument
    from costplan.document.verdict import CheckDocument

    Document: TypeAlias = EstimateDocument | Comparison | Bill
    Result: TypeAlias = DiffDocument | CheckDocument

KINDS = {
    "estimate": "costplan.document.estimate_data",
    "comparison": "costplan.document.comparison_data",
    "bill": "costplan.document.bill_data",
}
RESULTS = {
    "diff": "costplan.document.diff_data",
    "check": "costplan.document.verdict_data",
}
"""Documents that say what was found about others. They have no lines to choose from or to sum, and
are drawn in formats of their own."""
TYPES = {
    "EstimateDocument": "estimate",
    "Comparison": "comparison",
    "Bill": "bill",
    "DiffDocument": "diff",
    "CheckDocument": "check",
}
"""The kind of each document type."""
VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")
ABSOLUTE = Decimal("1e-9")
"""Figures agree within it, or within that part of themselves: a program in between may have made
them binary floats of 17 digits."""


class Saved(NamedTuple):
    """A document and the name of what it was read from; an empty name for a fresh one."""

    name: str
    document: Document


def kind_of(document: Document | Result) -> str:
    """The ``kind`` that a document is saved under."""
    return TYPES[type(document).__name__]


def plain(document: Document | Result) -> dict[str, Any]:
    """The document as plain data: text, Decimals, ints, booleans, None, lists, dicts."""
    made: dict[str, Any] = import_module((KINDS | RESULTS)[kind_of(document)]).data(document)
    return made


class SavedResult(NamedTuple):
    """A result and the name of what it was read from."""

    name: str
    document: Result


def parse(given: object) -> Document:
    """The document of plain data, its numbers Decimals.

    Keys that are not known are taken only from a newer minor version of the schema, and left out.

    Raises BadUsage for what is no document that can be drawn, InvalidInput with every problem of
    one.
    """
    document: Document = _parse(given, KINDS)
    return document


def parse_result(given: object) -> Result:
    """As ``parse``, for a kind of ``RESULTS``."""
    document: Result = _parse(given, RESULTS)
    return document


def is_result(given: object) -> bool:
    """Whether plain data says that it is of a kind of ``RESULTS``."""
    kind = given.get("kind") if isinstance(given, Mapping) else None
    return isinstance(kind, str) and kind in RESULTS


def _parse(given: object, kinds: Mapping[str, str]) -> Any:
    if not isinstance(given, Mapping):
        raise BadUsage(f"is {word_for(given)}, not a saved document", REMEDY)
    newer = _is_newer(given.get("schema_version"))
    module = import_module(kinds[_kind(given, kinds)])
    problems: list[Problem] = []
    document = module.read(Fields(given, (), problems))
    sound = not problems
    if sound:
        made = module.data(document)
        if made != given:
            _agree(given, made, (), problems, newer)
    else:
        _unknown(given, module.data, document, problems, newer)
    if problems:
        raise InvalidInput(list(dict.fromkeys(problems)))
    return document


REMEDY = "save one with --format json: costplan estimate, compare, price, diff or check"


def _kind(given: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """The kind of document; a bill of schema 1.0 did not say that it is one."""
    kind = given.get("kind")
    if kind is None and {"offer", "line_items"} <= given.keys():
        return "bill"
    if kind is None:
        raise BadUsage("is no saved document: it has no 'kind'", REMEDY)
    if not isinstance(kind, str) or kind not in kinds:
        hint = did_you_mean(kind, kinds) if isinstance(kind, str) else None
        shown = repr(kind)[:40] if isinstance(kind, str) else word_for(kind)
        raise BadUsage(
            f"is a document of kind {shown}, which cannot be drawn again",
            hint or "kinds: " + ", ".join(kinds),
        )
    return kind


def _is_newer(version: object) -> bool:
    """Whether the minor version is above ours. Raises BadUsage for another major one."""
    match = VERSION.fullmatch(version) if isinstance(version, str) else None
    if match is None:
        raise BadUsage("is no saved document: it has no 'schema_version' such as 1.0", REMEDY)
    major, minor = (int(part) for part in SCHEMA_VERSION.split("."))
    found = int(match[1])
    if found > major:
        raise BadUsage(
            f"is written by a newer costplan: its schema is {version}, this one reads {major}.x",
            "update costplan, or save the document again with this version",
        )
    if found < major:
        raise BadUsage(f"has schema {version}, which this costplan does not read", REMEDY)
    return int(match[2]) > minor


def _unknown(
    given: Mapping[str, Any],
    data: Any,
    document: Document | Result,
    problems: list[Problem],
    newer: bool,
) -> None:
    """Keys that are not known, so that a faulty document shows these faults too."""
    found: list[Problem] = []
    try:
        _agree(given, data(document), (), found, newer)
    except ArithmeticError:  # stand-ins for what could not be read
        return
    problems += [one for one in found if one.message.startswith("unknown key")]


def _agree(given: Any, made: Any, path: Path, problems: list[Problem], newer: bool) -> None:
    """Note where a document says other than what follows from the rest of it."""
    if path in (("schema_version",), ("kind",)) or path[-1:] == ("schema_version",):
        return
    if isinstance(given, Mapping) and isinstance(made, Mapping):
        _agree_keys(given, made, path, problems, newer)
    elif _is_list(given) and _is_list(made):
        if len(given) != len(made):
            message = f"has {len(given)} elements, but the rest of the document makes {len(made)}"
            problems.append(Problem(path, message))
            return
        for at, (one, other) in enumerate(zip(given, made, strict=True)):
            if one != other:
                _agree(one, other, (*path, at), problems, newer)
    elif not _same(given, made):
        message = f"is {_shown(given)}, but the rest of the document makes it {_shown(made)}"
        problems.append(Problem(path, message))


def _agree_keys(
    given: Mapping[str, Any],
    made: Mapping[str, Any],
    path: Path,
    problems: list[Problem],
    newer: bool,
) -> None:
    for key, value in given.items():
        if key in made:
            if value != made[key]:
                _agree(value, made[key], (*path, key), problems, newer)
        elif not newer:
            hint = did_you_mean(key, made) or "known keys: " + ", ".join(made)
            problems.append(Problem((*path, key), f"unknown key '{key}'", hint, "key"))
    for key in made:
        if key not in given and (path, key) != ((), "kind"):
            problems.append(Problem(path, f"missing key '{key}'", did_you_mean(key, given), "key"))


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _same(given: Any, made: Any) -> bool:
    """Whether two values agree; true is not 1."""
    if isinstance(given, bool) or isinstance(made, bool):
        return given is made
    if isinstance(given, Decimal | int) and isinstance(made, Decimal | int):
        one, other = Decimal(given), Decimal(made)
        try:
            return one.is_finite() and abs(one - other) <= max(ABSOLUTE, abs(other) * ABSOLUTE)
        except ArithmeticError:  # beyond all exponents
            return False
    return bool(given == made)


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return literal(value) if -40 < value.adjusted() < 40 else str(value)
    return word_for(value) if isinstance(value, Mapping | list | tuple) else repr(value)[:60]
