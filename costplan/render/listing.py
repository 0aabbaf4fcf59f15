"""Pages of the catalogue as tables and as JSON. Prices are shown with all their digits."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from costplan.document.listing import (
    KINDS,
    SCHEMA_VERSION,
    Adjustment,
    Charge,
    Document,
    Fee,
    Gate,
    Headline,
    ModelPage,
    OfferPage,
    PriceList,
    Row,
    Search,
    Slice,
    Tier,
    Variable,
    Where,
    Window,
)
from costplan.quantity import ZERO, grouped
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.page import Cell, Page, Table, cell, plural, short, stacked, width_of

WIDE = 76
"""Columns from which days stand beside what they are of, not below it."""

MARKS = {
    "corroborated": ("c", "from a published data set, and another shows the same"),
    "dataset": ("d", "from a published data set"),
    "third-party": ("t", "from a third party"),
    "unverified": ("?", "rests on an unverified source"),
}
"""Behind a date: what the price rests on where it is not the vendor's own page."""
VARIES = ("*", "base rate; other input sizes or hours differ: 'costplan pricing show ID'")


def draw(document: Document, form: str, look: Look) -> str:
    """The document as ``table`` or ``json``, ending in a newline."""
    if form == "json":
        head = {"schema_version": SCHEMA_VERSION, "kind": KINDS[type(document)]}
        return dumps({**head, **_plain(document)}) + "\n"
    page = Page(look)
    if isinstance(document, PriceList):
        _list(page, document)
    elif isinstance(document, ModelPage):
        _model(page, document)
    elif isinstance(document, OfferPage):
        _offer(page, document)
    else:
        _search(page, document)
    return page.text()


def _plain(value: Any) -> Any:
    """Records as objects; ``where`` is spread out, as on the lines of a bill."""
    if hasattr(value, "_asdict"):
        plain: dict[str, Any] = {}
        for name, one in value._asdict().items():
            plain.update(_plain(one) if name == "where" else {name: _plain(one)})
        return plain
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _list(page: Page, document: PriceList) -> None:
    currencies = list(dict.fromkeys(row.currency for row in document.entries))
    main = max(currencies, key=[row.currency for row in document.entries].count, default="")
    page.say(f"prices on {document.as_of}" + (f", in {main}" if main else ""), "bold")
    marks: dict[str, str] = {}
    for category, rows in groupby(document.entries, key=lambda row: row.category):
        tokens: list[Row] = []
        others: list[Row] = []
        for row in rows:
            (tokens if _by_token(row) else others).append(row)
        page.say()
        if tokens:
            _token_table(page, category, tokens, main, marks)
        if tokens and others:
            page.say()
        if others:
            _offers(page, category, others, main, marks)
    if marks:
        page.say()
        for mark, meaning in marks.items():
            page.say(f"{mark}  {meaning}", "dim")


def _by_token(row: Row) -> bool:
    return row.kind != "offer" and (not row.prices or row.prices[0].unit == "token")


def _mark(row: Row, marks: dict[str, str]) -> str:
    """The day a price was checked, marked with what it rests on."""
    text = row.checked.isoformat()
    if row.confidence not in MARKS:
        return f"{text}  "
    mark, meaning = MARKS[row.confidence]
    marks[mark] = meaning
    return f"{text} {mark}"


def _since(row: Row) -> str:
    return f"from {row.known_from}" if row.known_from else row.since.isoformat()


