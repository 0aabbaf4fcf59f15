"""Plain data as documents again.

What is read is written out again and compared: a total that is not the sum of its lines is found
there once for every kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from costplan.document.kinds import KINDS, RESULTS, type_of
from costplan.facts import recognised, said
from costplan.problems import BadUsage, InvalidInput, Path, Problem, did_you_mean
from costplan.quantity import literal
from costplan.record.dialects import JSON, collected
from costplan.record.found import Problems, missing
from costplan.record.writing import AS_READ, plain
from costplan.wordings import ALLOWED, Topic

if TYPE_CHECKING:
    from costplan.document.kinds import Document, Result

WITH_FACTS = ("diff", "check", "forecast")
"""Results whose sentences are facts; those of the others are words alone."""
VERSION = r"(\d{1,4})\.(\d{1,4})"
MAJOR = 1
ABSOLUTE = Decimal("1e-9")
"""Figures agree within it, or within that part of themselves: a program in between may have made
them binary floats of 17 digits."""


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


def _parse(given: object, kinds: Mapping[str, str]) -> Any:
    if not isinstance(given, Mapping):
        raise BadUsage(f"is {JSON.word_for(given)}, not a saved document", REMEDY)
    version = given.get("schema_version")
    _check_major(version)
    return read_document(type_of(_kind(given, kinds)), given)


def read_document(kind: type[Any], given: Mapping[str, Any]) -> Any:
    """The document of plain data of a kind. Raises InvalidInput with every problem of it."""
    collector = Problems()
    collector.minor = int(str(given["schema_version"]).partition(".")[2])
    collector.newer = collector.minor > int(kind.schema_version.partition(".")[2])
    if kind.kind in (*KINDS, *WITH_FACTS):
        given = _with_facts(given)
    document, problems = collected(JSON, kind, given, collector)
    if document is not None:
        told = {problem.path for problem in problems}
        problems += [
            problem for problem in _apart(document, given, collector) if problem.path not in told
        ]
    if problems:
        raise InvalidInput(list(dict.fromkeys(problems)))
    return document


SENTENCES: Mapping[str, Topic] = {
    "assumptions": "assumption",
    "notes": "note",
    "warnings": "warning",
    "stale": "stale",
    "not_modelled": "not-modelled",
    "not_included": "not-included",
    "rule_changes": "rule-change",
}
"""The lists of sentences, and the topic of what each says."""
INSIDE = ("estimate", "estimates", "strategies", "unpriced", "verdicts")
"""Keys of what has such lists, or a reason in words, below."""


def _with_facts(given: Any) -> Any:
    """Plain data with a fact for each sentence, where it was saved before facts had codes.

    Verdicts and lines without a price have one reason, which is their ``why``.
    """
    if isinstance(given, list):
        return [_with_facts(element) for element in given]
    if not isinstance(given, Mapping):
        return given
    data = {key: _with_facts(value) if key in INSIDE else value for key, value in given.items()}
    facts = [
        plain(recognised(topic, sentence))
        for key, topic in SENTENCES.items()
        if isinstance(data.get(key), list)
        for sentence in data[key]
        if isinstance(sentence, str)
    ]
    if facts:
        data.setdefault("facts", facts)
    if isinstance(reason := data.get("reason"), str):
        allowed = ALLOWED if data.get("status") == "pass" else ""
        data.setdefault("why", plain(said("reason", reason.removesuffix(allowed))))
    return data


def _apart(document: Any, given: Mapping[str, Any], collector: Problems) -> list[Problem]:
    """Where a document says other than what follows from the rest of it."""
    try:
        derived = plain(document, checking=True)
    except ArithmeticError:  # of what a check has refused
        return []
    differences: list[Problem] = []
    if derived != given:
        older = collector.minor < int(document.schema_version.partition(".")[2])
        _agree(given, derived, (), differences, _Versions(older, collector.newer))
    return differences


class _Versions(NamedTuple):
    """Whether the document is of an older or a newer minor version: the one has fewer keys, the
    other more."""

    older: bool
    newer: bool


REMEDY = (
    "save one with --format json: costplan estimate, compare, price, diff, check, usage, reconcile"
)


def _kind(given: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """The kind of document; a bill of schema 1.0 did not say that it is one."""
    kind = given.get("kind")
    if kind is None and {"offer", "line_items"} <= given.keys():
        return "bill"
    if kind is None:
        raise BadUsage("is no saved document: it has no 'kind'", REMEDY)
    if not isinstance(kind, str) or kind not in kinds:
        hint = did_you_mean(kind, kinds) if isinstance(kind, str) else None
        shown = repr(kind)[:40] if isinstance(kind, str) else JSON.word_for(kind)
        raise BadUsage(
            f"is a document of kind {shown}, which cannot be drawn again",
            hint or "kinds: " + ", ".join(kinds),
        )
    return kind


def _check_major(version: object) -> None:
    """Raises BadUsage for another major version than ours."""
    match = re.fullmatch(VERSION, version) if isinstance(version, str) else None
    if match is None:
        raise BadUsage("is no saved document: it has no 'schema_version' such as 1.0", REMEDY)
    major = int(match[1])
    if major > MAJOR:
        raise BadUsage(
            f"is written by a newer costplan: its schema is {version}, this one reads {MAJOR}.x",
            "update costplan, or save the document again with this version",
        )
    if major < MAJOR:
        raise BadUsage(f"has schema {version}, which this costplan does not read", REMEDY)


def _agree(
    given: Any, derived: Any, path: Path, problems: list[Problem], versions: _Versions
) -> None:
    """Note where two values differ. What a key that is always there lacks, or is not known, was
    found when it was read."""
    if path[-1:] == ("schema_version",) or derived is AS_READ:
        return
    if isinstance(given, Mapping) and isinstance(derived, Mapping):
        _agree_keys(given, derived, path, problems, versions)
    elif _is_list(given) and _is_list(derived):
        if len(given) != len(derived):
            message = (
                f"has {len(given)} elements, but the rest of the document makes {len(derived)}"
            )
            problems.append(Problem(path, message))
            return
        for at, (left, right) in enumerate(zip(given, derived, strict=True)):
            if left != right:
                _agree(left, right, (*path, at), problems, versions)
    elif not _same(given, derived):
        message = f"is {_shown(given)}, but the rest of the document makes it {_shown(derived)}"
        problems.append(Problem(path, message))


def _agree_keys(
    given: Mapping[str, Any],
    derived: Mapping[str, Any],
    path: Path,
    problems: list[Problem],
    versions: _Versions,
) -> None:
    for key, value in given.items():
        if key in derived:
            if value != derived[key]:
                _agree(value, derived[key], (*path, key), problems, versions)
        elif value not in (None, [], ()) and not versions.newer:
            message = f"is {_shown(value)}, but the rest of the document leaves it out"
            problems.append(Problem((*path, key), message))
    for key in derived:
        if key not in given and not versions.older and (path, key) != ((), "kind"):
            problems.append(missing(key, path))


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _same(given: Any, derived: Any) -> bool:
    """Whether two values agree; true is not 1."""
    if isinstance(given, bool) or isinstance(derived, bool):
        return given is derived
    if isinstance(given, Decimal | int) and isinstance(derived, Decimal | int):
        left, right = Decimal(given), Decimal(derived)
        try:
            return left.is_finite() and abs(left - right) <= max(ABSOLUTE, abs(right) * ABSOLUTE)
        except ArithmeticError:  # beyond all exponents
            return False
    return bool(given == derived)


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return literal(value) if -40 < value.adjusted() < 40 else str(value)
    return JSON.word_for(value) if isinstance(value, Mapping | list | tuple) else repr(value)[:60]
