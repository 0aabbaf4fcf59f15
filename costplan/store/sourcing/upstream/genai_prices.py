"""genai-prices (Pydantic): dated and conditional prices, USD per million tokens, tiers, variants.

https://github.com/pydantic/genai-prices, MIT. Both published shapes are read: a list of providers,
and an object that holds them under ``providers``. A price without a date in front of a dated one
is the price until that day: it is known from the day that the model's name carries, else from the
day before the change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from costplan.catalog.model import Card, Mode, Model
from costplan.catalog.origin import Source
from costplan.catalog.schedule import Window
from costplan.problems import Path
from costplan.store.sourcing.upstream import Upstream
from costplan.store.sourcing.upstream.payload import (
    Basket,
    Priced,
    cleaned,
    complete,
    count,
    day,
    items,
    json_of,
    mode,
    number,
    rate,
    search_fee,
    table,
    text,
)
from costplan.store.sourcing.upstream.vendors import id_of, region_of, vendor_of

NAME = "genai-prices"
URL = "https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/data.json"
KINDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_5m_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_reasoning_mtok": "reasoning",
    "input_audio_mtok": "input_audio",
    "output_audio_mtok": "output_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "input_image_mtok": "input_image",
    "output_image_mtok": "output_image",
    "input_video_mtok": "input_video",
}
UNITS = {
    "audio_hours": "priced per hour of audio",
    "input_audio_hours": "priced per hour of audio",
    "input_mchars": "priced per character",
    "input_document_kpages": "priced per page",
    "input_annotated_document_kpages": "priced per page",
    "requests_kcount": "priced per request",
    "input_text_messages_kcount": "priced per message",
}
MODES = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}
STAMP = re.compile(r"(20[2-9]\d)-?([01]\d)-?([0-3]\d)(?!\d)")


class _Price(NamedTuple):
    """One entry of a price list: rates per million, tiers above N tokens, other units' keys."""

    rates: Priced
    tiers: dict[int, Priced]
    others: tuple[str, ...]
    searches: Decimal | None


def read(payload: bytes, checked: date) -> Upstream:
    """What a payload quotes. Raises InvalidInput for another shape."""
    data = json_of(payload)
    providers = table(data, ()).get("providers") if isinstance(data, dict) else data
    source = Source(
        at="genai-prices, https://github.com/pydantic/genai-prices", confidence="dataset"
    )
    basket = Basket(NAME, source, checked)
    for at, item in enumerate(items(providers, ("providers",))):
        provider = table(item, ("providers", at))
        name = text(provider.get("id"), ("providers", at, "id"))
        models = items(provider.get("models"), ("providers", at, "models"))
        path: Path = ("providers", at, "models")
        taken = _names(models, path)
        for index, entry in enumerate(models):
            where = (*path, index)
            model = table(entry, where)
            own = str(model.get("id"))
            if own.startswith("regional."):
                for regional_id in dict.fromkeys(_regional(own, model.get("match"))):
                    _model(basket, name, {**model, "id": regional_id, "match": {}}, taken, where)
            else:
                _model(basket, name, model, taken, where)
    return basket.result()


def _names(models: Sequence[Any], path: Path) -> dict[str, int]:
    """How many models of a provider answer to an exact name; ids count for all."""
    counts: dict[str, int] = {}
    for at, item in enumerate(models):
        model = table(item, (*path, at))
        own = {text(model.get("id"), (*path, at, "id")), *_exact(model.get("match"))}
        for name in own:
            counts[name] = counts.get(name, 0) + 1
    return counts


def _exact(match: object) -> Iterable[str]:
    """The names that a match clause takes letter by letter."""
    if isinstance(match, dict):
        if isinstance(match.get("equals"), str):
            yield match["equals"]
        for key in ("or_", "or"):
            for clause in match.get(key) or ():
                if isinstance(clause, dict) and isinstance(clause.get("equals"), str):
                    yield clause["equals"]


