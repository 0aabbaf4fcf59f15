"""Money of one currency as money of another, at a rate that somebody stated; never guessed.

A bill is made in its vendor's currency: floors, minimums, percentages, credits and caps act there.
Its lines are converted once, as they enter an estimate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from costplan.document.line import Conversion, Exchanged, LineItem
from costplan.problems import Path, Problem
from costplan.quantity import ONE, ZERO, scaled, total
from costplan.workload.contract import Rate, pair
from costplan.workload.model import Workload


class Exchange:
    """The rates of a workload, in and out of its own currency.

    ``used`` collects the keys of the rates that were asked for and found.
    """

    def __init__(self, currency: str, rates: Mapping[str, Rate]) -> None:
        self.currency = currency
        self.rates = rates
        self.used: dict[str, Conversion] = {}

    @classmethod
    def of(cls, workload: Workload) -> Exchange:
        """The rates that a workload states."""
        return cls(workload.currency, workload.exchange)

    def conversion(self, currency: str) -> Conversion | None:
        """How amounts of a currency become ours; None where no rate is stated."""
        for key, stated in self.rates.items():
            codes = pair(key)
            if codes is None or set(codes) != {currency, self.currency}:
                continue
            conversion = Conversion(
                currency=currency,
                rate=stated.rate,
                unit="/".join(codes),
                date=stated.date,
                source=stated.source,
            )
            self.used[key] = conversion
            return conversion
        return None

    def states(self, currency: str) -> bool:
        """Whether money of a currency can be ours."""
        return currency == self.currency or self.conversion(currency) is not None

    def amount(self, money: Decimal, currency: str | None) -> Decimal | None:
        """Money of a currency (None: ours) in ours; None where no rate is stated."""
        if currency is None or currency == self.currency:
            return money
        conversion = self.conversion(currency)
        return None if conversion is None else convert(money, conversion)

    def remedy(self, currency: str) -> str:
        """How to state the rate that is missing."""
        key = f"{self.currency}_per_{currency}".lower()
        return (
            f"say how many {self.currency} one {currency} is: --exchange {key}=RATE@DATE, "
            f"or {key} under [exchange]; exchange rates are never guessed"
        )

    def no_rate(self, path: Path, currency: str | None) -> Problem:
        """That what stands at ``path`` is in a currency (None: ours) without a stated rate."""
        code = currency or self.currency
        message = f"this is in {code}, the workload in {self.currency}"
        return Problem(path, message, self.remedy(code))


def convert(amount: Decimal, conversion: Conversion) -> Decimal:
    """One amount at a rate, settled."""
    if conversion.divide:
        return scaled(amount, ONE, conversion.rate)
    return scaled(amount, conversion.rate)


def convert_lines(lines: Iterable[LineItem], conversion: Conversion) -> None:
    """The amounts of an offer's whole bill, in place; the lines keep what they were.

    Each is rounded alone, so a bill that credits bring to nothing could end a 1e-12 below it: its
    last line with a credit then takes the difference.
    """
    converted = list(lines)
    for line in converted:
        line.exchanged = Exchanged(conversion, line.list_amount, line.amount)
        if line.list_amount is not None:
            line.list_amount = convert(line.list_amount, conversion)
        if line.amount is not None:
            line.amount = convert(line.amount, conversion)
    before = total(line.exchanged.amount or ZERO for line in converted if line.exchanged)
    after = total(line.amount or ZERO for line in converted)
    if after < 0 <= before:
        for line in reversed(converted):
            if line.amount is not None and line.amount < 0:
                line.amount -= after
                return
