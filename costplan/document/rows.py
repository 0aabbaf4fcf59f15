"""Figures in rows and columns, drawn from the lines of saved documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from decimal import Decimal
from typing import NamedTuple

from costplan.document.entries import AMOUNTS, FIELDS, FIGURES, Entry, Value, currencies, entries
from costplan.document.kinds import Saved
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ZERO, total
from costplan.record import Compared, open_record

GROUPS = ("component", "role", "offer", "vendor", "purpose", "stack", "workload")
NOTHING = "(none)"
WHOSE = ("document", "workload", "stack")
"""Fields that say whose a line is."""


class Sum(NamedTuple):
    """The priced lines of a cell added up, and how many lines have no price."""

    known: Decimal
    unpriced: int = 0


@open_record
class Rows(Compared):
    """``columns`` that hold figures are named in ``figures``. ``whole`` is the row of totals, where
    the rows can be added. Rows are as long as ``columns``."""

    title: str
    columns: list[str]
    figures: frozenset[str]
    rows: list[list[Value | Sum]]
    whole: list[Value | Sum] | None = None
    notes: list[str] = field(default_factory=list)


def read_fields(text: str) -> list[str]:
    """The names of a list such as ``role,offer,amount``. Raises BadUsage."""
    return read_names(text, FIELDS, "lines")


def read_names(text: str, known: Iterable[str], what: str) -> list[str]:
    """As ``read_fields``, of what is called ``what`` and has the fields ``known``."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or "fields: " + ", ".join(known)
            raise BadUsage(f"{what} have no field '{name}'", hint)
    if not names:
        raise BadUsage("--fields names none", "fields: " + ", ".join(known))
    if len(set(names)) != len(names):
        raise BadUsage(f"--fields {text} names a field twice")
    return names


def default_fields(saved: Sequence[Saved]) -> list[str]:
    """What tells lines apart, and their amounts."""
    all_entries = list(entries(saved))
    several = {
        "workload": len({named.name for named in saved}) > 1,
        "stack": len({entry.stack for entry in all_entries}) > 1,
        "currency": len(currencies(saved)) > 1,
    }
    names = ("workload", "stack", "role", "offer", "charge", "amount", "currency")
    return [name for name in names if several.get(name, True)]


def lines(saved: Sequence[Saved], fields: Sequence[str], top: int | None = None) -> Rows:
    """One row a line; with ``top`` the dearest ones of each stack, and its others in one row."""
    all_entries = list(entries(saved))
    rows: list[list[Value | Sum]] = []
    for own in _by_stack(all_entries):
        shown = own
        if top is not None and len(own) > top:
            own.sort(key=lambda entry: entry.line.amount or ZERO, reverse=True)
            shown = own[:top]
        rows += [[FIELDS[name](entry) for name in fields] for entry in shown]
        rest = own[len(shown) :]
        if rest:
            label = f"{len(rest)} other lines" if len(rest) > 1 else "1 other line"
            rows.append(_summed(fields, rest, label))
    table = Rows(title="lines", columns=list(fields), figures=FIGURES & set(fields), rows=rows)
    if not set(AMOUNTS).isdisjoint(fields):
        if len(currencies(saved)) > 1:
            table.notes.append("amounts are in several currencies and are not added")
        elif len(_by_stack(all_entries)) > len({entry.document for entry in all_entries}):
            table.notes.append("stacks stand in for each other and are not added")
        elif all_entries:
            table.whole = _summed(fields, all_entries, "total")
    return table


def _by_stack(all_entries: Sequence[Entry]) -> list[list[Entry]]:
    parts: dict[tuple[str, str], list[Entry]] = {}
    for entry in all_entries:
        parts.setdefault((entry.document, entry.stack), []).append(entry)
    return list(parts.values())


def _summed(fields: Sequence[str], added: Sequence[Entry], label: str) -> list[Value | Sum]:
    row: list[Value | Sum] = []
    for name in fields:
        if name in AMOUNTS:
            row.append(_sum([FIELDS[name](entry) for entry in added]))
        elif name == "currency":
            row.append(added[0].currency if added else None)
        elif name in WHOSE and len({FIELDS[name](entry) for entry in added}) == 1:
            row.append(FIELDS[name](added[0]))
        else:
            row.append(None)
    told = FIGURES | {"currency", *WHOSE}
    at = next((at for at, name in enumerate(fields) if name not in told), None)
    at = at if at is not None else next((at for at, value in enumerate(row) if value is None), None)
    if at is not None:
        row[at] = label
    return row


def _sum(values: Sequence[object]) -> Sum:
    known = [value for value in values if isinstance(value, Decimal)]
    return Sum(total(known), len(values) - len(known))


def grouped_by(saved: Sequence[Saved], key: str, top: int | None = None) -> Rows:
    """A row for each value of a field, a column for each stack (and workload, where there are
    several documents), never one for two currencies."""
    if top is not None:
        one_currency(saved)
    several = len({named.name for named in saved}) > 1
    cells: dict[str, dict[str, list[Decimal | None]]] = {}
    columns: dict[str, None] = {}
    for entry in entries(saved):
        parts = [entry.workload or entry.document] if several and key != "workload" else []
        if key not in ("stack", "workload") and entry.stack:
            parts.append(entry.stack)
        column = " ".join([*parts, entry.currency])
        columns.setdefault(column)
        value = FIELDS[key](entry)
        row = cells.setdefault(str(value) if value else NOTHING, {})
        row.setdefault(column, []).append(entry.line.amount)
    order = list(cells)
    label = ""
    if top is not None and len(order) > top:
        whole = {
            name: total(_sum(amounts).known for amounts in row.values())
            for name, row in cells.items()
        }
        order.sort(key=lambda name: whole[name], reverse=True)
        label = f"{len(order) - top} others"
        for name in order[top:]:
            for column, amounts in cells[name].items():
                cells.setdefault(label, {}).setdefault(column, []).extend(amounts)
        order = [*order[:top], label]
    rows = [_group(name, cells[name], columns) for name in order]
    everything: dict[str, list[Decimal | None]] = {
        column: [amount for name in order for amount in cells[name].get(column, [])]
        for column in columns
    }
    return Rows(
        title=f"by {key}",
        columns=[key, *columns],
        figures=frozenset(columns),
        rows=rows,
        whole=_group("total", everything, columns) if _adds_up(saved, key) else None,
    )


def _adds_up(saved: Sequence[Saved], key: str) -> bool:
    """Whether the rows of a column may be added: stacks stand in for each other."""
    return key not in ("stack", "workload") or all(
        len({entry.stack for entry in entries([named])}) == 1 for named in saved
    )


def _group(
    name: str, row: dict[str, list[Decimal | None]], columns: dict[str, None]
) -> list[Value | Sum]:
    return [name, *(_sum(row[column]) if column in row else None for column in columns)]


def one_currency(saved: Sequence[Saved]) -> None:
    """Raises BadUsage where amounts are in several currencies and so cannot be ranked."""
    codes = currencies(saved)
    if len(codes) > 1:
        raise BadUsage(
            f"the documents are in {' and '.join(codes)}: their amounts cannot be ranked together",
            "give --top one currency at a time",
        )
