"""A workload, a history and a catalogue to the document of a forecast."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from costplan.catalog.lookup import Catalog
from costplan.document.forecast import Band, ForecastDocument, ForecastMonth, Past, Tried
from costplan.facts import Fact, fact
from costplan.plan.bill.estimate import later
from costplan.plan.forecast.backtest import LEVEL
from costplan.plan.forecast.backtest import Past as Errors
from costplan.plan.forecast.bills import Bills, MonthBill
from costplan.plan.forecast.events import Paths, events, named
from costplan.plan.forecast.outlook import COMPARED, Outlook, Volume, outlook
from costplan.plan.forecast.series import History, before, shortcomings
from costplan.problems import BadUsage
from costplan.quantity import LARGEST, ONE, ZERO, scaled, settle, twelve_digits
from costplan.workload.model import Workload

PLACES = Decimal("0.0001")


class Asked(NamedTuple):
    """``months`` of a stack from the month of ``as_of`` on."""

    stack: str
    months: int
    as_of: date


def forecast(
    workload: Workload, catalog: Catalog, asked: Asked, history: History | None
) -> ForecastDocument:
    """The months ahead. Without a history: the workload's own volume and growth.

    Raises InvalidInput where the plan as it stands cannot be billed, BadUsage for a history that
    has nothing before the as-of day.
    """
    return _Forecast(workload, catalog, asked, history).document()


class _Forecast:
    def __init__(
        self, workload: Workload, catalog: Catalog, asked: Asked, history: History | None
    ) -> None:
        self.workload, self.catalog, self.asked = workload, catalog, asked
        self.growth = workload.traffic.growth_per_month
        self.bills = Bills(workload, catalog, asked.stack, asked.as_of)
        self.plan = self.bills.as_planned()
        self.facts: list[Fact] = []
        self.history = None if history is None else self._cut(self._sound(history))
        self.outlook = (
            None
            if self.history is None
            else outlook(self.history, float(self.growth), asked.months)
        )
        self.days = [later(asked.as_of, number) for number in range(asked.months)]

    def _sound(self, history: History) -> History:
        """The history, where the plan has something to set it against. Raises BadUsage."""
        if history.unit == "amount" and not self.plan.total:
            raise BadUsage("the plan costs nothing: a history of money says nothing of its volume")
        if history.unit == "calls" and not self.plan.calls:
            raise BadUsage("the plan calls no model by request: give a history of date,requests")
        if not self.workload.traffic.requests_per_month:
            raise BadUsage("the plan has no traffic: traffic.requests_per_month is 0")
        return history

    def _cut(self, history: History) -> History:
        kept, facts = before(history, self.asked.as_of)
        self.facts += facts
        if not kept.values:
            raise BadUsage(
                f"the history has nothing before {self.asked.as_of}",
                "it begins later than --as-of, or today is all that it has",
            )
        self.facts += shortcomings(kept)
        end = kept.last
        if (self.asked.as_of - end).days > (31 if kept.monthly else 1):
            self.facts.append(fact("history-ends", last=end))
        return kept

    def document(self) -> ForecastDocument:
        volumes = [self._volume(at, day) for at, day in enumerate(self.days)]
        likely = self._path([volume.likely for volume in volumes])
        low = self._path([volume.low for volume in volumes])
        high = self._path([volume.high for volume in volumes])
        months = [
            self._month(volume, bills)
            for volume, *bills in zip(volumes, likely, low, high, strict=True)
        ]
        self._say(volumes, likely)
        return ForecastDocument(
            workload=self.workload.name,
            stack=self.asked.stack,
            currency=self.workload.currency,
            as_of=self.asked.as_of,
            counts=self._unit(),
            growth_per_month=self.growth,
            history=self._past(),
            method=None if self.outlook is None else _tried(self.outlook.pasts[0]),
            others=[]
            if self.outlook is None
            else [_tried(past) for past in self.outlook.pasts[1:]],
            band=self._band(),
            months=months,
            events=events(
                self.workload,
                self.catalog,
                self.asked.stack,
                Paths(likely, [bill if bill.total is not None else None for bill in high]),
            ),
            facts=self.facts,
        )

    def _unit(self) -> Literal["requests", "conversations", "amount"]:
        if self._counts("amount"):
            return "amount"
        return "conversations" if self.workload.conversation else "requests"

    def _volume(self, at: int, day: date) -> Volume:
        """A month in requests (or conversations, or money)."""
        if self.outlook is None:
            return Volume(float(self.workload.traffic.requests_per_month * self._grown(at)))
        volume = self.outlook.month(day.replace(day=1))
        calls = self.plan.calls if self._counts("calls") else 1.0
        return Volume(*(None if value is None else value / calls for value in volume))  # type: ignore[arg-type]

    def _grown(self, at: int) -> Decimal:
        """The stated growth after so many months, exactly as an estimate's horizon has it."""
        factor = ONE
        for _ in range(at):
            factor *= 1 + self.growth
        return factor

    def _counts(self, unit: str) -> bool:
        return self.history is not None and self.history.unit == unit

    def _path(self, volumes: Sequence[float | None]) -> list[MonthBill]:
        """Bills of a path of volumes; none where there is no volume."""
        if self.outlook is None:
            scales = [
                None if volume is None else self._grown(at) for at, volume in enumerate(volumes)
            ]
            return self.bills.path(self.days, scales)
        amounts = self._counts("amount")
        base = self.plan.total if amounts else self.workload.traffic.requests_per_month
        counts = [_count(volume) for volume in volumes]
        bills = self.bills.path(
            self.days, [None if count is None else count / base for count in counts]
        )
        if not amounts:
            return bills
        return [self._of_amount(bill, money) for bill, money in zip(bills, counts, strict=True)]

    def _of_amount(self, bill: MonthBill, money: Decimal | None) -> MonthBill:
        """Money that goes on by itself, times what prices make of the plan's bill by then."""
        if bill.total is None or money is None:
            return bill
        now = self.bills.path([self.asked.as_of], [money / self.plan.total])[0].total
        amount = settle(money) if not now else scaled(money, bill.total, now)
        share = amount / bill.total if bill.total else ZERO
        components = {name: settle(part * share) for name, part in bill.components.items()}
        return bill._replace(total=amount, components=components)

    def _month(self, volume: Volume, bills: Sequence[MonthBill]) -> ForecastMonth:
        likely, low, high = bills
        totals = [bill.total for bill in bills if bill.total is not None]
        return ForecastMonth(
            month=likely.day.replace(day=1),
            prices_of=likely.day,
            volume=_count(volume.likely),
            volume_low=_count(volume.low),
            volume_high=_count(volume.high),
            total=likely.total,
            total_low=min(totals) if likely.total is not None and low.total is not None else None,
            total_high=max(totals) if likely.total is not None and high.total is not None else None,
            at_least=likely.at_least,
            reason=likely.reason,
        )

    def _past(self) -> Past | None:
        if self.history is None:
            return None
        history = self.history
        return Past(history.unit, history.first, history.last, len(history.values), history.monthly)

    def _band(self) -> Band | None:
        if self.outlook is None or not self.outlook.widths:
            return None
        held = self.outlook.held
        share = None if held is None else twelve_digits(held.share).quantize(PLACES)
        return Band(Decimal(str(LEVEL)), share, 0 if held is None else held.tried)

    def _say(self, volumes: Sequence[Volume], likely: Sequence[MonthBill]) -> None:
        """What the volumes rest on and what they leave out."""
        self.facts += list(self._of_growth())
        if self._counts("calls"):
            self.facts.append(fact("history-calls", calls=twelve_digits(self.plan.calls)))
        if self._counts("amount"):
            self.facts.append(fact("history-amounts"))
        if self.outlook is None:
            self.facts.append(fact("no-history"))
        else:
            self.facts += list(_of_bands(self.outlook, volumes, self.days))
        missing = [named(bill.day) for bill in likely if bill.at_least]
        if missing:
            self.facts.append(fact("months-at-least", months=missing))

    def _of_growth(self) -> Iterable[Fact]:
        if self.outlook is not None and not self.outlook.method.uses_growth:
            if self.growth:
                yield fact("growth-of-history")
        elif self.growth:
            yield fact("growth-stated", percent=self.growth * 100)
        else:
            yield fact("growth-none")


