"""What a workload says of the power behind its bill: where it is drawn, what models take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Annotated

from costplan.problems import Problem
from costplan.quantity import ZERO
from costplan.record import Amount, Ge, Positive, record

Pue = Annotated[Decimal, Ge(1)]


@record
class Place:
    """Where power is drawn.

    Keys:
        country: its grid, by ISO 3166-1 alpha-3: DEU; a cloud's own figure of the stack's region
            goes before
        g_per_kwh (g CO2e a kWh): the grid's, in place of the country's
        pue (ratio): what the data centre draws over what its machines draw; 1.2 assumed
    """

    country: str | None = None
    g_per_kwh: Amount | None = None
    pue: Pue | None = None

    def check(self) -> Iterable[Problem]:
        if self.country is not None and self.g_per_kwh is not None:
            yield Problem(("g_per_kwh",), "stands in place of 'country': one of them", part="key")


@record
class ModelEnergy:
    """What an offer that is paid by the token takes: stated, as published, or by measured curves.

    Keys:
        wh_per_1k_output (Wh for 1,000 output tokens): stated
        wh_per_1k_input (Wh for 1,000 input tokens): stated, beside that of output
        wh_per_call (Wh a call): stated, in place of those by the token
        low (ratio): the least that it may be over what is stated
        high (ratio): the most that it may be over what is stated
        source: what the stated figure rests on
        published: a vendor's figure, by its id in pricing/energy
        measured: the open model that it is, by its name in pricing/throughput
        accelerator: the accelerator that serves it, of those it was measured on
        ms_per_token (milliseconds): latency that it is served at; slower is thriftier
        ms_to_first_token (milliseconds): to the first token
    """

    wh_per_1k_output: Amount | None = None
    wh_per_1k_input: Amount = ZERO
    wh_per_call: Amount | None = None
    low: Positive = Decimal(1)
    high: Positive = Decimal(1)
    source: str | None = None
    published: str | None = None
    measured: str | None = None
    accelerator: str | None = None
    ms_per_token: Positive = Decimal(33)
    ms_to_first_token: Positive = Decimal(5000)

    @property
    def stated(self) -> bool:
        """Whether the file has the figure itself."""
        return self.wh_per_1k_output is not None or self.wh_per_call is not None

    def check(self) -> Iterable[Problem]:
        ways = [self.wh_per_1k_output, self.wh_per_call, self.published, self.measured]
        if sum(way is not None for way in ways) != 1:
            hint = "'wh_per_1k_output', 'wh_per_call', 'published' or 'measured'"
            yield Problem((), f"needs exactly one of {hint}", part="key")
        if self.stated and self.source is None:
            yield Problem(("source",), "a stated figure says what it rests on", part="key")
        if self.wh_per_1k_input and self.wh_per_1k_output is None:
            yield Problem(("wh_per_1k_input",), "goes with 'wh_per_1k_output'", part="key")
        if (self.measured is None) != (self.accelerator is None):
            yield Problem(("accelerator",), "goes with 'measured'", part="key")
        if not self.low <= 1 <= self.high:
            yield Problem(("low",), "'low' is at most 1, 'high' at least 1")


@record
class EnergyTerms(Place):
    """Energy and carbon beside the bill; without this table nothing is said of them.

    Keys:
        host_watts (watts an accelerator): what the machine around a rented one draws; 150 assumed
        embodied_kg (kg CO2e a month): of making the hardware; left out when left out
        stack: where one stack is served, by its name
        model: what offers that are paid by the token take, by their ids
    """

    host_watts: Amount | None = None
    embodied_kg: Amount | None = None
    stack: Mapping[str, Place] = field(default_factory=dict)
    model: Mapping[str, ModelEnergy] = field(default_factory=dict)

    def place(self, stack: str) -> Place:
        """Where a stack is served: its own words, then those for all."""
        own = self.stack.get(stack, Place())
        whose = own if own.country or own.g_per_kwh is not None else self
        pue = self.pue if own.pue is None else own.pue
        return Place(country=whose.country, g_per_kwh=whose.g_per_kwh, pue=pue)
