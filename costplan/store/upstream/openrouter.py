"""OpenRouter's own list of models: the prices of its router, live, in USD per token as text.

https://openrouter.ai/docs/guides/overview/models. The base prices hold under default conditions;
``overrides`` with ``min_prompt_tokens`` are cliffs on the whole request, and those with a time of
day are windows, which are not read. A price of -1 means that it varies from request to request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from costplan.catalog.model import Card, Fee, Model, Rates, Tier
from costplan.catalog.origin import Origin, Source
from costplan.store.upstream import Quoted, Skipped, Upstream
from costplan.store.upstream.loosely import (
    MILLION,
    count,
    fault_of_id,
    fault_of_rates,
    load,
    number,
    plain,
    repeated,
    table,
    text,
    wrong_shape,
)

URL = "https://openrouter.ai/api/v1/models"
NAME = "openrouter"
KINDS = {
    "prompt": "input",
    "completion": "output",
    "input_cache_read": "cache_read",
    "input_cache_write": "cache_write",
    "input_cache_write_1h": "cache_write_1h",
    "internal_reasoning": "reasoning",
    "audio": "input_audio",
    "audio_output": "output_audio",
    "input_audio_cache": "cache_read_audio",
}
LEFT_OUT = (
    "image",
    "image_output",
    "image_token",
    "web_search",
    "request",
    "discount",
    "overrides",
)
"""Known keys that are no rate per token: an image is priced apiece, and its rate stays unknown."""
EDGE = "min_prompt_tokens"


def read(data: bytes, day: date) -> Upstream:
    """The list as it was sent on ``day``. Raises InvalidInput."""
    models = table(load(data, NAME)).get("data")
    if not isinstance(models, list):
        raise wrong_shape(NAME, 'no list of models under "data"')
    twice = repeated(text(table(one).get("id")) for one in models)
    quoted: list[Quoted] = []
    skipped: list[Skipped] = []
    for one in models:
        entry = table(one)
        name = text(entry.get("id"))
        made = f"{name} is listed twice" if name in twice else _model(name, entry, day)
        if isinstance(made, str):
            skipped.append(Skipped(name[:80] or "an entry without id", made))
        else:
            quoted.append(Quoted(NAME, "OpenRouter", made))
    source = Source(at=URL, confidence="vendor")
    return Upstream(NAME, source, day, tuple(quoted), tuple(skipped))


def _model(name: str, entry: Mapping[str, Any], day: date) -> Model | str:
    """The model, or the reason why there is none."""
    if name.startswith("~"):
        return "an alias whose model changes"
    pricing = table(entry.get("pricing"))
    fault = fault_of_id(name) or _fault_of_pricing(pricing)
    if fault:
        return fault
    rates = _rates(pricing)
    free = name.endswith(":free")
    fault = fault_of_rates(rates, free)
    if fault:
        return fault
    tiers = _tiers(pricing, rates)
    if isinstance(tiers, str):
        return tiers
    search = number(pricing.get("web_search"))
    fees = {"web_searches": _per_thousand(search, "search")} if search else {}
    card = Card(
        origin=Origin(since=day, checked=day, source=NAME),
        per=MILLION,
        rates=rates,
        tiers=tiers,
        fee=fees,
    )
    return Model(
        id=f"{NAME}/{name}",
        context=count(entry.get("context_length")),
        max_output=count(table(entry.get("top_provider")).get("max_completion_tokens")),
        price=(card,),
    )


def _fault_of_pricing(pricing: Mapping[str, Any]) -> str | None:
    for key in ("prompt", "completion"):
        if number(pricing.get(key)) is None:
            return f"no price that is a number ({key})"
    for key, value in pricing.items():
        if key in ("overrides", "discount"):
            continue
        found = number(value)
        if value is not None and found is None:
            return f"a price that is not a number ({key})"
        if found is not None and found < 0:
            return "its price varies from request to request"
        if key not in KINDS and key not in LEFT_OUT and found:
            return f"charges for something that is not read here ({key[:40]})"
    if number(pricing.get("request")):
        return "charges for the request beside its tokens"
    return None


def _rates(pricing: Mapping[str, Any]) -> Rates:
    """Rates per million. A zero beside a paid input is a rate that is not given, but for output.

    Reasoning at the price of output is output; it has a rate only where it differs.
    """
    found = {
        kind: plain(price * MILLION)
        for key, kind in KINDS.items()
        if (price := number(pricing.get(key))) is not None
        and (price or key in ("prompt", "completion"))
    }
    if found.get("reasoning") == found.get("output"):
        found.pop("reasoning", None)
    return Rates(**found)


def _tiers(pricing: Mapping[str, Any], base: Rates) -> tuple[Tier, ...] | str:
    """Long-context prices as tiers, or the reason why the model cannot be priced without them."""
    overrides = pricing.get("overrides")
    tiers: list[Tier] = []
    for one in overrides if isinstance(overrides, list) else ():
        override = table(one)
        reached, before = (tiers[-1].first, tiers[-1].rates) if tiers else (0, base)
        tier = _tier(override, before)
        if isinstance(tier, str):
            return tier
        if tier.first <= reached:
            return "long-context prices that do not ascend"
        tiers.append(tier)
    return tuple(tiers)


def _tier(override: Mapping[str, Any], before: Rates) -> Tier | str:
    """One override; keys that it leaves out keep the price they had below it."""
    changed = {key: value for key, value in override.items() if key in KINDS}
    others = set(override) - set(KINDS) - {EDGE}
    if any(key in LEFT_OUT for key in others):
        return "its price per image, search or request has conditions"
    if others:
        return "its price depends on the time of day or on a condition that is not read here"
    edge = count(override.get(EDGE))
    if edge is None or any(number(value) is None for value in changed.values()):
        return "a long-context price that cannot be read"
    rates = Rates(**{**before.published(), **_rates(changed).published()})
    fault = fault_of_rates(rates)
    return f"in its long-context price: {fault}" if fault else Tier(at_or_above=edge, rates=rates)


def _per_thousand(price: Decimal, unit: str) -> Fee:
    return Fee(price=plain(price * 1000), per=Decimal(1000), unit=unit)
