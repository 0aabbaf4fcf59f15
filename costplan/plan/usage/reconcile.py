"""Plan, usage and invoice side by side: each difference has one cause, and they sum exactly.

plan -> usage at list, of each offer's charge, calls n, quantity q, price p, base 0, head 1:
    volume    = a0 (n1 / n0 - 1)
    intensity = q1 p0 - a0 - volume
    price     = a1 - q1 p0
    mix       = a1, or -a0, of what one side alone has
expected -> invoice, of each offer's charge, expected price p = expected / logged:
    quantity  = (billed - logged) p         billed_not_logged, or logged_not_billed
    rate      = invoiced - billed p
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from costplan.document.reconciliation import Billed, Compared, DayGap, Step, Unmapped
from costplan.quantity import ONE, ZERO, grouped, rounded, settle, total

Key = tuple[str, str]
"""An offer and its charge."""
FACTORS = tuple(Decimal(10) ** power for power in (3, 6, -3, -6))
"""What a unit is mistaken by."""
CENT = Decimal("0.01")
CRUMB = Decimal("1e-9")
"""Share of a bridge's largest step below which another one is rounding."""


class Taken(NamedTuple):
    """A quantity of an offer's charge that was planned or used, with its cost at list and after
    terms. ``day`` None: of no day."""

    day: date | None
    offer: str
    charge: str
    quantity: Decimal
    listed: Decimal
    expected: Decimal

    @property
    def key(self) -> Key:
        return self.offer, self.charge


@dataclass(slots=True)
class _Sum:
    quantity: Decimal = ZERO
    listed: Decimal = ZERO
    expected: Decimal = ZERO


def _sums(taken: Iterable[Taken]) -> dict[Key, _Sum]:
    sums: dict[Key, _Sum] = {}
    for use in taken:
        known = sums.setdefault(use.key, _Sum())
        known.quantity += use.quantity
        known.listed += use.listed
        known.expected += use.expected
    return sums


def plan_steps(
    planned: Sequence[Taken], used: Sequence[Taken], calls: tuple[Decimal, Decimal]
) -> list[Step]:
    """From a plan to real usage, both at list. ``calls``: to models, planned and real."""
    before, after = _sums(planned), _sums(used)
    causes = dict.fromkeys(("volume", "intensity", "mix", "price"), ZERO)
    more = calls[1] / calls[0] - 1 if calls[0] else ZERO
    alone: list[str] = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or not old.quantity:
            causes["mix"] += (new.listed if new else ZERO) - (old.listed if old else ZERO)
            alone.append(f"{key[0]} {key[1]} {'is not planned' if new else 'is not used'}")
            continue
        volume = settle(old.listed * more)
        at_plan = settle(new.quantity * old.listed / old.quantity)
        causes["volume"] += volume
        causes["intensity"] += at_plan - old.listed - volume
        causes["price"] += new.listed - at_plan
    words = {
        "volume": f"{rounded(calls[1])} calls to models, planned {rounded(calls[0])}",
        "mix": _few(alone),
    }
    return _without_crumbs(
        [Step(name, amount, words.get(name, "")) for name, amount in causes.items()]
    )


def _without_crumbs(steps: list[Step]) -> list[Step]:
    """The steps with what only rounding made given to the largest, so that the sum stays exact."""
    if not steps:
        return []
    at = max(range(len(steps)), key=lambda index: abs(steps[index].amount))
    small = CRUMB * abs(steps[at].amount)
    crumbs = [step.amount if abs(step.amount) <= small else ZERO for step in steps]
    crumbs[at] = ZERO
    exact = [
        step._replace(amount=step.amount - crumb) for step, crumb in zip(steps, crumbs, strict=True)
    ]
    exact[at] = steps[at]._replace(amount=steps[at].amount + total(crumbs))
    return exact


class InvoiceBridge(NamedTuple):
    """From what is expected to the invoice."""

    steps: list[Step]
    lines: list[Compared]
    not_mapped: list[Unmapped]
    gaps: list[DayGap]
    notes: list[str]