def _token_table(
    page: Page, category: str, rows: Sequence[Row], main: str, marks: dict[str, str]
) -> None:
    """A line a model, or two: an id that is too long, or has its days below it, runs over."""
    wide = page.width >= WIDE
    titles = ("input ", "output ", "since", "checked  ")
    made: list[tuple[str, list[str]]] = []
    for row in rows:
        rates = {one.charge: one for one in row.prices}
        moved = "tiers" in row.varies or "schedule" in row.varies
        cells = [_rate(rates.get(kind), moved, marks) for kind in ("input", "output")]
        cells += [_since(row), _mark(row, marks)]
        made.append((row.id + ("" if row.currency == main else f" ({row.currency})"), cells))
    columns = zip(titles, *(cells for _, cells in made), strict=True)
    room = page.width - sum(3 + max(map(width_of, column)) for column in columns)
    title = f"{category}, per 1M"
    if wide:
        title = title.ljust(min(room, max(width_of(name) for name, _ in made)))
    table = Table(title, *(titles if wide else titles[:2]))
    for name, cells in made:
        if not wide:
            table.add(name)
            table.add(f"  {cells[2]}, checked {cells[3].rstrip()}", *cells[:2])
        elif width_of(name) > room:
            table.add(name)
            table.add("", *cells)
        else:
            table.add(name, *cells)
    page.draw(table)


def _rate(price: Headline | None, moved: bool, marks: dict[str, str]) -> str:
    """The rate per million tokens, whatever its own scale; marked where requests differ."""
    if price is None or price.price is None:
        return "- "
    rate = grouped(price.price * 1_000_000 / price.per)
    if not moved:
        return f"{rate} "
    marks[VARIES[0]] = VARIES[1]
    return rate + VARIES[0]


def _offers(
    page: Page, category: str, rows: Sequence[Row], main: str, marks: dict[str, str]
) -> None:
    """A block an offer; its days stand to the right of its id, or below where it is narrow."""
    page.say(category, "bold")
    for row in rows:
        days = f"checked {_mark(row, marks)}"
        if not row.known_from:
            days = f"{_since(row)}, {days}"
        gap = page.width - width_of(row.id) - width_of(days)
        beside = page.width >= WIDE and gap >= 2
        if beside:
            page.lines.append((cell(row.id), Cell(" " * gap), cell(days, "dim")))
        else:
            page.say(row.id)
        if about := _about(row):
            page.say(about, "dim", 2)
        page.say("; ".join(_headlines(row, main)), "", 2)
        if not beside:
            page.say(days.rstrip(), "dim", 2)


def _about(row: Row) -> str:
    return ", ".join(one for one in (row.product, row.plan) if one)


def _headlines(row: Row, main: str) -> list[str]:
    if row.known_from:
        return [f"from {row.known_from}"]
    if not row.prices:
        return ["no price on this day"]
    found = [_headline(one, len(row.prices) == 1) for one in row.prices]
    if row.more_charges:
        found.append(f"{row.more_charges} more")
    return found if row.currency == main else [*found, f"in {row.currency}"]


def _headline(price: Headline, alone: bool) -> str:
    if price.known_from:
        what = f"from {price.known_from}"
    elif price.quote:
        what = "on request"
    elif price.price is not None:
        what = _per(price.price, price.per, price.unit)
    else:
        known = [one.price for one in price.tiers if one.price is not None]
        span = f"{grouped(min(known))} to {grouped(max(known))}" if known else "on request"
        what = f"{span} / {_unit(price.per, price.unit)}"
    return what if alone else f"{price.charge} {what}"


def _per(price: Decimal, per: Decimal, unit: str) -> str:
    return f"{grouped(price)} / {_unit(per, unit)}"


def _unit(per: Decimal, unit: str) -> str:
    return unit if per == 1 else f"{short(per)} {plural(unit, per)}"


def _model(page: Page, document: ModelPage) -> None:
    entry = document.entry
    facts = [entry.vendor, f"{entry.kind} model", entry.category]
    _head(page, document, facts)
    if document.context_window:
        window = f"context window {document.context_window:,} tokens"
        most = f", answers to {document.max_output:,}" if document.max_output else ""
        page.say(window + most)
    if document.rates:
        for table in _rate_tables(document, page.width):
            page.say()
            page.draw(table)
    page.say()
    page.bullets("What multiplies the rates", _factors(document))
    page.bullets("Fees, which nothing multiplies", [_fee(one) for one in document.fees])
    if document.cache:
        least, kept = document.cache
        minutes = f"{grouped(kept)} {plural('minute', kept)}"
        page.bullets(
            "Cache", [f"prefixes of at least {grouped(least)} tokens, kept {minutes} after use"]
        )
    if document.variables:
        page.say()
        _variables(page, document.variables)
    if len(document.history) > 1 or document.known_from:
        page.say()
        page.bullets(
            "History",
            [f"{card.where.since}: {_rates(card.rates, card.per)}" for card in document.history],
        )
    _foot(page, document)


