"""Offers that are not tokens: derived quantities, charges, ordered adjustments.

Checked against vendors' worked examples: these three primitives bill a vector database, a seat, a
trace, a GPU hour and a workflow action alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from costplan.catalog.expression import Expression, ExpressionError
from costplan.catalog.origin import Accepted, Origin
from costplan.catalog.traits import Trait, trait_problems
from costplan.catalog.vocabulary import VOCABULARY
from costplan.problems import Problem, did_you_mean
from costplan.record import Amount, Count, Positive, Since, Sparse, record
from costplan.words import Purpose

Percent = Amount


@record
class Variable:
    """A variable that only this offer asks for. Without a default it must be given.

    Keys:
        unit: what it counts
        default (its unit): used where the workload gives none; without it the workload must
        about: what it means
        fixed: bought whether or not traffic comes
    """

    unit: str
    default: Amount | None = None
    about: str = ""
    fixed: bool = False


@record
class Gate:
    """A limit of the plan on a variable or an expression.

    ``ineligible``: the plan may not be bought; ``block``: usage above is refused by the vendor;
    ``throttle``: usage above is slowed down.

    Keys:
        variable: the variable or expression that is limited
        max (the variable's unit): the plan's limit
        action: above it: the plan may not be bought, usage is refused, or slowed down
        reason: what the vendor says of it
    """

    variable: str
    max: Amount
    action: Literal["ineligible", "block", "throttle"]
    reason: str | None = None


@record
class Hardware:
    """The accelerators of one rented machine.

    Keys:
        accelerator: the accelerator, as measurements name it: h100-sxm
        count (accelerators): how many one machine has
        memory_gb (GB): memory of each; weights and cache must fit
    """

    accelerator: str
    count: Count
    memory_gb: Positive

    def __str__(self) -> str:
        return f"{self.count} x {self.accelerator}"


@record
class Slice:
    """One tier of a charge: its price up to and including a quantity.

    Keys:
        up_to (the charge's unit): the tier's upper edge, itself included; the last one has none
        price (the file's currency per 'per' units): what a unit of the tier costs
        quote: the tier has no price here; its part of a quantity is unknown
    """

    up_to: Positive | None = None
    price: Amount | None = None
    quote: bool = False

    def check(self) -> Iterable[Problem]:
        if (self.price is None) != self.quote:
            yield Problem((), "a tier has either 'price' or 'quote = true'")


@record
class Charge:
    """One priced dimension of an offer. ``docs/catalogue.md`` says what each key means.

    Keys:
        id: name on the bill; written again with a later 'since' it is a change of price
        quantity: an expression of variables: what is billed in a month
        unit: what the quantity counts
        per (units): how many units the price is for
        price (the file's currency per 'per' units): what is paid for the quantity
        tiers: in place of one price: { up_to = N, price = P } each, the last without 'up_to'; or
            { quote = true }
        quote: there is no price here; the line is unknown
        unpublished: its source says that no price is published; with quote
        mode: each tier at its own price, all at that of the tier reached, or the flat price of the
            smallest package that covers it
        included (the charge's unit): what the plan includes, or an expression for it, taken off
            before tiers; not where a tier costs 0
        free_tier: its included part is a free quota, which 'free_tiers = false' leaves out
        pool: an entry of [pools] that it draws on before it costs
        minimum_quantity (the charge's unit): less is billed as this
        round_up_to (the charge's unit): the quantity is rounded up to a multiple of this
        rank_by: the variable on which tier edges are counted, in place of the quantity
        redundant: share of the quantity that is a standby copy; shown as idle
        cap (the file's currency a month): it never costs more
        fx (the file's currency a vendor credit): what a vendor credit costs, where the price is in
            credits
        fixed: paid without traffic (nodes, seats); seen from its quantity when left out
        scope: billed once an account, or for each role that uses it
        purpose: the purpose it is shown under; the offer's when left out
        origin: its own source and days; the offer's when left out
        ended: no longer sold from its origin's 'since' on
        note: a word that goes with the line
    """

    id: str
    quantity: str = "0"
    unit: str = ""
    per: Positive = Decimal(1)
    price: Amount | None = None
    tiers: tuple[Slice, ...] = ()
    quote: bool = False
    unpublished: Annotated[bool, Sparse(), Since(2)] = False
    mode: Literal["graduated", "volume", "package"] = "graduated"
    included: Amount | str | None = None
    free_tier: bool = False
    pool: str | None = None
    minimum_quantity: Amount | None = None
    round_up_to: Positive | None = None
    rank_by: str | None = None
    redundant: str | None = None
    cap: Amount | None = None
    fx: Positive | None = None
    fixed: bool | None = None
    scope: Literal["account", "binding"] = "account"
    purpose: Purpose | None = None
    origin: Origin | None = None
    ended: bool = False
    note: str | None = None

    def check(self) -> Iterable[Problem]:
        if self.ended:
            if self.origin is None:
                yield Problem((), "'ended = true' needs the origin that says since when")
            return
        given = (self.price is not None) + bool(self.tiers) + self.quote
        if given != 1:
            yield Problem((), "a charge has exactly one of 'price', 'tiers', 'quote = true'")
        if self.unpublished and not (self.quote or any(tier.quote for tier in self.tiers)):
            yield Problem(("unpublished",), "only what is 'quote = true' has no published price")
        if not self.unit:
            yield Problem((), "missing key 'unit'", part="key")
        yield from _slice_problems(self.tiers)
        if self.rank_by and self.mode != "graduated":
            yield Problem(("rank_by",), "'rank_by' goes with graduated tiers only")

    def expressions(self) -> Iterable[tuple[str, str]]:
        """Every expression of the charge, with its key."""
        yield "quantity", self.quantity
        if isinstance(self.included, str):
            yield "included", self.included
        if self.rank_by:
            yield "rank_by", self.rank_by
        if self.redundant:
            yield "redundant", self.redundant


def _slice_problems(tiers: tuple[Slice, ...]) -> Iterable[Problem]:
    reached = Decimal(0)
    for at, tier in enumerate(tiers):
        last = at == len(tiers) - 1
        if tier.up_to is None and not last:
            yield Problem(("tiers", at), "only the last tier goes without 'up_to'")
        if tier.up_to is not None:
            if tier.up_to <= reached:
                yield Problem(("tiers", at, "up_to"), "tiers must ascend")
            reached = tier.up_to


@record
class Adjust:
    """A change of the bill after its charges; adjustments apply in file order.

    Keys:
        id: name on the bill
        kind: what it does to the charges it counts
        scope: applies once an account, or to this offer alone
        charges: charges it counts; all of them when left out
        amount (the file's currency a month): of a credit, a minimum or a cap
        percent (percent): of a fee or a discount, 10 for a tenth
        floor (the file's currency a month): the least that a percent_fee costs
        free_tier: a free quota, which 'free_tiers = false' leaves out
        one_time: granted once; in no monthly total
        origin: its own source and days; the offer's when left out
        ended: no longer sold from its origin's 'since' on
        note: a word that goes with the line
    """

    id: str
    kind: Literal["credit", "percent_fee", "minimum", "cap", "discount"] = "credit"
    scope: Literal["account", "offer"] = "account"
    charges: tuple[str, ...] = ()
    amount: Amount | None = None
    percent: Percent | None = None
    floor: Amount | None = None
    free_tier: bool = False
    one_time: bool = False
    origin: Origin | None = None
    ended: bool = False
    note: str | None = None

    def check(self) -> Iterable[Problem]:
        if self.ended:
            return
        wanted = "percent" if self.kind in ("percent_fee", "discount") else "amount"
        if getattr(self, wanted) is None:
            yield Problem((), f"a {self.kind} needs '{wanted}'", part="key")
        if self.floor is not None and self.kind != "percent_fee":
            yield Problem(("floor",), "only a percent_fee has a floor; a minimum is its own kind")
        if self.kind == "discount" and self.percent is not None and self.percent > 100:
            yield Problem(("percent",), "a discount is at most 100 percent")


@record
class Offer:
    """Something a vendor sells at published terms.

    Keys:
        id: exact name, vendor/offer
        aliases: other names of it
        product: what is sold
        plan: the plan's name
        region: where its prices apply
        hours_per_month (hours): hours that the vendor counts a month as; 730 when left out
        purpose: the purpose its lines are shown under; the role's own when left out
        hardware: what one rented machine has
        origin: source and days of all its prices
        note: a word that goes with its bill
        not_included: what the price leaves out; said on the bill
        requires: offers that must be bought with it
        gates: limits of the plan
        variables: variables that only this offer asks for, by name
        derived: names for expressions of variables, in order
        pools: quotas that several charges share, by name
        charge: its priced dimensions; a change of price is a further one
        adjust: changes of the bill after the charges, in order
        accepted: findings of the audit that are right as they stand
        traits: what it is like beside its price, by name; each with the page that says so
    """

    id: str
    aliases: tuple[str, ...] = ()
    product: str = ""
    plan: str | None = None
    region: str | None = None
    hours_per_month: Positive | None = None
    purpose: Purpose | None = None
    hardware: Hardware | None = None
    origin: Origin
    note: str | None = None
    not_included: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    gates: tuple[Gate, ...] = ()
    variables: Mapping[str, Variable] = field(default_factory=dict)
    derived: Mapping[str, str] = field(default_factory=dict)
    pools: Mapping[str, str] = field(default_factory=dict)
    charge: tuple[Charge, ...] = ()
    adjust: tuple[Adjust, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    traits: Annotated[Mapping[str, Trait], Sparse(), Since(2)] = field(default_factory=dict)

    def check(self) -> Iterable[Problem]:
        yield from trait_problems(self.traits)
        known = (set(VOCABULARY) | set(self.variables)) - set(self.derived)
        for name, text in self.derived.items():
            yield from _expression_problems(("derived", name), text, known)
            known.add(name)
        for name, text in self.pools.items():
            yield from _expression_problems(("pools", name), text, known)
        for at, gate in enumerate(self.gates):
            yield from _expression_problems(("gates", at, "variable"), gate.variable, known)
        for at, charge in enumerate(self.charge):
            for key, text in charge.expressions():
                yield from _expression_problems(("charge", at, key), text, known)
            if charge.pool is not None and charge.pool not in self.pools:
                yield Problem(("charge", at, "pool"), f"unknown pool '{charge.pool}'")
        yield from self._history_problems()
        ids = {charge.id for charge in self.charge}
        for at, adjust in enumerate(self.adjust):
            for name in adjust.charges:
                if name not in ids:
                    hint = did_you_mean(name, ids)
                    yield Problem(("adjust", at, "charges"), f"unknown charge '{name}'", hint)

    def _history_problems(self) -> Iterable[Problem]:
        yield from _written_twice("charge", self.charge, self.origin)
        yield from _written_twice("adjust", self.adjust, self.origin)

    @property
    def first_known(self) -> date:
        days = [(charge.origin or self.origin).since for charge in self.charge]
        return min(days, default=self.origin.since)

    def ended_on(self, day: date) -> date | None:
        """The day its last charge ended, for an offer that is no longer sold on ``day``."""
        current, later = self.charges_on(day)
        if current or later:
            return None
        ends = [(charge.origin or self.origin).since for charge in self.charge if charge.ended]
        return max(ends, default=None)

    def charges_on(self, day: date) -> tuple[list[Charge], list[Charge]]:
        """The charges in force on a day, and those whose price is only known from a later day."""
        return _in_force(self.charge, self.origin, day)

    def adjusts_on(self, day: date) -> tuple[list[Adjust], list[Adjust]]:
        """The adjustments in force on a day, and those only known from a later day."""
        return _in_force(self.adjust, self.origin, day)

    def origins(self) -> Iterable[tuple[tuple[str | int, ...], Origin]]:
        """Every origin of the offer, with its path."""
        yield ("origin",), self.origin
        for at, charge in enumerate(self.charge):
            if charge.origin:
                yield ("charge", at, "origin"), charge.origin
        for at, adjust in enumerate(self.adjust):
            if adjust.origin:
                yield ("adjust", at, "origin"), adjust.origin

    def sources(self) -> set[str]:
        """Every source that the offer names."""
        named = {name for _, origin in self.origins() for name in (origin.source, *origin.also)}
        return named | {trait.source for trait in self.traits.values()}


Dated = TypeVar("Dated", Charge, Adjust)


def _written_twice(key: str, entries: tuple[Dated, ...], inherited: Origin) -> Iterable[Problem]:
    last: dict[str, date] = {}
    for at, entry in enumerate(entries):
        since = (entry.origin or inherited).since
        if entry.id in last and since <= last[entry.id]:
            yield Problem(
                (key, at, "id"),
                f"'{entry.id}' is written twice; a change of price has a later 'since'",
            )
        last[entry.id] = since


def _in_force(
    entries: tuple[Dated, ...], inherited: Origin, day: date
) -> tuple[list[Dated], list[Dated]]:
    current: dict[str, Dated] = {}
    later: dict[str, Dated] = {}
    for entry in entries:
        if (entry.origin or inherited).since <= day:
            current[entry.id] = entry
        elif entry.id not in current:
            later.setdefault(entry.id, entry)
    return [entry for entry in current.values() if not entry.ended], list(later.values())


def _expression_problems(
    path: tuple[str | int, ...], text: str, known: set[str]
) -> Iterable[Problem]:
    try:
        expression = Expression.parse(text)
    except ExpressionError as error:
        yield Problem(path, str(error))
        return
    for name in sorted(expression.names - known):
        yield Problem(path, f"unknown variable '{name}'", did_you_mean(name, known))