def _of_bands(outlook: Outlook, volumes: Sequence[Volume], days: Sequence[date]) -> Iterable[Fact]:
    banded = [day for volume, day in zip(volumes, days, strict=True) if volume.low is not None]
    if not banded:
        yield fact("no-bands")
    elif len(banded) < len(volumes):
        yield fact("bands-until", month=named(banded[-1]))
    usual = outlook.usual
    if usual is not None:
        error, before_ = _off(outlook.pasts[0]), _off(usual)
        if error is None or before_ is None:
            yield fact("better-method-of-gaps", outlook.method.words)
        else:
            shares = {"error": error * 100, "usual": before_ * 100}
            yield fact("better-method", outlook.method.words, **shares)


def _tried(past: Errors) -> Tried:
    error = _off(past)
    share = None if error is None else error.quantize(PLACES)
    tried = sum(error.lead <= COMPARED for error in past.errors)
    return Tried(past.method.name, past.method.words, share, tried)


def _off(past: Errors) -> Decimal | None:
    """How far off a method was in the mean. None where it was not tried, or expected something in
    a month in which nothing came: no share of nothing is a number."""
    return _count(past.mean_share(COMPARED))


def _count(volume: float | None) -> Decimal | None:
    if volume is None or volume >= float(LARGEST):
        return None
    return twelve_digits(volume)