def _head(page: Page, document: ModelPage | OfferPage, facts: Sequence[str]) -> None:
    entry = document.entry
    page.say(entry.id, "bold")
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
    columns += [(_tier(one), one.rates) for one in document.tiers]
    for mode in document.modes:
        if mode.rates:
            columns.append((_later(mode.name, mode.known_from), mode.rates))
            columns += [(f"{mode.name}, {_tier(one)}", one.rates) for one in mode.tiers]
    columns += [(one.name, one.rates) for one in document.schedule if one.rates]
    kinds = list(dict.fromkeys(kind for _, rates in columns for kind in rates))
    title = f"per {_unit(document.per or ZERO, document.unit)}"
    first = max(width_of(one) for one in (title, *kinds))
    while columns:
        used, shown = first, 0
        while shown < len(columns) and (shown == 0 or used <= width):
            label, rates = columns[shown]
            cells = [label, *(grouped(rate) for rate in rates.values())]
            used += 3 + max(width_of(one) for one in cells)
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
    found = [
        _later(f"{mode.name} x {grouped(mode.times)}", mode.known_from)
        for mode in document.modes
        if mode.times is not None
    ]
    found += [
        _later(f"region {one.name} x {grouped(one.times)}", one.known_from)
        for one in document.regions
    ]
    return found + [_window(one) for one in document.schedule]


def _window(window: Window) -> str:
    what = f" x {grouped(window.times)}" if window.times is not None else " has rates of its own"
    text = f"{window.name}{what}: {window.days} {', '.join(window.hours)} ({window.zone})"
    if window.holidays:
        text += ", but not on " + ", ".join(day.isoformat() for day in window.holidays)
    return _later(text, window.known_from)


def _fee(fee: Fee) -> str:
    return _later(f"{fee.name} {_per(fee.price, fee.per, fee.unit)}", fee.known_from)


def _rates(rates: Mapping[str, Decimal], per: Decimal) -> str:
    words = ", ".join(f"{kind} {grouped(rate)}" for kind, rate in rates.items())
    return f"{words or 'fees only'} / {short(per)}"


def _offer(page: Page, document: OfferPage) -> None:
    entry = document.entry
    facts = [entry.vendor, entry.product, entry.plan, entry.category]
    _head(page, document, [one for one in facts if one])
    page.say()
    if document.charges:
        _charges(page, document)
        page.say()
    if document.variables:
        _variables(page, document.variables)
        page.say()
    page.bullets("Derived", [f"{name} = {text}" for name, text in document.derived.items()])
    page.bullets("Shared quotas", [f"{name} = {text}" for name, text in document.pools.items()])
    page.bullets("Limits of the plan", [_gate(one) for one in document.gates])
    page.bullets("Needs too", document.requires)
    page.bullets("After the charges", [_adjustment(one) for one in document.adjustments])
    page.bullets("Not included", document.not_included)
    page.bullets("History", _history(document))
    _foot(page, document)


def _charges(page: Page, document: OfferPage) -> None:
    table = Table("charge", "price", texts=2)
    for one in document.charges:
        quantity = [] if one.quantity in ("1", one.id) else [f"  {one.quantity}"]
        price, *rest = _charge(one)
        table.add(stacked(one.id, *quantity), stacked(price, *(f"  {t}" for t in rest)))
    page.draw(table)


def _charge(charge: Charge) -> list[str]:
    """A charge's price, then what else decides its amount, a line each."""
    if charge.known_from:
        return [f"from {charge.known_from}"]
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
        (charge.cap, "at most {} a month"),
        ("once for each role" if charge.scope == "binding" else None, "{}"),
        (charge.note, "{}"),
    )
    return _price(charge) + [
        words.format(grouped(one) if isinstance(one, Decimal) else one)
        for one, words in rest
        if one is not None
    ]


