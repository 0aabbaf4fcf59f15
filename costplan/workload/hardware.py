"""Machines that one owns: what a month of them costs, and the offer that stacks bind them by.

    outlay = purchase - residual (1 + i)^-n      i = rate / 12, n = 12 years
    capital = outlay i / (1 - (1 + i)^-n)

which is PMT(rate / 12, 12 years, -purchase, residual) of a spreadsheet. Power is paid by what the
machines draw: at work for the share of their hours that the month keeps them busy, idle otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from costplan.catalog.lookup import Entry
from costplan.catalog.offer import Charge, Hardware, Offer, Variable
from costplan.catalog.origin import Origin, Source
from costplan.problems import Problem
from costplan.quantity import ONE, ZERO, literal, settle
from costplan.record import Amount, Count, Positive, Share, record
from costplan.words import OWN_HARDWARE

BUSY = "busy"
"""The variable that says for what share of their hours machines are at work."""
ALWAYS = date.min
"""Since when a machine is in the file; its lines bear the day of the bill."""


@record
class OwnHardware:
    """Machines of one's own; stacks and [strategy.gpus] bind them as "hardware/NAME".

    Keys:
        purchase (the file's currency a machine): what one machine costs to buy and install
        years (years): how long it is used, and the purchase spread over
        rate (share a year): cost of capital: 0.08 is 8 % a year on what is not yet written off
        residual (the file's currency a machine): what it still brings at the end
        watts (watts a machine): what one draws from the wall at work, host included
        idle_watts (watts a machine): what one draws while nothing comes; as much as at work when
            left out
        pue (ratio): what the room draws over what its machines draw; 1 where hosting has cooling
        electricity (the file's currency a kWh): price of electricity
        hosting (the file's currency a machine and month): room, rack or colocation
        operator_hours (hours a machine and month): people's time that keeps one running
        operator_rate (the file's currency an hour): what such an hour costs
        accelerator: the accelerator, as measurements name it: h100-sxm
        count (accelerators): how many one machine has
        memory_gb (GB): memory of each; weights and cache must fit
    """

    purchase: Amount
    years: Positive
    rate: Share
    residual: Amount = ZERO
    watts: Amount
    idle_watts: Amount | None = None
    pue: Positive = ONE
    electricity: Amount
    hosting: Amount
    operator_hours: Amount
    operator_rate: Amount | None = None
    accelerator: str
    count: Count
    memory_gb: Positive

    def check(self) -> Iterable[Problem]:
        if self.residual > self.purchase:
            yield Problem(("residual",), f"is more than the purchase ({self.purchase})")
        if self.idle_watts is not None and self.idle_watts > self.watts:
            yield Problem(("idle_watts",), f"is more than at work ({self.watts})")
        if self.years * 12 < 1:
            yield Problem(("years",), f"must be a month at least, not {self.years} years")
        if self.pue < 1:
            yield Problem(("pue",), "a room draws at least what its machines draw: 1 or more")
        if self.operator_hours and self.operator_rate is None:
            yield Problem(
                ("operator_rate",), "what does an hour of the operators cost?", part="key"
            )

    @property
    def months(self) -> Decimal:
        """Months that one is used; fewer than one are refused, and count as one until then."""
        return max(self.years * 12, ONE)

    @property
    def capital(self) -> Decimal:
        """What one machine's capital costs a month."""
        interest = self.rate / 12
        if not interest:
            return settle(self.outlay / self.months)
        return settle(self.outlay * interest / (1 - (1 + interest) ** -self.months))

    @property
    def outlay(self) -> Decimal:
        """What one machine costs on the day it is bought: the purchase less what it will bring."""
        return self.purchase - self.residual * (1 + self.rate / 12) ** -self.months

    @property
    def idle_kw(self) -> Decimal:
        """What one draws idle, its share of the room included, in kW."""
        return (self.watts if self.idle_watts is None else self.idle_watts) * self.pue / 1000

    @property
    def work_kw(self) -> Decimal:
        """What it draws more at work, in kW."""
        return self.watts * self.pue / 1000 - self.idle_kw

    def entry(self, name: str, currency: str, shelf: str) -> Entry:
        """The offer of a machine in a month, as a catalogue's entry."""
        where = f"the workload file, [hardware.{name}]"
        offer = Offer(
            id=OWN_HARDWARE + name,
            product="hardware of one's own",
            hardware=Hardware(
                accelerator=self.accelerator, count=self.count, memory_gb=self.memory_gb
            ),
            origin=Origin(since=ALWAYS, checked=ALWAYS, source="file"),
            variables={
                BUSY: Variable(unit="share", default=ONE, about="share of its hours at work")
            },
            charge=tuple(charge for charge in self._charges() if charge.price),
        )
        sources = {"file": Source(at=where, confidence="unverified")}
        return Entry(offer, "hardware", currency, "compute", sources, shelf)

    def _charges(self) -> Iterable[Charge]:
        """What a month of machines is made of, parts that cost nothing too."""
        hours, work = literal(self.operator_hours), literal(self.work_kw)
        for name, quantity, unit, price, fixed in (
            ("capital", "instances", "machine", self.capital, True),
            ("hosting", "instances", "machine", self.hosting, True),
            ("operators", f"instances * {hours}", "operator-hour", self.operator_rate, True),
            (
                "power",
                f"instances * hours * {literal(self.idle_kw)}",
                "kWh",
                self.electricity,
                True,
            ),
            (
                "power at work",
                f"instances * hours * {work} * {BUSY}",
                "kWh",
                self.electricity,
                False,
            ),
        ):
            yield Charge(id=name, quantity=quantity, unit=unit, price=price or ZERO, fixed=fixed)
