"""Pages of the catalogue as tables and as JSON. Prices are shown with all their digits."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from costplan.catalog.fees import REQUESTS
from costplan.catalog.offer import Charge, Gate, Slice
from costplan.catalog.origin import Provenance
from costplan.document.listing import (
    DatedAdjust,
    DatedCharge,
    Document,
    Fee,
    ModelPage,
    OfferPage,
    Overview,
    PriceList,
    Search,
    Tier,
    Variable,
    Window,
)
from costplan.quantity import ZERO, grouped, plural
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.history import draw_history
from costplan.render.json import dumps
from costplan.render.page import (
    Page,
    Table,
    cell,
    price_per,
    short,
    stacked,
    unit_of,
    width_of,
)
from costplan.render.price_list import WIDE, draw_list, draw_overview, rows_csv


def draw(document: Document, form: str, look: Look) -> str:
    """The document as ``table`` or ``json``, ending in a newline."""
    if form == "json":
        return dumps(plain(document)) + "\n"
    if form == "csv":
        assert isinstance(document, PriceList)
        return rows_csv(document)
    page = Page(look)
    if isinstance(document, PriceList):
        draw_list(page, document)
    elif isinstance(document, Overview):
        draw_overview(page, document)
    elif isinstance(document, ModelPage):
        _model(page, document)
    elif isinstance(document, OfferPage):
        _offer(page, document)
    else:
        _search(page, document)
    return page.text()


def _model(page: Page, document: ModelPage) -> None:
    entry = document.entry
    facts = [entry.vendor, f"{entry.kind} model", entry.category]
    _head(page, document, facts)
    if document.context_window:
        window = f"context window {document.context_window:,} tokens"
        most = f", answers to {document.max_output:,}" if document.max_output else ""
        page.say(window + most)
    if document.retires:
        gone = "was retired" if document.retires <= document.as_of else "retires"
        page.say(f"{gone} on {document.retires}", "yellow")
    if document.rates:
        for table in _rate_tables(document, page.width):
            page.say()
            page.draw(table)
    page.say()
    page.bullets("What multiplies the rates", _factors(document))
    page.bullets("Fees, which nothing multiplies", [_fee(fee) for fee in document.fees])
    if document.cache:
        least, kept = document.cache.minimum_tokens, document.cache.ttl_minutes
        minutes = f"{grouped(kept)} {plural('minute', kept)}" if kept else "for an unknown time"
        page.bullets(
            "Cache", [f"prefixes of at least {grouped(least)} tokens, kept {minutes} after use"]
        )
    if document.variables:
        page.say()
        _variables(page, document.variables)
    if len(document.history) > 1 or document.known_from:
        page.say()
        draw_history(page, document)
    page.say()
    page.bullets(
        "Other sources differ",
        [
            f"since {card.where.since}: {rejected.source}, {rejected.checked}: "
            + ", ".join(f"{kind} {grouped(rate)}" for kind, rate in rejected.rates.items())
            + f" / {unit_of(card.per, document.unit)}; {rejected.reason}"
            for card in document.history
            for rejected in card.rejected
        ],
    )
    _foot(page, document)


def _head(page: Page, document: ModelPage | OfferPage, facts: Sequence[str]) -> None:
    entry = document.entry
    page.say(entry.id, "bold")
    if entry.asked_as:
        page.say(f"{entry.asked_as} is an alias of {entry.id}")
    page.say(", ".join(facts))
    page.say(f"prices on {document.as_of}, in {entry.currency}", "dim")
    if document.known_from:
        page.say(
            f"no known price on {document.as_of}; the catalogue knows it from "
            f"{document.known_from} on",
            "yellow",
        )
    if entry.region:
        page.say(f"region {entry.region}")
    if entry.aliases:
        page.say("also " + ", ".join(entry.aliases))
    if entry.shelf != "built-in":
        page.say(f"from the {entry.shelf} catalogue")
    if entry.note:
        page.say(entry.note)


def _rate_tables(document: ModelPage, width: int) -> Iterable[Table]:
    """Rates by kind: the base, then tiers, then modes with rates of their own, as many columns
    beside each other as fit."""
    columns: list[tuple[str, Mapping[str, Decimal]]] = [("standard", document.rates)]
    columns += [(_tier(tier), tier.rates) for tier in document.tiers]
    for mode in document.modes:
        if mode.rates:
            columns.append((_later(mode.name, mode.known_from), mode.rates))
            columns += [(f"{mode.name}, {_tier(tier)}", tier.rates) for tier in mode.tiers]
    columns += [(window.name, window.rates) for window in document.schedule if window.rates]
    kinds = list(dict.fromkeys(kind for _, rates in columns for kind in rates))
    title = f"per {unit_of(document.per or ZERO, document.unit)}"
    first = max(width_of(text) for text in (title, *kinds))
    while columns:
        used, shown = first, 0
        while shown < len(columns) and (shown == 0 or used <= width):
            label, rates = columns[shown]
            cells = [label, *(grouped(rate) for rate in rates.values())]
            used += 3 + max(width_of(text) for text in cells)
            shown += used <= width or shown == 0
        table = Table(title, *(label for label, _ in columns[:shown]))
        for kind in kinds:
            row = [rates.get(kind) for _, rates in columns[:shown]]
            table.add(kind, *("-" if rate is None else grouped(rate) for rate in row))
        yield table
        columns = columns[shown:]


def _tier(tier: Tier) -> str:
    edge = Decimal(tier.from_input_tokens - 1)
    words = f"above {short(edge)}" if edge % 1000 == 0 else f"from {short(edge + 1)}"
    return _later(f"{words} input", tier.known_from)


def _later(text: str, known_from: date | None) -> str:
    return f"{text} (from {known_from})" if known_from else text


def _factors(document: ModelPage) -> list[str]:
    factors = [
        _later(f"{mode.name} x {grouped(mode.times)}", mode.known_from)
        for mode in document.modes
        if mode.times is not None
    ]
    factors += [
        _later(f"region {region.name} x {grouped(region.times)}", region.known_from)
        for region in document.regions
    ]
    return factors + [_window(window) for window in document.schedule]


def _window(window: Window) -> str:
    what = f" x {grouped(window.times)}" if window.times is not None else " has rates of its own"
    text = f"{window.name}{what}: {window.days} {', '.join(window.hours)} ({window.zone})"
    if window.holidays:
        text += ", but not on " + ", ".join(day.isoformat() for day in window.holidays)
    return _later(text, window.known_from)


def _fee(fee: Fee) -> str:
    words = [f"{fee.name} {price_per(fee.price, fee.per, fee.unit)}"]
    if fee.once:
        words.append("once a call")
    if fee.always or fee.name.startswith(REQUESTS):
        words.append("paid by every call")
    if fee.free is not None:
        free = f"{grouped(fee.free.quantity)} a {fee.free.period} free for the account"
        words.append(f"{free}, shared by {fee.free.shared}" if fee.free.shared else free)
    return _later("; ".join(words), fee.known_from)


def _offer(page: Page, document: OfferPage) -> None:
    entry = document.entry
    facts = [entry.vendor, entry.product, entry.plan, entry.category]
    _head(page, document, [fact for fact in facts if fact])
    page.say()
    if document.charges:
        _charges(page, document)
        page.say()
    if document.variables:
        _variables(page, document.variables)
        page.say()
    page.bullets("Derived", [f"{name} = {text}" for name, text in document.derived.items()])
    page.bullets("Shared quotas", [f"{name} = {text}" for name, text in document.pools.items()])
    page.bullets("Limits of the plan", [_gate(gate) for gate in document.gates])
    page.bullets("Needs too", document.requires)
    page.bullets("After the charges", [_adjustment(dated) for dated in document.adjustments])
    page.bullets("Not included", document.not_included)
    page.bullets("History", _history(document))
    _foot(page, document)


def _charges(page: Page, document: OfferPage) -> None:
    table = Table("charge", "price", texts=2)
    for dated in document.charges:
        terms = dated.terms
        quantity = [] if terms.quantity in ("1", terms.id) else [f"  {terms.quantity}"]
        price, *rest = _charge(dated)
        table.add(stacked(terms.id, *quantity), stacked(price, *(f"  {text}" for text in rest)))
    page.draw(table)


def _charge(dated: DatedCharge) -> list[str]:
    """A charge's price, then what else decides its amount, a line each."""
    if dated.known_from:
        return [f"from {dated.known_from}"]
    charge = dated.terms
    included = charge.included
    if isinstance(included, Decimal):
        included = grouped(included)
    rest = (
        (charge.fx, "in credits of {} each"),
        (included, "first {} included"),
        (charge.pool, "after the quota {}"),
        (charge.minimum_quantity, "at least {}"),
        (charge.round_up_to, "in steps of {}"),
        (charge.rank_by, "tiers count {}"),
        (charge.redundant, "of which {} stands by"),
        (charge.cap, "at most {} a month"),
        ("once for each role" if charge.scope == "binding" else None, "{}"),
        (charge.note, "{}"),
    )
    return _price(charge) + [
        words.format(grouped(term) if isinstance(term, Decimal) else term)
        for term, words in rest
        if term is not None
    ]