def _price(charge: Charge) -> list[str]:
    if charge.quote:
        return [f"on request / {_unit(charge.per, charge.unit)}"]
    if charge.price is not None:
        return [_per(charge.price, charge.per, charge.unit)]
    tiers = _slices(charge.tiers)
    if charge.mode == "package":
        return [f"the smallest package that fits, in {charge.unit}", *tiers]
    first = f"per {_unit(charge.per, charge.unit)}"
    whole = ["all of it at the tier that is reached"] if charge.mode == "volume" else []
    return [first, *tiers, *whole]


def _slices(tiers: Sequence[Slice]) -> list[str]:
    found, below = [], ZERO
    for one in tiers:
        price = "on request" if one.price is None else grouped(one.price)
        if one.up_to is None:
            found.append(f"{price} above {grouped(below)}" if below else price)
        else:
            found.append(f"{price} to {grouped(one.up_to)}")
            below = one.up_to
    return found


def _variables(page: Page, variables: Sequence[Variable]) -> None:
    wide = page.width >= WIDE
    meaning = ("meaning",) if wide else ()
    table = Table("variable", *meaning, "default", texts=1 + len(meaning))
    for one in variables:
        about = f"{one.unit}: {one.about}" if one.about else one.unit
        names = (one.name, about) if wide else (stacked(one.name, f"  {about}"),)
        if one.default is not None:
            table.add(*names, grouped(one.default))
        elif one.required:
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


def _adjustment(one: Adjustment) -> str:
    if one.ended:
        return f"{one.id}: ended"
    amount, percent = grouped(one.amount or ZERO), grouped(one.percent or ZERO)
    text = {
        "minimum": f"a floor of {amount} a month",
        "credit": f"a credit of {amount}" + (", once" if one.one_time else " a month"),
        "cap": f"at most {amount} a month",
        "discount": f"{percent} % off",
        "percent_fee": f"{percent} % on top",
    }[one.kind]
    if one.floor is not None:
        text += f", at least {grouped(one.floor)}"
    if one.charges:
        text += f", on {', '.join(one.charges)}"
    if one.free_tier:
        text += ", a free tier"
    if one.note:
        text += f"; {one.note}"
    return _later(f"{one.id}: {text}", one.known_from)


def _history(document: OfferPage) -> list[str]:
    """Every dated charge and adjustment; nothing where all are of one day."""
    lines: list[tuple[date, str]] = []
    for charge in document.history:
        if charge.ended:
            what = "ended"
        elif charge.quote:
            what = "on request"
        elif charge.price is not None:
            what = _per(charge.price, charge.per, charge.unit)
        else:
            what = f"{', '.join(_slices(charge.tiers))}; per {_unit(charge.per, charge.unit)}"
        lines.append((charge.where.since, f"{charge.id} {what}"))
    for rule in document.adjustment_history:
        text = f"{rule.id} ended" if rule.ended else _adjustment(rule._replace(known_from=None))
        lines.append((rule.where.since, text))
    if len({since for since, _ in lines}) < 2:
        return []
    return [f"{since}: {text}" for since, text in sorted(lines, key=lambda line: line[0])]


def _foot(page: Page, document: ModelPage | OfferPage) -> None:
    page.say()
    known: dict[tuple[str, str], list[Where]] = {}
    for where in document.sources:
        known.setdefault((where.source, where.confidence), []).append(where)
    page.bullets(
        "Sources",
        [
            f"{source} ({confidence}): "
            + "; ".join(f"since {one.since}, checked {one.checked}" for one in wheres)
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
        about = [one for one in (hit.vendor, hit.product, hit.plan) if one]
        alias = [] if hit.by in (hit.id, *about) else [f"  alias {hit.by}"]
        table.add(hit.match, stacked(hit.id, *alias, f"  {', '.join(about)}"))
    page.draw(table)
    page.say()
    if document.found > len(document.hits):
        page.say(f"{document.found - len(document.hits)} more: --limit {document.found}", "dim")
    page.say(document.note, "dim")
