"""One entry of the catalogue in full: everything a user needs to have it billed, with sources."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from costplan.billing.variables import Values, is_fixed, variables_of
from costplan.catalog.fees import Quota
from costplan.catalog.lookup import Entry
from costplan.catalog.model import Card, Model, Tier
from costplan.catalog.offer import Adjust, Charge, Offer
from costplan.catalog.origin import Origin, Provenance
from costplan.catalog.vocabulary import HOURS_PER_MONTH, TOKEN_USAGE, VOCABULARY
from costplan.document import listing as pages
from costplan.plan.prices.listing import identity
from costplan.problems import CostplanError
from costplan.quantity import ONE, literal
from costplan.words import TOKEN_KINDS

PLAUSIBLE: Mapping[str, int] = {
    "requests": 10_000,
    "calls": 10_000,
    "executions": 10_000,
    "step_runs": 50_000,
    "active_cpu_seconds": 1,
    "wall_seconds": 5,
    "memory_gib": 1,
    "vectors": 1_000_000,
    "dimensions": 1_536,
    "queries": 100_000,
    "traces": 10_000,
    "spans": 50_000,
    "llm_spans": 30_000,
    "ingest_gb": 1,
    "seats": 3,
    "searches": 10_000,
    "characters": 1_000,
    "cases": 100,
}
"""What an example gives for a variable of the vocabulary that has no default."""
OWN = 10
"""The same for one that an offer declares itself."""
EXAMPLE_TOKENS: Mapping[str, int] = {
    "input_tokens": 10_000,
    "cache_read_tokens": 8_000,
    "output_tokens": 1_000,
}
"""One request of an example: a long prompt, most of it cached."""


def model_page(
    entry: Entry, model: Model, day: date, *, dated: bool = False, asked: str = ""
) -> pages.ModelPage:
    """A model on a day. ``dated``: the day was asked for, so the example names it too."""
    card = model.card(day)
    known_from = model.first_known if card is None else None
    shown = card or model.price[0]
    variables = tuple(_token_variables(shown))
    given = {
        variable.name: EXAMPLE_TOKENS[variable.name]
        for variable in variables
        if variable.name in EXAMPLE_TOKENS
    }
    given = given or {variable.name: 1 for variable in variables[:1]}
    if "input_tokens" not in given:
        given.pop("cache_read_tokens", None)
    numbers = {name: Decimal(value) for name, value in given.items()}
    return pages.ModelPage(
        as_of=day,
        known_from=known_from,
        entry=identity(entry, asked),
        context_window=model.context,
        max_output=model.max_output,
        retires=model.retires,
        cache=model.cache,
        unit=shown.unit,
        per=shown.per if card else None,
        rates=card.rates.published() if card else {},
        tiers=_tiers(entry, card, card.tiers, day) if card else (),
        modes=tuple(_modes(entry, card, day)) if card else (),
        regions=tuple(_regions(entry, card, day)) if card else (),
        schedule=tuple(_schedule(entry, card, day)) if card else (),
        fees=_fees(entry, card, day) if card else (),
        variables=variables if card else (),
        history=tuple(
            pages.Card(
                card.per,
                card.rates.published(),
                _tiers(entry, card, card.tiers, card.origin.since),
                _fees(entry, card, card.origin.since),
                _rejected(entry, card),
                entry.provenance(card.origin),
            )
            for card in model.price
        ),
        sources=_sources(entry, model.origins()),
        example=_command(entry.id, numbers, known_from or (day if dated else None)),
    )


def _rejected(entry: Entry, card: Card) -> tuple[pages.Rejected, ...]:
    return tuple(
        pages.Rejected(
            entry.sources[rejected.source].at,
            entry.sources[rejected.source].confidence,
            rejected.checked,
            rejected.rates.published(),
            rejected.reason,
        )
        for rejected in card.rejected
    )


def _later(origin: Origin | None, day: date) -> date | None:
    """The day from which a part is known, where that is after ``day``."""
    return origin.since if origin is not None and origin.since > day else None


def _tiers(
    entry: Entry, card: Card, tiers: Iterable[Tier], day: date, own: Origin | None = None
) -> tuple[pages.Tier, ...]:
    return tuple(
        pages.Tier(
            tier.first,
            tier.rates.published(),
            _later(tier.origin, day),
            entry.provenance(tier.origin or own or card.origin),
        )
        for tier in tiers
    )


def _modes(entry: Entry, card: Card, day: date) -> Iterable[pages.Mode]:
    for name, mode in card.mode.items():
        yield pages.Mode(
            name,
            mode.times,
            mode.rates.published() if mode.rates else {},
            _tiers(entry, card, mode.tiers, day, mode.origin),
            _later(mode.origin, day),
            entry.provenance(mode.origin or card.origin),
        )


def _regions(entry: Entry, card: Card, day: date) -> Iterable[pages.Region]:
    for name, region in card.region.items():
        where = entry.provenance(region.origin or card.origin)
        yield pages.Region(name, region.times, _later(region.origin, day), where)


def _schedule(entry: Entry, card: Card, day: date) -> Iterable[pages.Window]:
    for window in card.schedule:
        yield pages.Window(
            name=window.name,
            times=window.times,
            rates=dict(window.rates or {}),
            zone=window.utc_offset or window.zone or "UTC",
            days=window.days,
            hours=window.hours,
            holidays=window.holidays,
            known_from=_later(window.origin, day),
            where=entry.provenance(window.origin or card.origin),
        )


def _fees(entry: Entry, card: Card, day: date) -> tuple[pages.Fee, ...]:
    return tuple(
        pages.Fee(
            name,
            fee.price,
            fee.per,
            fee.unit,
            _later(fee.origin, day),
            entry.provenance(fee.origin or card.origin),
            fee.once,
            fee.always,
            None if fee.free is None else _quota(entry, fee.free, fee.origin or card.origin),
        )
        for name, fee in card.fee.items()
    )


def _quota(entry: Entry, free: Quota, own: Origin) -> pages.Quota:
    where = entry.provenance(free.origin or own)
    return pages.Quota(free.quantity, free.period, free.shared, where)


def _token_variables(card: Card) -> Iterable[pages.Variable]:
    """What ``costplan price`` takes of a request: a quantity for each rate and each fee."""
    names = {kind: TOKEN_KINDS[kind].tokens for kind in card.rates.published()}
    names.update({fee: fee for fee in card.fee})
    for charge, name in names.items():
        known = TOKEN_USAGE.get(name)
        if known is not None:
            yield pages.Variable(name, known.unit, known.about, known.default, False, charge)


def _sources(
    entry: Entry, origins: Iterable[tuple[tuple[str | int, ...], Origin]]
) -> tuple[Provenance, ...]:
    wheres = dict.fromkeys(entry.provenance(origin) for _, origin in origins)
    return tuple(sorted(wheres, key=lambda where: (where.since, where.source, where.checked)))


def _command(name: str, given: Mapping[str, Decimal], at: date | None) -> str:
    """A line for a shell."""
    pairs = [f"{key}={literal(value)}" for key, value in given.items()]
    day = ["--at", at.isoformat()] if at else []
    return shlex.join(["costplan", "price", name, *pairs, *day])


def offer_page(
    entry: Entry, offer: Offer, day: date, *, dated: bool = False, asked: str = ""
) -> pages.OfferPage:
    """An offer on a day. ``dated``: the day was asked for, so the example names it too."""
    current, later = offer.charges_on(day)
    adjusts, later_adjusts = offer.adjusts_on(day)
    known_from = offer.first_known if later and not current else None
    ended = offer.ended_on(day)
    last = ended - timedelta(days=1) if ended else None  # the example's: no later day has a price
    sold = offer.charges_on(last)[0] if last else [*current, *later]
    variables = tuple(_variables(offer, sold))
    given = _plausible(offer, [variable for variable in variables if variable.required])
    return pages.OfferPage(
        as_of=day,
        known_from=known_from,
        entry=identity(entry, asked),
        hours_per_month=offer.hours_per_month or HOURS_PER_MONTH,
        purpose=offer.purpose,
        variables=variables,
        derived=offer.derived,
        pools=offer.pools,
        charges=tuple(_charge(entry, offer, charge, day) for charge in (*current, *later)),
        adjustments=tuple(
            _adjust(entry, offer, adjust, day) for adjust in (*adjusts, *later_adjusts)
        ),
        gates=offer.gates,
        requires=offer.requires,
        not_included=offer.not_included,
        history=tuple(_charge(entry, offer, charge, day) for charge in offer.charge),
        adjustment_history=tuple(_adjust(entry, offer, adjust, day) for adjust in offer.adjust),
        sources=_sources(entry, offer.origins()),
        example=_command(entry.id, given, last or known_from or (day if dated else None)),
    )


def _charge(entry: Entry, offer: Offer, charge: Charge, day: date) -> pages.DatedCharge:
    fixed = charge.fixed
    if fixed is None:
        fixed = is_fixed(Values(offer, {}), charge.quantity)
    origin = charge.origin or offer.origin
    return pages.DatedCharge(charge, fixed, _later(origin, day), entry.provenance(origin))


def _adjust(entry: Entry, offer: Offer, rule: Adjust, day: date) -> pages.DatedAdjust:
    origin = rule.origin or offer.origin
    return pages.DatedAdjust(rule, _later(origin, day), entry.provenance(origin))


def _variables(offer: Offer, charges: Iterable[Charge]) -> Iterable[pages.Variable]:
    """What may be given, what must be first; what only limits look at, last.

    Derived names are left out; they may be given too, and then win over their formula.
    """
    values = Values(offer, {})
    billed = {
        name: None
        for charge in charges
        for text in (
            *(text for _, text in charge.expressions()),
            *([offer.pools[charge.pool]] if charge.pool else []),
        )
        for name in sorted(values.reaches(text))
    }
    others = [*offer.derived.values(), *(gate.variable for gate in offer.gates)]
    limits = [name for text in others for name in sorted(values.reaches(text))]
    names = dict.fromkeys([*billed, *limits, *variables_of(offer)])
    variables = [
        _variable(offer, name, name in billed) for name in names if name not in offer.derived
    ]
    return sorted(variables, key=lambda variable: (not variable.required, variable.default is None))


def _variable(offer: Offer, name: str, billed: bool) -> pages.Variable:
    own = offer.variables.get(name)
    known = own or VOCABULARY[name]
    default = known.default
    if own is None and name in ("hours", "hours_per_month"):
        default = offer.hours_per_month or HOURS_PER_MONTH
    required = billed and default is None
    return pages.Variable(name, known.unit, known.about, default, required)


def _plausible(offer: Offer, required: Iterable[pages.Variable]) -> dict[str, Decimal]:
    """Values for an example, made smaller until the plan's limits admit them, or six times."""
    given = {
        variable.name: Decimal(
            OWN if variable.name in offer.variables else PLAUSIBLE[variable.name]
        )
        for variable in required
    }
    for _ in range(6):
        over = _over(offer, given)
        if not over:
            break
        for name in over:
            given[name] = max(ONE, given[name] / 10)
    return given


def _over(offer: Offer, given: Mapping[str, Decimal]) -> set[str]:
    """The given amounts that take a limit of the plan too far."""
    exceeded: set[str] = set()
    for gate in offer.gates:
        values = Values(offer, given)
        try:
            reached = values.evaluate(gate.variable)
        except CostplanError:
            continue
        if reached > gate.max and not values.missing:
            exceeded |= {
                name
                for name in values.reaches(gate.variable) & given.keys()
                if name not in VOCABULARY or VOCABULARY[name].behaviour != "size"
            }
    return exceeded
