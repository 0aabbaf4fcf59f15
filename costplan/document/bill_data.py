"""The bill of one offer as plain data, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from costplan.document.bill import SCHEMA_VERSION, Bill
from costplan.document.fields import Fields
from costplan.document.line_data import give_reasons, line_data, read_line, unpriced_data


def data(bill: Bill) -> dict[str, Any]:
    """The whole document."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "bill",
        "offer": bill.offer,
        "as_of": _moment(bill.as_of),
        "currency": bill.currency,
        "total": bill.total,
        "unpriced": unpriced_data(bill.unpriced),
        "line_items": [line_data(line) for line in bill.line_items],
        "notes": bill.notes,
    }


def read(at: Fields) -> Bill:
    """The bill of plain data. Problems are noted, not raised."""
    text = at.text("as_of")
    try:
        moment = datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)
        if _moment(moment) != text and text:
            raise ValueError
    except ValueError:
        moment = datetime.min.replace(tzinfo=UTC)
        at.wrong("as_of", f"must be a moment such as 2026-11-22T12:00:00Z, not {text[:40]!r}")
    bill = Bill(
        offer=at.text("offer"),
        as_of=moment,
        currency=at.text("currency"),
        line_items=[read_line(one) for one in at.each("line_items")],
        notes=at.texts("notes"),
    )
    give_reasons(bill.unpriced, at.each("unpriced"))
    return bill


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
