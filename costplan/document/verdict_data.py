"""A check as plain data, and back."""

from __future__ import annotations

from typing import Any, cast, get_args

from costplan.document.fields import Fields
from costplan.document.finding import Where
from costplan.document.verdict import (
    SCHEMA_VERSION,
    CheckDocument,
    Kind,
    Level,
    Status,
    Verdict,
)

STATUSES: tuple[Status, ...] = get_args(Status)
SENSES = ("maximum", "minimum")


def data(document: CheckDocument) -> dict[str, Any]:
    """The check as plain data; its result and counts, which follow from the verdicts, too."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "check",
        "subject": document.subject,
        "workload": document.workload,
        "currency": document.currency,
        "as_of": document.as_of.isoformat(),
        "catalog": {"hash": document.catalog_hash},
        "baseline": document.baseline,
        "result": document.result,
        "exit_code": document.exit_code,
        "stacks": document.stacks,
        "counts": {status: document.count(status) for status in STATUSES},
        "verdicts": [_verdict(one) for one in document.verdicts],
        "notes": document.notes,
    }


def _verdict(one: Verdict) -> dict[str, Any]:
    place = one.where
    return {
        "stack": one.stack,
        "rule": one.rule,
        "kind": one.kind,
        "status": one.status,
        "level": one.level,
        "unit": one.unit or None,
        "figure": one.figure,
        "at_least": one.at_least,
        "compare": SENSES[one.is_minimum] if one.kind == "limit" else None,
        "limit": one.limit,
        "warn": one.warn,
        "deny": one.deny,
        "headroom": one.headroom,
        "condition": one.condition,
        "figures": one.figures,
        "reason": one.reason,
        "remedy": one.remedy,
        "waits_for_price": one.waits_for_price,
        "source": one.source,
        "where": None
        if place is None
        else {"file": place.file, "line": place.line, "column": one.column},
    }


def read(at: Fields) -> CheckDocument:
    """The check of plain data. Problems are noted, not raised."""
    document = CheckDocument(
        subject=at.text("subject"),
        workload=at.text("workload"),
        currency=at.text("currency"),
        as_of=at.day("as_of"),
        catalog_hash=at.within("catalog").text("hash"),
        baseline=at.maybe_text("baseline"),
        stacks=at.texts("stacks"),
        verdicts=[],
        notes=at.texts("notes"),
    )
    if len(set(document.stacks)) < len(document.stacks):
        at.wrong("stacks", "must be different ones")
    judged = set()
    for one in at.each("verdicts"):
        made = _read_verdict(one)
        document.verdicts.append(made)
        judged.add(made.stack)
        if made.stack not in document.stacks:
            one.wrong("stack", f"is '{made.stack}', which is none of the checked stacks")
    for stack in document.stacks:
        if stack not in judged:
            at.wrong("stacks", f"has '{stack}', and no verdict is about it")
    return document


def _read_verdict(at: Fields) -> Verdict:
    """One verdict. What a kind of verdict does not have is left out, so that it is missed."""
    made = Verdict(
        stack=at.text("stack"),
        rule=at.text("rule"),
        kind=cast(Kind, at.choice("kind", get_args(Kind))),
        status=cast(Status, at.choice("status", STATUSES)),
        source=at.text("source"),
        level=cast(Level, at.choice("level", get_args(Level))),
        at_least=at.flag("at_least"),
        reason=at.maybe_text("reason"),
        remedy=at.maybe_text("remedy"),
        waits_for_price=at.flag("waits_for_price"),
    )
    if at.has("where"):
        place = at.within("where")
        made.where = Where(place.text("file"), place.whole("line", 1))
        made.column = place.whole("column", 1)
    if made.waits_for_price and made.status != "unknown":
        at.wrong("waits_for_price", f"must be false where the status is '{made.status}'")
    if made.kind == "limit":
        _read_limit(made, at)
    elif made.kind == "policy":
        _read_policy(made, at)
    else:
        _read_price(made, at)
    return made


def _read_limit(made: Verdict, at: Fields) -> None:
    made.unit = at.text("unit")
    made.figure = at.maybe_number("figure")
    made.is_minimum = at.choice("compare", SENSES) == "minimum"
    made.warn, made.deny = at.maybe_number("warn"), at.maybe_number("deny")
    if made.warn is None and made.deny is None:
        at.wrong("deny", "and warn must not both be null")
    made.level = "warn" if made.deny is None else "deny"
    sure = made.at_least and made.compared == "deny"  # with the prices there it only grows
    if made.status != "unknown" or sure:
        made.status = made.compared
    elif made.figure is not None and not made.waits_for_price:
        at.wrong("status", "must not be 'unknown': the figure is there and waits for no price")
    made.measure()


def _read_policy(made: Verdict, at: Fields) -> None:
    made.condition = at.text("condition")
    figures = at.within("figures")
    made.figures = {name: figures.maybe_number(name) for name in figures.data}
    unknown = [name for name, value in made.figures.items() if value is None]
    if unknown and made.status != "unknown":
        message = f"must be 'unknown', not '{made.status}': {unknown[0]} is not known"
        at.wrong("status", message)
    if made.status == "deny" and made.level == "warn":
        at.wrong("level", "must be 'deny' where the status is")
    if made.status != "pass" and made.reason is None:
        at.wrong("reason", "must be said where a policy does not pass")


def _read_price(made: Verdict, at: Fields) -> None:
    made.level, made.at_least = "deny", False
    made.waits_for_price = made.status != "pass"
    if made.status not in ("pass", "unknown"):
        at.wrong("status", f"must be 'pass' or 'unknown' for a price, not '{made.status}'")
    if made.reason is None:
        at.wrong("reason", "must be said of a price")
