"""The bill of one offer at one moment, from quantities given by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation, Overflow

from costplan.billing.offers import OfferBill, Take, bill_offer
from costplan.billing.tokens import Processing, Tariff, TokenUsage, windows
from costplan.billing.variables import takes_variable, variables_of
from costplan.catalog.fees import STATED
from costplan.catalog.lookup import Catalog, Entry, alias_note
from costplan.catalog.model import Model
from costplan.catalog.offer import Offer
from costplan.catalog.vocabulary import TOKEN_USAGE, VOCABULARY
from costplan.document.bill import Bill
from costplan.plan.bill.lifetimes import lifetimes
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE, grouped, rounded, with_unit


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
        made = _bill(entry, given, at, requests, mode, region, charge, free_tiers)
    except (InvalidOperation, Overflow):  # an amount of fifty digits cannot be settled
        raise BadUsage(
            f"{entry.id}: an amount comes out too large to be computed",
            "look at its quantity, price and 'per', and at the quantities given",
        ) from None
    return _with_alias(made, entry, name)


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


def _with_alias(bill: Bill, entry: Entry, asked: str) -> Bill:
    note = alias_note(entry, asked)
    if note:
        bill.notes.insert(0, note)
    return bill


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
    window = next((one for one in windows(model, day) if one.covers(at)), None)
    tariff = Tariff(entry, day, Processing(mode, region, window))
    lines = tariff.bill(usage, requests)
    if charge is not None:
        kinds = [line.price.charge for line in lines]
        if charge not in kinds:
            raise BadUsage(f"this bill has no charge '{charge}'", "it has: " + ", ".join(kinds))
        lines = [line for line in lines if line.price.charge == charge]
    notes = [model.note] if model.note else []
    if model.context is not None and usage.input_tokens > model.context:
        notes.append(
            f"{grouped(usage.input_tokens)} input tokens do not fit its context window of "
            f"{grouped(Decimal(model.context))}"
        )
    notes += tariff.notes(usage)
    notes += _free(tariff, usage)
    ends = lifetimes([entry], day, 0)
    notes += [*(end.sentence for end in ends.ended), *ends.notes]
    for line in lines:
        line.component = "tokens"
    return Bill(offer=entry.id, as_of=at, currency=entry.currency, line_items=lines, notes=notes)


def _free(tariff: Tariff, usage: TokenUsage) -> Iterable[str]:
    """What an account has free of the fees of this request, which one request cannot say."""
    for name in STATED:
        fee = tariff.fees.known(name)
        if fee is not None and fee.free is not None and getattr(usage, name):
            free = f"{grouped(fee.free.quantity)} a {fee.free.period}"
            yield f"{name}: an account has {free} free, not taken off a single request"


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
    made = bill_offer(entry, at.date(), [take], free_tiers=free_tiers, only=charge)
    notes = [offer.note] if offer.note else []
    notes += [one.words(in_months=False) for one in made.grants]
    notes += made.notes
    for gate, reached in made.refused:
        why = f" ({gate.reason})" if gate.reason else ""
        notes.append(
            f"this plan does not serve it: {gate.variable} is {rounded(reached)}, "
            f"at most {grouped(gate.max)}{why}"
        )
    notes += _unchecked(made)
    notes += [f"needs {name} too, not included here" for name in offer.requires]
    notes += [f"not included: {one}" for one in offer.not_included]
    for name, default in made.assumed.items():
        unit = offer.variables[name].unit if name in offer.variables else VOCABULARY[name].unit
        notes.append(f"assumed: {name} = {with_unit(default, unit)}")
    return Bill(
        offer=entry.id, as_of=at, currency=entry.currency, line_items=made.lines, notes=notes
    )


def _unchecked(made: OfferBill) -> Iterable[str]:
    """That limits of the plan were not looked at, and what would let them be."""
    names = dict.fromkeys(name for _, missing in made.unchecked for name in missing)
    limits = [f"{gate.variable} at most {grouped(gate.max)}" for gate, _ in made.unchecked]
    if limits:
        wanted = ", ".join(names)
        yield f"limits of this plan not checked: {'; '.join(limits)} (they need {wanted})"


def refuse_stranger(offer: Offer, name: str, value: Decimal) -> None:
    """Raises BadUsage for a variable that cannot change this bill; zero of a known one may pass."""
    if takes_variable(offer, name):
        return
    if value == 0 and (name in VOCABULARY or name in TOKEN_USAGE):
        return
    known = variables_of(offer)
    hint = did_you_mean(name, known) or "it has: " + (", ".join(known) or "none")
    raise BadUsage(f"{offer.id} has no variable '{name}'", hint)