def _price(charge: Charge) -> list[str]:
    if charge.quote:
        return [f"on request / {unit_of(charge.per, charge.unit)}"]
    if charge.price is not None:
        return [price_per(charge.price, charge.per, charge.unit)]
    tiers = _slices(charge.tiers)
    if charge.mode == "package":
        return [f"the smallest package that fits, in {charge.unit}", *tiers]
    first = f"per {unit_of(charge.per, charge.unit)}"
    whole = ["all of it at the tier that is reached"] if charge.mode == "volume" else []
    return [first, *tiers, *whole]


def _slices(tiers: Sequence[Slice]) -> list[str]:
    shown, below = [], ZERO
    for tier in tiers:
        price = "on request" if tier.price is None else grouped(tier.price)
        if tier.up_to is None:
            shown.append(f"{price} above {grouped(below)}" if below else price)
        else:
            shown.append(f"{price} to {grouped(tier.up_to)}")
            below = tier.up_to
    return shown


def _variables(page: Page, variables: Sequence[Variable]) -> None:
    wide = page.width >= WIDE
    meaning = ("meaning",) if wide else ()
    table = Table("variable", *meaning, "default", texts=1 + len(meaning))
    for variable in variables:
        about = f"{variable.unit}: {variable.about}" if variable.about else variable.unit
        names = (variable.name, about) if wide else (stacked(variable.name, f"  {about}"),)
        if variable.default is not None:
            table.add(*names, grouped(variable.default))
        elif variable.required:
            table.add(*names, cell("required", "bold"))
        else:
            table.add(*names, cell("optional", "dim"))
    page.draw(table)