def invoice_steps(
    taken: Sequence[Taken], billed: Sequence[Billed], span: tuple[date, date] | None
) -> InvoiceBridge:
    """From expected amounts to an invoice. ``span``: the days that the log covers, both included;
    None for a plan, which has none."""
    mapped = [line for line in billed if line.offer is not None and line.category == "usage"]
    period = _period(mapped or billed)
    steps: list[Step] = []
    notes: list[str] = []
    inside = [use for use in taken if _within(use.day, period)]
    early = total(use.expected for use in taken if not _within(use.day, period))
    late = [line for line in mapped if span is not None and _apart(line, span)]
    known = [line for line in mapped if line not in late] if late else mapped
    timing = total(line.amount for line in late) - early
    if timing or late:
        steps.append(Step("timing", timing, _timing_words(late, early, period, span)))
    scale, factor = _units(inside, known)
    if scale != ONE:
        notes.append(f"the invoice's quantities are {_times(scale)} the logs': taken as a unit")
    if factor != ONE:
        wrong = total(line.amount for line in known)
        known = [line._replace(amount=settle(line.amount / factor)) for line in known]
        slip = wrong - total(line.amount for line in known)
        steps.append(Step("unit", slip, f"amounts are {_times(factor)} the expected"))
    if scale != ONE:
        known = [
            line._replace(quantity=None if line.quantity is None else line.quantity / scale)
            for line in known
        ]
    lines = _compared(inside, known)
    steps += _line_steps(inside, known)
    not_mapped = _unmapped(billed)
    left = total(unmapped.amount for unmapped in not_mapped)
    if not_mapped:
        steps.append(Step("not_mapped", left, _few([unmapped.item for unmapped in not_mapped])))
    steps += _others(billed)
    done = total(step.amount for step in steps)
    rest = total(line.amount for line in billed) - total(use.expected for use in taken) - done
    steps.append(Step("unexplained", rest, _without_quantity(known)))
    return InvoiceBridge(steps, lines, not_mapped, _gaps(inside, known, span), notes)


def _within(day: date | None, period: tuple[date, date] | None) -> bool:
    return day is None or period is None or period[0] <= day <= period[1]


def _apart(line: Billed, span: tuple[date, date]) -> bool:
    """Whether a line is of days that the log does not cover at all."""
    if line.begin is None or line.end is None:
        return False
    return line.end < span[0] or line.begin > span[1]


def _period(billed: Iterable[Billed]) -> tuple[date, date] | None:
    begins = [line.begin for line in billed if line.begin is not None]
    ends = [line.end for line in billed if line.end is not None]
    return (min(begins), max(ends)) if begins and ends else None


def _timing_words(
    late: Sequence[Billed],
    early: Decimal,
    period: tuple[date, date] | None,
    span: tuple[date, date] | None,
) -> str:
    said = []
    if late and span is not None:
        said.append(f"billed on days outside of the log's {span[0]} to {span[1]}")
    if early and period is not None:
        said.append(f"logged outside of the invoice's {period[0]} to {period[1]}")
    return ", ".join(said)


def _units(taken: Iterable[Taken], billed: Iterable[Billed]) -> tuple[Decimal, Decimal]:
    """By what quantities, and by what amounts, the whole invoice is off; 1 where it is not."""
    mine = _sums(taken)
    quantities: dict[Key, Decimal] = {}
    amounts: dict[Key, Decimal] = {}
    for line in billed:
        key = (line.offer or "", line.charge)
        amounts[key] = amounts.get(key, ZERO) + line.amount
        if line.quantity is not None:
            quantities[key] = quantities.get(key, ZERO) + line.quantity
    pairs = [(quantities[key], mine[key].quantity) for key in quantities if key in mine]
    costs = [(amounts[key], mine[key].expected) for key in amounts if key in mine]
    return _factor(pairs), _factor(costs)