def _model(
    basket: Basket, provider: str, model: Mapping[str, Any], taken: Mapping[str, int], path: Path
) -> None:
    own = text(model.get("id"), (*path, "id"))
    named = f"{provider}/{own}"
    hub, _, seller = provider.partition("_")
    if hub == "huggingface" and seller:
        vendor, reason = vendor_of("huggingface")
        suffix = f":{seller}"
    else:
        resold = provider == "google" and own.startswith("claude")
        vendor, reason = vendor_of("vertex" if resold else provider)
        suffix = ""
    if vendor is None:
        basket.skip(named, reason)
        return
    model_id = id_of(vendor, own) + suffix
    prices = _dated(model.get("prices"), (*path, "prices"))
    facts: dict[str, Any] = {
        "context": count(model.get("context_window"), (*path, "context_window")),
        "region": region_of(vendor, own),
    }
    first = prices[-1][1]
    if not first.rates:
        if first.others:
            basket.skip(named, UNITS.get(first.others[0], "not priced by the token"))
        else:
            basket.add_free(vendor, model_id, named, **facts)
        return
    names = [
        name
        for name in _exact(model.get("match"))
        if name != own and taken[name] == 1 and _bare(name) == _bare(own)
    ]
    ids = [id_of(vendor, name) + suffix for name in names]
    notes = {UNITS[key] for key in first.others if key in UNITS}
    basket.add(
        vendor,
        Model(
            id=model_id,
            aliases=tuple(dict.fromkeys(name for name in ids if name != model_id)),
            kind=_kind(model_id, first.rates),
            note=f"Also {', '.join(sorted(notes))}, which is not held here." if notes else None,
            price=tuple(_cards(basket, own, prices, model, path)),
            **facts,
        ),
        named,
    )


def _bare(name: str) -> str:
    """A name without what its spellings differ in: dots, a seller's path, a date, "latest".

    A name that says more (an effort, a variant) may be another model, so it makes no alias.
    """
    last = name.rsplit("/", 1)[-1].casefold()
    plain = re.sub(r"[._@:]", "-", last)
    return re.sub(r"-(?:latest|20\d{2}-?\d{2}-?\d{2}|\d{4})$", "", plain)


def _regional(own: str, match: object) -> Iterable[str]:
    """The ids that a cloud's ``regional.`` entry stands for: those its match names."""
    core = own.removeprefix("regional.")
    maker = core.split(".", 1)[0] + "."
    for name in _named(match):
        region, separator, _ = name.partition(maker)
        if separator and re.fullmatch(r"(?:[a-z]{2,6}(?:-gov)?\.)?", region):
            yield region + core


def _named(match: object) -> Iterable[str]:
    """Every text in a match clause."""
    if isinstance(match, str):
        yield match
    for part in (
        match.values() if isinstance(match, dict) else match if isinstance(match, list) else ()
    ):
        yield from _named(part)


def _kind(name: str, rates: Priced) -> Any:
    if "rerank" in name:
        return "rerank"
    return "embedding" if "embed" in name and "output" not in rates else "chat"


def _dated(
    value: object, path: Path
) -> list[tuple[date | None, _Price, list[tuple[time, time, _Price]]]]:
    """The price list as (from which day, price, windows), oldest first."""
    if isinstance(value, dict):
        return [(None, _price(value, path), [])]
    dated: list[tuple[date | None, _Price, list[tuple[time, time, _Price]]]] = []
    windows: list[tuple[time, time, _Price]] = []
    for at, item in enumerate(items(value, path)):
        entry = table(item, (*path, at))
        constraint = table(entry.get("constraint") or {}, (*path, at, "constraint"))
        price = _price(table(entry.get("prices"), (*path, at, "prices")), (*path, at, "prices"))
        if "start_time" in constraint:
            begin, end = (
                _clock(constraint.get(key), (*path, at, "constraint", key))
                for key in ("start_time", "end_time")
            )
            windows.append((begin, end, price))
        else:
            since = constraint.get("start_date")
            when = None if since is None else day(since, (*path, at, "constraint", "start_date"))
            dated.append((when, price, []))
    dated.sort(key=lambda row: row[0] or date.min)
    if not dated:
        table(None, path)  # windows alone are no price
    when, price, _ = dated[-1]
    dated[-1] = (when, price, windows)
    return dated


def _clock(value: object, path: Path) -> time:
    try:
        return time.fromisoformat(text(value, path))
    except ValueError:
        day("", path)
        raise