def _gate(gate: Gate) -> str:
    above = {
        "ineligible": "above it the plan may not be bought",
        "block": "the vendor refuses what goes above",
        "throttle": "slower above",
    }
    text = f"{gate.variable} at most {grouped(gate.max)}: {above[gate.action]}"
    return f"{text} ({gate.reason})" if gate.reason else text


def _adjustment(dated: DatedAdjust) -> str:
    terms = dated.terms
    if terms.ended:
        return f"{terms.id} ended"
    amount, percent = grouped(terms.amount or ZERO), grouped(terms.percent or ZERO)
    text = {
        "minimum": f"a floor of {amount} a month",
        "credit": f"a credit of {amount}" + (", once" if terms.one_time else " a month"),
        "cap": f"at most {amount} a month",
        "discount": f"{percent} % off",
        "percent_fee": f"{percent} % on top",
    }[terms.kind]
    if terms.floor is not None:
        text += f", at least {grouped(terms.floor)}"
    if terms.charges:
        text += f", on {', '.join(terms.charges)}"
    if terms.free_tier:
        text += ", a free tier"
    if terms.note:
        text += f"; {terms.note}"
    return _later(f"{terms.id}: {text}", dated.known_from)


def _history(document: OfferPage) -> list[str]:
    """Every dated charge and adjustment; nothing where all are of one day."""
    lines: list[tuple[date, str]] = []
    for dated in document.history:
        charge = dated.terms
        if charge.ended:
            what = "ended"
        elif charge.quote:
            what = "on request"
        elif charge.price is not None:
            what = price_per(charge.price, charge.per, charge.unit)
        else:
            what = f"{', '.join(_slices(charge.tiers))}; per {unit_of(charge.per, charge.unit)}"
        lines.append((dated.where.since, f"{charge.id} {what}"))
    for rule in document.adjustment_history:
        lines.append((rule.where.since, _adjustment(rule._replace(known_from=None))))
    if len({since for since, _ in lines}) < 2:
        return []
    return [f"{since}: {text}" for since, text in sorted(lines, key=lambda line: line[0])]


def _foot(page: Page, document: ModelPage | OfferPage) -> None:
    page.say()
    known: dict[tuple[str, str], list[Provenance]] = {}
    for where in document.sources:
        known.setdefault((where.source, where.confidence), []).append(where)
    page.bullets(
        "Sources",
        [
            f"{source} ({confidence}): "
            + "; ".join(f"since {where.since}, checked {where.checked}" for where in wheres)
            for (source, confidence), wheres in known.items()
        ],
    )
    page.say()
    page.say("Example", "bold")
    for line in _command(document.example, page.width - 2):
        page.lines.append((cell(f"  {line}"),))


def _command(text: str, width: int) -> list[str]:
    """A shell command in lines, continued with a backslash where it is too long for one."""
    lines = [""]
    for word in shlex.split(text):
        part = shlex.quote(word)
        if lines[-1] and width_of(f"{lines[-1]} {part}") > width - 2:
            lines[-1] += " \\"
            lines.append(f"  {part}")
        else:
            lines[-1] += f" {part}" if lines[-1] else part
    return lines


def _search(page: Page, document: Search) -> None:
    table = Table("match", "id", texts=2)
    for hit in document.hits:
        about = [name for name in (hit.vendor, hit.product, hit.plan) if name]
        alias = [] if hit.by in (hit.id, *about) else [f"  alias {hit.by}"]
        table.add(hit.match, stacked(hit.id, *alias, f"  {', '.join(about)}"))
    page.draw(table)
    page.say()
    if document.matches > len(document.hits):
        page.say(f"{document.matches - len(document.hits)} more: --limit {document.matches}", "dim")
    page.say(document.note, "dim")
