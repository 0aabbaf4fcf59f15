"""litellm (BerriAI): the widest set; USD per token as floats, no history.

https://github.com/BerriAI/litellm, MIT. Suffixes of a key say what it prices: a tier
(``_above_200k_tokens``), a mode (``_batches``, ``_flex``, ``_priority``). Entries priced by the
image, second, page, character, pixel or query have no place among token prices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from costplan.catalog.fees import BY_CONTEXT, REQUESTS, Fee, Quota
from costplan.catalog.model import CacheTerms, Mode, Model, Region
from costplan.catalog.origin import Source
from costplan.catalog.schedule import Window
from costplan.problems import InvalidInput, Path
from costplan.quantity import ZERO, stepped
from costplan.record import replace
from costplan.store.sourcing.upstream import Upstream
from costplan.store.sourcing.upstream.payload import (
    MILLION,
    SEARCHES,
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
    request_fees,
    search_fee,
    table,
    text,
    thousandfold,
)
from costplan.store.sourcing.upstream.vendors import id_of, region_of, vendor_of

NAME = "litellm"
URL = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"
KINDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "input_cost_per_token_cache_hit": "cache_read",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "output_cost_per_reasoning_token": "reasoning",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_audio_token": "output_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_video_token": "input_video",
}
SUFFIXES = {"_batches": "batch", "_flex": "flex", "_priority": "priority", "": None}
TIER = re.compile(r"_above_(\d{1,7})k_tokens")
UNITS = (
    ("per_image", "priced per image"),
    ("per_pixel", "priced per pixel"),
    ("per_second", "priced per second"),
    ("per_page", "priced per page"),
    ("per_credit", "priced per page"),
    ("per_character", "priced per character"),
    ("per_query", "priced per query"),
    ("per_request", "priced per request"),
    ("per_session", "priced per session"),
    ("per_unit", "priced per unit"),
    ("per_text_message", "priced per message"),
    ("dbu", "priced in vendor credits only"),
)
ROUTES = (
    "azure_ai/", "azure/", "bedrock_mantle/", "bedrock/", "vertex_ai/", "gemini/", "amazon-nova/",
    "fireworks_ai/", "together_ai/", "text-completion-codestral/", "text-completion-inception/",
)  # fmt: skip
PRICE_CLASS = re.compile(
    r"(fireworks-ai|together-ai)-[a-z0-9.-]*\d|1-month-commitment|6-month-commitment"
)


NOT_DOLLARS = ("ovh",)
"""Sellers whose every price that another set reads from the seller's own API is 8 to 25 percent
lower here. Rounded euros would look so; the set states no currency, so none of them is taken."""
IN_CREDITS = "databricks"
CREDIT_STEP = Decimal("0.0001")
"""The set states that it multiplies published rates in DBUs by 0.07 USD: 0.15 USD comes out as
0.15001. Finer than this its digits are the rounding of the DBUs."""


def read(payload: bytes, checked: date) -> Upstream:
    """What a payload quotes. Raises InvalidInput for another shape."""
    source = Source(at="litellm, https://github.com/BerriAI/litellm", confidence="dataset")
    basket = Basket(NAME, source, checked)
    for name, entry in table(json_of(payload), ()).items():
        if name != "sample_spec":
            _model(basket, name, table(entry, (name,)), (name,))
    return basket.result()


def _model(basket: Basket, name: str, entry: Mapping[str, Any], path: Path) -> None:
    provider = entry.get("litellm_provider")
    if provider is None:
        basket.skip(name, "no provider named")
        return
    vendor, reason = vendor_of(text(provider, (*path, "litellm_provider")))
    if vendor is None:
        basket.skip(name, reason)
        return
    if vendor in NOT_DOLLARS:
        basket.skip(name, "below the seller's own list throughout: most likely euros")
        return
    if PRICE_CLASS.search(name):
        basket.skip(name, "a price class or a commitment, not a model")
        return
    base, tiers = _base(entry, path)
    if not base:
        basket.skip(name, _unit(entry))
        return
    own = _own(name, text(provider, path))
    context = count(entry.get("max_input_tokens"), (*path, "max_input_tokens"))
    rates, steps = complete(base, tiers, flat=False)
    modes = dict(_modes(basket, entry, rates, tiers, path))
    since, ends = None, entry.get("deprecation_date")
    schedule = tuple(_off_peak(entry, rates, path)) if not steps else ()
    card = basket.card(
        rates, steps, since, modes, _fees(vendor, entry, path), _regions(entry, path), schedule
    )
    basket.add(
        vendor,
        Model(
            id=id_of(vendor, own),
            kind=_kind(entry, rates),
            cache=_cache(entry, path),
            context=context,
            max_output=_output(entry, path),
            region=region_of(vendor, own),
            retires=_day(ends, (*path, "deprecation_date")),
            price=(card,),
        ),
        name,
    )


def _own(name: str, provider: str) -> str:
    for route in (f"{provider}/", *ROUTES):
        if name.startswith(route):
            return name[len(route) :]
    return name


def _base(entry: Mapping[str, Any], path: Path) -> tuple[Priced, dict[int, Priced]]:
    """Standard rates and tiers, per million tokens; zeros left out."""
    base = cleaned(_rates(entry, "", "", path))
    tiers: dict[int, Priced] = {}
    for key in entry:
        edge = TIER.search(key)
        if edge and key.endswith(edge[0]):
            at = int(edge[1]) * 1000
            tiers[at] = cleaned(_rates(entry, edge[0], "", path))
    ranges = entry.get("tiered_pricing")
    if ranges is not None:
        steps = []
        for at, item in enumerate(items(ranges, (*path, "tiered_pricing"))):
            step = table(item, (*path, "tiered_pricing", at))
            bounds = items(step.get("range"), (*path, "tiered_pricing", at, "range"))
            edge_at = number(bounds[0] if bounds else None, (*path, "tiered_pricing", at, "range"))
            steps.append((int(edge_at or 0), cleaned(_rates(step, "", "", path))))
        steps.sort(key=lambda step: step[0])
        if steps and not base:
            base = steps[0][1]
        tiers |= {edge: own for edge, own in steps if edge}
    return base, {edge: own for edge, own in tiers.items() if own and own != base}


def _rates(entry: Mapping[str, Any], tier: str, suffix: str, path: Path) -> Priced:
    rates: Priced = {}
    for key, kind in KINDS.items():
        full = f"{key}{tier}{suffix}"
        if full in entry and kind not in rates:
            each = rate(entry[full], (*path, full), MILLION)
            if each and entry.get("litellm_provider") == IN_CREDITS:
                each = stepped(each, CREDIT_STEP).normalize() + ZERO
            if each is not None:
                rates[kind] = each
    return rates


def _modes(
    basket: Basket, entry: Mapping[str, Any], rates: Priced, tiers: dict[int, Priced], path: Path
) -> Iterable[tuple[str, Mode]]:
    kept, steps = complete(rates, tiers, flat=False)
    card = basket.card(kept, steps)
    for suffix, name in SUFFIXES.items():
        if name is None:
            continue
        own = {k: each for k, each in cleaned(_rates(entry, "", suffix, path)).items() if k in kept}
        if not own:
            continue
        own_tiers = {
            edge: cleaned(_rates(entry, f"_above_{edge // 1000}k_tokens", suffix, path))
            for edge in tiers
        }
        if all(own.keys() <= rates.keys() for rates in own_tiers.values()):
            yield name, mode(card, own, own_tiers, None)
        else:
            yield name, mode(card, own, {}, None)


def _regions(entry: Mapping[str, Any], path: Path) -> dict[str, Region]:
    regions = {}
    for name in ("us", "eu"):
        key = f"regional_processing_uplift_multiplier_{name}"
        times = number(entry.get(key), (*path, key))
        if times and times >= 1:
            regions[name] = Region(times=times)
    specific = entry.get("provider_specific_entry")
    if isinstance(specific, dict) and "us" in specific:
        times = number(specific["us"], (*path, "provider_specific_entry", "us"))
        if times and times >= 1:
            regions.setdefault("us", Region(times=times))
    return regions


def _fees(vendor: str, entry: Mapping[str, Any], path: Path) -> dict[str, Fee]:
    """What a request or a search costs beside its tokens.

    One price whatever the size of the context is that of a search. By size it is known for a seller
    whose models search with every call (``SEARCHES``): there it is paid by the request.
    """
    key = "input_cost_per_request"
    charged = request_fees({REQUESTS: number(entry.get(key), (*path, key))})
    key = "search_context_cost_per_query"
    sizes = table(entry.get(key) or {}, (*path, key))
    prices = {
        size.rpartition("_")[2]: number(each, (*path, key, size)) for size, each in sizes.items()
    }
    if len({*prices.values()}) > 1:
        if vendor in SEARCHES:
            named = {BY_CONTEXT[size]: each for size, each in prices.items() if size in BY_CONTEXT}
            charged |= request_fees(named)
        return charged
    price = next(iter(prices.values()), None)
    fees = search_fee(thousandfold(price) if price else None)
    return charged | {name: _granted(fee, entry, path) for name, fee in fees.items()}


def _granted(fee: Fee, entry: Mapping[str, Any], path: Path) -> Fee:
    """A search's fee with what of it is free. Where it is not said to be for each query, a quota of
    searches counts the requests that search."""
    key = "search_free_requests"
    if entry.get(key) is None:
        return fee
    given = table(entry[key], (*path, key))
    quantity = number(given.get("count"), (*path, key, "count"))
    period = given.get("period")
    if not quantity or period not in ("day", "month"):
        return fee
    group = given.get("shared_group")
    shared = None if group is None else text(group, (*path, key, "shared_group"))
    free = Quota(quantity=quantity, period=cast(Any, period), shared=shared)
    if entry.get("web_search_billing_unit") == "per_query":
        return replace(fee, free=free)
    return replace(fee, unit="prompt", once=True, free=free)


def _off_peak(entry: Mapping[str, Any], rates: Priced, path: Path) -> Iterable[Window]:
    """Windows of a schedule of UTC hours on weekdays from 1, Monday, to 7."""
    where = (*path, "off_peak_pricing")
    terms = entry.get("off_peak_pricing")
    if terms is None:
        return
    offer = table(terms, where)
    own = cleaned(_rates(offer, "", "", where))
    ratios = {own[kind] / each for kind, each in rates.items() if kind in own}
    uniform = len(ratios) == 1 and own.keys() >= rates.keys()
    for at, item in enumerate(items(offer.get("windows"), (*where, "windows"))):
        window = table(item, (*where, "windows", at))
        hours = window.get("hours_utc")
        spans = [hours] if isinstance(hours, str) else items(hours, (*where, "windows", at))
        numbers = [
            count(each, where) or 0 for each in items(window.get("weekdays"), (*where, "weekdays"))
        ]
        names = [WEEKDAYS[each - 1] for each in numbers if 1 <= each <= 7]
        yield Window(
            name="off-peak",
            times=next(iter(ratios)) if uniform else None,
            rates=None if uniform else own,
            utc_offset="+00:00",
            days=",".join(names),
            hours=tuple(_span(text(span, where)) for span in spans),
        )


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _span(hours: str) -> str:
    begin, _, end = hours.partition("-")
    return f"{begin}-{'24:00' if end == '00:00' else end}"


def _kind(entry: Mapping[str, Any], rates: Priced) -> Any:
    named = entry.get("mode")
    if named == "embedding":
        return "embedding"
    return "rerank" if named == "rerank" else "chat"


def _output(entry: Mapping[str, Any], path: Path) -> int | None:
    if entry.get("mode") in ("embedding", "rerank"):
        return None
    return count(entry.get("max_output_tokens"), (*path, "max_output_tokens"))


def _cache(entry: Mapping[str, Any], path: Path) -> CacheTerms | None:
    """The smallest prefix that is cached; the set does not say for how long."""
    least = count(entry.get("prompt_cache_min_tokens"), (*path, "prompt_cache_min_tokens"))
    return CacheTerms(minimum_tokens=Decimal(least)) if least else None


def _unit(entry: Mapping[str, Any]) -> str:
    """Why an entry without a token rate above 0 is left out."""
    priced = [key for key, value in entry.items() if isinstance(value, Decimal) and value]
    for part, reason in UNITS:
        if any(part in key and "cost" in key for key in priced):
            return reason
    if "input_cost_per_token" not in entry and "output_cost_per_token" not in entry:
        return "no price given"
    return "zero price, not declared free"


def _day(value: object, path: Path) -> date | None:
    if value is None:
        return None
    try:
        return day(value, path)
    except InvalidInput:
        return None