def _price(prices: Mapping[str, Any], path: Path) -> _Price:
    rates: Priced = {}
    tiers: dict[int, Priced] = {}
    others = []
    for key, value in prices.items():
        kind = KINDS.get(key)
        if kind is None:
            if not key.endswith("_kcount") or key in UNITS:
                others.append(key)
            continue
        base: object = value
        if isinstance(value, dict):
            base = value.get("base")
            for at, item in enumerate(items(value.get("tiers"), (*path, key, "tiers"))):
                tier = table(item, (*path, key, "tiers", at))
                edge = count(tier.get("start"), (*path, key, "tiers", at, "start"))
                own = rate(tier.get("price"), (*path, key, "tiers", at, "price"))
                if edge is not None and own is not None:
                    tiers.setdefault(edge, {})[kind] = own
        each = rate(base, (*path, key))
        if each is not None:
            rates[kind] = each
    searches = number(prices.get("web_searches_kcount"), (*path, "web_searches_kcount"))
    return _Price(cleaned(rates), tiers, tuple(others), searches)


def _cards(
    basket: Basket,
    own: str,
    prices: list[tuple[date | None, _Price, list[tuple[time, time, _Price]]]],
    model: Mapping[str, Any],
    path: Path,
) -> Iterable[Card]:
    days = [when for when, _, _ in prices]
    for at, (when, price, windows) in enumerate(prices):
        if not price.rates:
            continue  # free until the next day; a price of zero is not held
        end = days[at + 1] if at + 1 < len(days) else None
        since = when if when is not None else _first_day(own, end)
        rates, tiers = complete(price.rates, price.tiers, flat=True)
        card = basket.card(
            rates,
            tiers,
            since,
            fee=search_fee(price.searches),
            schedule=_windows(rates, windows) if not tiers else (),
        )
        modes = dict(_modes(basket, card, model, price, end, path))
        yield basket.card(rates, tiers, since, modes, fee=card.fee, schedule=card.schedule)


def _first_day(own: str, end: date | None) -> date | None:
    """The day in the model's name, if the price that ended had begun by then."""
    if end is None:
        return None
    stamp = STAMP.search(own)
    if stamp:
        try:
            named = date(int(stamp[1]), int(stamp[2]), int(stamp[3]))
        except ValueError:
            named = end
        if named < end:
            return named
    return end - timedelta(days=1)


def _windows(rates: Priced, windows: list[tuple[time, time, _Price]]) -> Iterable[Window]:
    """One window for all hours of the same rates."""
    hours: dict[tuple[tuple[str, Decimal], ...], list[str]] = {}
    for begin, end, price in windows:
        key = tuple(sorted(price.rates.items()))
        hours.setdefault(key, []).append(f"{begin:%H:%M}-{end:%H:%M}")
    for key, spans in hours.items():
        own = dict(key)
        dear = own.get("input", 0) > rates.get("input", 0)
        ratios = {own[kind] / rates[kind] for kind in rates if kind in own}
        uniform = len(ratios) == 1 and own.keys() == rates.keys()
        yield Window(
            name="peak" if dear else "off-peak",
            times=ratios.pop() if uniform else None,
            rates=None if uniform else own,
            utc_offset="+00:00",
            hours=tuple(spans),
        )


def _modes(
    basket: Basket,
    card: Card,
    model: Mapping[str, Any],
    price: _Price,
    end: date | None,
    path: Path,
) -> Iterable[tuple[str, Mode]]:
    """The variants in force while the card is: of each mode the one that began last."""
    latest: dict[str, tuple[date, Mapping[str, Any], Path]] = {}
    for at, item in enumerate(items(model.get("price_variants") or [], (*path, "price_variants"))):
        where = (*path, "price_variants", at)
        variant = table(item, where)
        when = table(variant.get("when"), (*where, "when"))
        name = MODES.get(next(iter(when.items()), ("", ""))) if len(when) == 1 else None
        constraint = table(variant.get("constraint") or {}, (*where, "constraint"))
        began = constraint.get("start_date")
        since = day(began, (*where, "constraint", "start_date")) if began else card.origin.since
        if name is None or (end is not None and since >= end):
            continue
        if name not in latest or since > latest[name][0]:
            latest[name] = (since, table(variant.get("prices"), (*where, "prices")), where)
    for name, (since, prices, where) in latest.items():
        own = _price(prices, (*where, "prices"))
        if not own.rates:
            continue
        rates = price.rates | own.rates
        tiers = {
            edge: {
                kind: own.tiers.get(edge, {}).get(
                    kind, rates[kind] if kind in own.rates else price.tiers[edge].get(kind, each)
                )
                for kind, each in rates.items()
            }
            for edge in price.tiers
        }
        origin = basket.origin(since) if since > card.origin.since else None
        yield name, mode(card, rates, tiers, origin)
