"""What happens in the months ahead: limits that are passed, prices and plans that change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from costplan.catalog.lookup import Catalog
from costplan.catalog.model import Model
from costplan.document.forecast import Event
from costplan.facts import Fact, fact
from costplan.plan.bill.announced import by_key, changed_prices
from costplan.plan.forecast.bills import MonthBill
from costplan.plan.judge.ruleset import levels
from costplan.workload.contract import Scope
from costplan.workload.model import Workload


class Paths:
    """The bills of the months ahead, as likely and at the upper edge of the band."""

    def __init__(self, likely: Sequence[MonthBill], high: Sequence[MonthBill | None]) -> None:
        self.likely, self.high = likely, high


def events(workload: Workload, catalog: Catalog, stack: str, paths: Paths) -> list[Event]:
    """Everything that happens, the budget first, then by month."""
    likely = paths.likely
    later = [
        *_limits(likely),
        *_prices(likely),
        *_tiers(likely),
        *_plans(likely),
        *_commitments(likely),
        *_terms(workload, stack, likely),
        *_retired(catalog, likely),
    ]
    return [*_budget(workload, stack, paths), *sorted(later, key=lambda event: _at(event))]


def _at(event: Event) -> date:
    return event.month or date.max


def _event(month: date | None, said: Fact) -> Event:
    return Event(said, month)


def _month(bill: MonthBill) -> date:
    return bill.day.replace(day=1)


def named(day: date) -> str:
    """A month as people write it."""
    return f"{day:%B %Y}"


def _budget(workload: Workload, stack: str, paths: Paths) -> Iterable[Event]:
    """When the month's total, or a component, is above a limit of the budget."""
    for path, limit in workload.budget.limits(stack) if workload.budget else ():
        inner = path[2:] if path[0] == "stack" else path
        if inner[0] not in ("monthly_total", "component"):
            continue
        component = None if inner[0] == "monthly_total" else str(inner[1])
        for word, most in zip(("warning", "budget"), levels(limit), strict=True):
            if most is not None:
                what = word if component is None else f"{word} for {component}"
                yield _passed(what, most, component, paths)


def _passed(what: str, most: Decimal, component: str | None, paths: Paths) -> Event:
    likely = _first(paths.likely, most, component)
    possible = _first(paths.high, most, component)
    end = named(_month(paths.likely[-1]))
    values = {"limit": most, "end": end}
    if likely is not None and likely == _month(paths.likely[0]):
        return _event(likely, fact("limit-is-passed", what, month=named(likely), **values))
    if likely is not None and possible is not None and possible < likely:
        first = {"month": named(likely), "possible": named(possible)}
        return _event(likely, fact("limit-passed-or-before", what, **first, **values))
    if likely is not None:
        return _event(likely, fact("limit-passed", what, month=named(likely), **values))
    if possible is not None:
        return _event(possible, fact("limit-may-pass", what, month=named(possible), **values))
    return _event(None, fact("limit-not-passed", what, **values))


def _first(bills: Sequence[MonthBill | None], most: Decimal, component: str | None) -> date | None:
    for bill in bills:
        if bill is None or bill.total is None:
            continue
        spent = bill.total if component is None else bill.components.get(component, Decimal(0))
        if spent > most:
            return _month(bill)
    return None


def _limits(bills: Sequence[MonthBill]) -> Iterable[Event]:
    """The first month that no plan of what is bound serves."""
    for bill in bills:
        if bill.reason is not None:
            yield _event(
                _month(bill), fact("not-served", month=named(_month(bill)), reason=bill.reason)
            )
            return


def _pairs(bills: Sequence[MonthBill]) -> Iterable[tuple[MonthBill, MonthBill]]:
    billed = [bill for bill in bills if bill.total is not None]
    return pairwise(billed)


def _prices(bills: Sequence[MonthBill]) -> Iterable[Event]:
    """Unit prices that differ from the month before, as the catalogue announces them."""
    for before, after in _pairs(bills):
        for change in changed_prices(before.lines, after.lines, before.day):
            values = {"since": change.since, "how": change.how, "changes": change.changes}
            source = change.lines[-1][1].price.source
            told = fact("price-changes", change.offer, source=source, **values)
            yield _event(_month(after), told)


def _tiers(bills: Sequence[MonthBill]) -> Iterable[Event]:
    """Tiers of a charge that the month before had not reached."""
    for before, after in _pairs(bills):
        old = by_key(before.lines)
        charges = {key[:2] for key in old}
        for key, line in by_key(after.lines).items():
            if key not in old and key[:2] in charges and key[2] and line.price.since <= before.day:
                yield _event(
                    _month(after),
                    fact(
                        "tier-reached",
                        key[0],
                        charge=key[1],
                        tier=key[2],
                        month=named(_month(after)),
                    ),
                )


def _plans(bills: Sequence[MonthBill]) -> Iterable[Event]:
    """Roles that another offer serves than in the month before."""
    for before, after in _pairs(bills):
        for role, offer in after.offers.items():
            known = before.offers.get(role)
            if known is not None and known != offer:
                values = {"before": known, "after": offer, "month": named(_month(after))}
                yield _event(_month(after), fact("plan-changes", role, **values))


def _commitments(bills: Sequence[MonthBill]) -> Iterable[Event]:
    """Commitments that are used up for the first time."""
    billed = [bill for bill in bills if bill.total is not None]
    names = dict.fromkeys(drawn.name for bill in billed for drawn in bill.commitments)
    for name in names:
        for bill in billed:
            drawn = next(
                (commitment for commitment in bill.commitments if commitment.name == name), None
            )
            if drawn is not None and not drawn.unused:
                month = _month(bill)
                values = {"monthly": drawn.monthly, "month": named(month)}
                yield _event(month, fact("commitment-reached", name, **values))
                break


def _terms(workload: Workload, stack: str, bills: Sequence[MonthBill]) -> Iterable[Event]:
    """Discounts, commitments and credits that end within the months."""
    tables: list[tuple[str, Scope]] = [
        *(("discount", discount) for discount in workload.discount),
        *(("commitment", commitment) for commitment in workload.commitment),
        *(("credit", credit) for credit in workload.credit),
    ]
    first, last = bills[0].day, bills[-1].day
    for word, table in tables:
        if table.last is None or (table.stacks and stack not in table.stacks):
            continue
        if first <= table.last < last:
            values = {"what": word, "day": table.last}
            name = getattr(table, "name", table.offers)
            yield _event(table.last.replace(day=1), fact("term-ends", name, **values))


def _retired(catalog: Catalog, bills: Sequence[MonthBill]) -> Iterable[Event]:
    """Offers that their vendors stop selling within the months."""
    offers = dict.fromkeys(line.price.offer for bill in bills for line in bill.lines)
    for offer in offers:
        entry = catalog.find(offer)
        if entry is None:
            continue
        item = entry.item
        day = item.retires if isinstance(item, Model) else item.ended_on(date.max)
        if day is not None and bills[0].day < day <= bills[-1].day:
            yield _event(day.replace(day=1), fact("no-longer-sold", offer, day=day))