def _factor(pairs: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    ratios = [invoiced / logged for invoiced, logged in pairs if invoiced > 0 and logged > 0]
    for factor in FACTORS:
        if ratios and all(factor / 2 <= ratio <= factor * 2 for ratio in ratios):
            return factor
    return ONE


def _times(factor: Decimal) -> str:
    if factor >= 1:
        return f"{grouped(factor)} times"
    return f"1 / {grouped(1 / factor)} of"


def _by_key(billed: Iterable[Billed]) -> dict[Key, list[Billed]]:
    lines: dict[Key, list[Billed]] = {}
    for line in billed:
        lines.setdefault((line.offer or "", line.charge), []).append(line)
    return lines


def _quantity(lines: Sequence[Billed] | None) -> Decimal | None:
    """What lines bill together; None where one does not say."""
    if not lines or any(line.quantity is None for line in lines):
        return None
    return total(line.quantity or ZERO for line in lines)


def _compared(taken: Iterable[Taken], billed: Iterable[Billed]) -> list[Compared]:
    mine, theirs = _sums(taken), _by_key(billed)
    compared = []
    for key in dict.fromkeys([*mine, *theirs]):
        used, lines = mine.get(key), theirs.get(key)
        compared.append(
            Compared(
                *key,
                None if used is None else used.quantity,
                _quantity(lines),
                None if used is None else used.listed,
                None if used is None else used.expected,
                None if lines is None else total(line.amount for line in lines),
            )
        )
    compared.sort(key=lambda row: (-abs((row.invoiced or ZERO) - (row.expected or ZERO)), row[:2]))
    return compared


def _line_steps(taken: Iterable[Taken], billed: Iterable[Billed]) -> list[Step]:
    mine, theirs = _sums(taken), _by_key(billed)
    more, less, rate = ZERO, ZERO, ZERO
    said: dict[str, list[str]] = {"more": [], "less": [], "rate": []}
    for key in dict.fromkeys([*mine, *theirs]):
        used, lines = mine.get(key), theirs.get(key)
        name = " ".join(key)
        if lines is None:
            assert used is not None
            less -= used.expected
            said["less"].append(f"{name} {rounded(used.quantity)}")
            continue
        paid, quantity = total(line.amount for line in lines), _quantity(lines)
        if used is None or not used.quantity:
            more += paid - (used.expected if used else ZERO)
            said["more"].append(f"{name} {'' if quantity is None else rounded(quantity)}".strip())
            continue
        if quantity is None:
            continue  # neither a quantity nor a rate can be told: it stays unexplained
        change = settle((quantity - used.quantity) * used.expected / used.quantity)
        if change > 0:
            more += change
            said["more"].append(f"{name} {rounded(quantity - used.quantity)}")
        elif change < 0:
            less += change
            said["less"].append(f"{name} {rounded(used.quantity - quantity)}")
        off = paid - used.expected - change
        rate += off
        if abs(off) > max(CENT, abs(paid) / 10_000):
            said["rate"].append(f"{name} {rounded(off)}")
    return _without_crumbs(
        [
            Step("billed_not_logged", more, _few(said["more"])),
            Step("logged_not_billed", less, _few(said["less"])),
            Step("rate", rate, _few(said["rate"])),
        ]
    )


def _unmapped(billed: Iterable[Billed]) -> list[Unmapped]:
    by_item: dict[str, list[Billed]] = {}
    for line in billed:
        if line.offer is None and line.category == "usage":
            by_item.setdefault(line.item, []).append(line)
    unmapped = [
        Unmapped(item, len(lines), _quantity(lines), total(line.amount for line in lines))
        for item, lines in by_item.items()
    ]
    return sorted(unmapped, key=lambda row: (-abs(row.amount), row.item))


def _others(billed: Iterable[Billed]) -> list[Step]:
    sums: dict[str, Decimal] = {}
    for line in billed:
        if line.category != "usage":
            sums[line.category] = sums.get(line.category, ZERO) + line.amount
    return [Step("other", amount, category) for category, amount in sorted(sums.items())]


def _without_quantity(billed: Iterable[Billed]) -> str:
    lines = [f"{line.item} has no quantity" for line in billed if line.quantity is None]
    return _few(list(dict.fromkeys(lines)))


def _gaps(
    taken: Iterable[Taken], billed: Sequence[Billed], span: tuple[date, date] | None
) -> list[DayGap]:
    """Days of the log's span on which one side has nothing, where the invoice is by the day."""
    daily = [line for line in billed if line.begin is not None and line.begin == line.end]
    if span is None or len(daily) < len(billed) or not daily:
        return []
    logged: dict[date, Decimal] = {}
    paid: dict[date, Decimal] = {}
    for use in taken:
        if use.day is not None:
            logged[use.day] = logged.get(use.day, ZERO) + use.expected
    for line in daily:
        assert line.begin is not None
        paid[line.begin] = paid.get(line.begin, ZERO) + line.amount
    days = sorted({*logged, *paid})
    return [
        DayGap(day, logged.get(day, ZERO), paid.get(day, ZERO))
        for day in days
        if not (logged.get(day) and paid.get(day))
    ]


def _few(said: Sequence[str], most: int = 4) -> str:
    left = len(said) - most
    more = f" and {left} more" if left > 0 else ""
    return ", ".join(said[:most]) + more
