"""The bill of one offer at one moment, from quantities given by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation, Overflow

from costplan.billing.offers import OfferBill, Take, bill_offer
from costplan.billing.tokens import Processing, Tariff, TokenUsage, windows
from costplan.billing.variables import takes_variable, variables_of
from costplan.catalog.fees import STATED
from costplan.catalog.lookup import Catalog, Entry, alias_fact
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.catalog.vocabulary import TOKEN_USAGE, VOCABULARY
from costplan.document.bill import Bill
from costplan.facts import Fact, fact, said
from costplan.plan.bill.lifetimes import lifetimes
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE, grouped, with_unit


def price(
    catalog: Catalog,
    name: str,
    given: Mapping[str, Decimal],
    at: datetime,
    *,
    requests: Decimal = ONE,
    mode: str | None = None,
    region: str | None = None,
    charge: str | None = None,
    free_tiers: bool = True,
) -> Bill:
    """The bill of an exact id or alias.

    ``at`` is aware; ``requests`` multiplies one priced request.

    Raises UnknownOffer, PriceNotKnown, or BadUsage for values that do not fit the offer.
    """
    entry = catalog.get(name)
    try:
        bill = _bill(entry, given, at, requests, mode, region, charge, free_tiers)
    except (InvalidOperation, Overflow):  # an amount of fifty digits cannot be settled
        raise BadUsage(
            f"{entry.id}: an amount comes out too large to be computed",
            "look at its quantity, price and 'per', and at the quantities given",
        ) from None
    bill.facts[:0] = alias_fact(entry, name)
    return bill


def _bill(
    entry: Entry,
    given: Mapping[str, Decimal],
    at: datetime,
    requests: Decimal,
    mode: str | None,
    region: str | None,
    charge: str | None,
    free_tiers: bool,
) -> Bill:
    if isinstance(entry.item, Model):
        return _model(entry, given, at, requests, mode, region, charge)
    if mode or region:
        option = "--mode" if mode else "--region"
        raise BadUsage(f"{entry.id} is not priced by the token: {option} does not apply")
    if requests != ONE:
        raise BadUsage(
            f"{entry.id} is not priced by the request: --requests does not apply",
            "give the month's quantities, such as requests=10000",
        )
    return _offer(entry, given, at, charge, free_tiers)


def _model(
    entry: Entry,
    given: Mapping[str, Decimal],
    at: datetime,
    requests: Decimal,
    mode: str | None,
    region: str | None,
    charge: str | None,
) -> Bill:
    model = entry.item
    assert isinstance(model, Model)
    for name in given:
        if name not in TOKEN_USAGE:
            hint = did_you_mean(name, TOKEN_USAGE) or "known: " + ", ".join(TOKEN_USAGE)
            raise BadUsage(f"{entry.id} is priced by the token and has no variable '{name}'", hint)
    usage = TokenUsage(**given)
    problems = usage.problems()
    if problems:
        raise BadUsage(problems[0].message)
    if not any(given.values()):
        raise BadUsage(
            f"{entry.id} needs at least one of its quantities",
            "such as input_tokens=1000 output_tokens=100; "
            f"'costplan pricing show {entry.id}' lists them",
        )
    day = at.date()
    window = next((window for window in windows(model, day) if window.covers(at)), None)
    tariff = Tariff(entry, day, Processing(mode, region, window))
    lines = tariff.bill(usage, requests)
    if charge is not None:
        kinds = [line.price.charge for line in lines]
        if charge not in kinds:
            raise BadUsage(f"this bill has no charge '{charge}'", "it has: " + ", ".join(kinds))
        lines = [line for line in lines if line.price.charge == charge]
    facts = [said("note", model.note)] if model.note else []
    if model.context is not None and usage.input_tokens > model.context:
        tokens = {"tokens": usage.input_tokens, "context": model.context}
        facts.append(fact("context-exceeded", entry.id, **tokens))
    facts += tariff.facts(usage)
    facts += _free(tariff, usage)
    ends = lifetimes([entry], day, 0)
    facts += [*(end.fact for end in ends.ended), *ends.later]
    for line in lines:
        line.component = "tokens"
    return Bill(offer=entry.id, as_of=at, currency=entry.currency, line_items=lines, facts=facts)


def _free(tariff: Tariff, usage: TokenUsage) -> Iterable[Fact]:
    """What an account has free of the fees of this request, which one request cannot say."""
    for name in STATED:
        fee = tariff.fees.known(name)
        if fee is not None and fee.free is not None and getattr(usage, name):
            free = fee.free
            yield fact("free-quota", fee=name, free=free.quantity, period=free.period)


def _offer(
    entry: Entry,
    given: Mapping[str, Decimal],
    at: datetime,
    charge: str | None,
    free_tiers: bool,
) -> Bill:
    offer = entry.item
    assert isinstance(offer, Offer)
    for name, value in given.items():
        refuse_stranger(offer, name, value)
        if value < 0:
            raise BadUsage(f"{name} is {value}: it must be at least 0")
    take = Take(role="", component=entry.category, purpose="produce", variables=given)
    bill = bill_offer(entry, at.date(), [take], free_tiers=free_tiers, only=charge)
    facts = [said("note", offer.note)] if offer.note else []
    facts += [grant.fact(in_months=False) for grant in bill.grants]
    facts += [noted for noted in bill.facts if noted.topic == "note"]
    for gate, reached in bill.refused:
        limit = {"variable": gate.variable, "reached": reached, "limit": gate.max}
        if gate.reason:
            facts.append(fact("plan-refuses-because", entry.id, **limit, reason=gate.reason))
        else:
            facts.append(fact("plan-refuses", entry.id, **limit))
    facts += _unchecked(bill)
    facts += [fact("needs-too", entry.id, offer=name) for name in offer.requires]
    facts += [fact("offer-leaves-out", entry.id, what=what) for what in offer.not_included]
    for name, default in bill.assumed.items():
        unit = offer.variables[name].unit if name in offer.variables else VOCABULARY[name].unit
        quantity = with_unit(default, unit)
        facts.append(fact("quantity", entry.id, variable=name, quantity=quantity))
    return Bill(
        offer=entry.id, as_of=at, currency=entry.currency, line_items=bill.lines, facts=facts
    )


def _unchecked(bill: OfferBill) -> Iterable[Fact]:
    """That limits of the plan were not looked at, and what would let them be."""
    names = dict.fromkeys(name for _, missing in bill.unchecked for name in missing)
    limits = [f"{gate.variable} at most {grouped(gate.max)}" for gate, _ in bill.unchecked]
    if limits:
        yield fact("limits-not-checked", limits=limits, variables=names)


def refuse_stranger(offer: Offer, name: str, value: Decimal) -> None:
    """Raises BadUsage for a variable that cannot change this bill; zero of a known one may pass."""
    if takes_variable(offer, name):
        return
    if value == 0 and (name in VOCABULARY or name in TOKEN_USAGE):
        return
    known = variables_of(offer)
    hint = did_you_mean(name, known) or "it has: " + (", ".join(known) or "none")
    raise BadUsage(f"{offer.id} has no variable '{name}'", hint)
