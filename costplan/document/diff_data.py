"""A diff as plain data, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from costplan.document.diff import (
    CAUSES,
    SCHEMA_VERSION,
    DiffDocument,
    LineChange,
    Side,
    Split,
    StackDiff,
)
from costplan.document.fields import Fields
from costplan.quantity import ZERO

SIDES = ("base", "head")


def data(document: DiffDocument) -> dict[str, Any]:
    """The diff as plain data; differences and kinds, which follow from the rest, too."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "diff",
        "workload": document.workload,
        "currency": document.currency,
        "base": document.base,
        "head": document.head,
        "base_as_of": document.base_as_of.isoformat() if document.base_as_of else None,
        "head_as_of": document.head_as_of.isoformat(),
        "changed": document.changed,
        "stacks": [_stack(one) for one in document.stacks],
        "notes": document.notes,
        **({"rule_changes": document.rule_changes} if document.rule_changes else {}),
    }


def _stack(one: StackDiff) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "kind": one.kind,
        "base": _side(one.base),
        "head": _side(one.head),
        "difference": one.difference,
        "percent": one.percent,
        "certain": one.certain,
        "causes": {name: getattr(one.split, name) for name in CAUSES},
        "lines": [_line(line) for line in one.lines],
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {
        "total_monthly": side.total_monthly,
        "at_least": side.at_least,
        "requests_per_month": side.requests,
        "reliability": side.reliability,
        "silent_per_month": side.silent_per_month,
        "cost_per_trusted_answer": side.cost_per_trusted_answer,
    }


def _line(line: LineChange) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "role": line.role,
        "component": line.component,
        "offer": line.offer,
        "charge": line.charge,
        "unit": line.unit,
        "base": line.base,
        "head": line.head,
        "difference": line.difference,
        "base_quantity": line.base_quantity,
        "head_quantity": line.head_quantity,
        "unpriced": list(line.unpriced),
    }


def read(at: Fields) -> DiffDocument:
    """The diff of plain data. Problems are noted, not raised."""
    return DiffDocument(
        workload=at.text("workload"),
        currency=at.text("currency"),
        base=at.maybe_text("base"),
        head=at.text("head"),
        base_as_of=at.day("base_as_of") if at.has("base_as_of") else None,
        head_as_of=at.day("head_as_of"),
        stacks=[_read_stack(one) for one in at.each("stacks")],
        notes=at.texts("notes"),
        rule_changes=at.texts("rule_changes") if "rule_changes" in at.data else [],
    )


def _read_stack(at: Fields) -> StackDiff:
    causes = at.within("causes")
    split = Split(**{name: causes.number(name) for name in CAUSES})
    made = StackDiff(
        stack=at.text("stack"),
        base=_read_side(at.within("base")) if at.has("base") else None,
        head=_read_side(at.within("head")) if at.has("head") else None,
        split=split,
        lines=[_read_line(one) for one in at.each("lines")],
    )
    if made.base is None and made.head is None:
        at.wrong("head", "is missing on both sides")
    elif split.difference != made.difference:
        at.wrong("causes", f"sum to {split.difference}, the difference is {made.difference}")
    return made


def _read_side(at: Fields) -> Side:
    return Side(
        total_monthly=at.number("total_monthly"),
        at_least=at.flag("at_least"),
        requests=at.amount("requests_per_month"),
        reliability=at.share("reliability") if at.has("reliability") else None,
        silent_per_month=at.maybe_number("silent_per_month", ZERO),
        cost_per_trusted_answer=at.maybe_number("cost_per_trusted_answer", ZERO),
    )


def _read_line(at: Fields) -> LineChange:
    base, head = (_maybe(at, name) for name in SIDES)
    unpriced = tuple(at.texts("unpriced"))
    for name in unpriced:
        if name not in SIDES:
            at.wrong("unpriced", f"names a side '{name}'; there are base and head")
    return LineChange(
        role=at.text("role"),
        component=at.text("component"),
        offer=at.text("offer"),
        charge=at.text("charge"),
        unit=at.text("unit"),
        base=base,
        head=head,
        base_quantity=_maybe(at, "base_quantity"),
        head_quantity=_maybe(at, "head_quantity"),
        unpriced=unpriced,
        said_changed=at.text("kind") == "changed",
    )


def _maybe(at: Fields, key: str) -> Decimal | None:
    return at.maybe_number(key)
