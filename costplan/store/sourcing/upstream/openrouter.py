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

from costplan.catalog.model import Model, Rates, Tier
from costplan.catalog.origin import Source
from costplan.store.sourcing.upstream import Upstream
from costplan.store.sourcing.upstream.loosely import (
    count,
    fault_of_rates,
    number,
    plain,
    repeated,
    table,
    text,
    wrong_shape,
)
from costplan.store.sourcing.upstream.payload import MILLION, Basket, Priced, json_of, search_fee

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


def read(payload: bytes, checked: date) -> Upstream:
    """The list as it was sent on the day ``checked``. Raises InvalidInput."""
    models = table(json_of(payload)).get("data")
    if not isinstance(models, list):
        raise wrong_shape(NAME, 'no list of models under "data"')
    basket = Basket(NAME, Source(at=URL, confidence="vendor"), checked)
    entries = [table(model) for model in models]
    twice = repeated(text(entry.get("id")) for entry in entries)
    for entry in entries:
        name = text(entry.get("id"))
        reason = f"{name} is listed twice" if name in twice else _take(basket, name, entry)
        if reason is not None:
            basket.skip(name, reason)
    return basket.result()


def _take(basket: Basket, name: str, entry: Mapping[str, Any]) -> str | None:
    """Put the model into the basket, or say why it has no place there."""
    pricing = table(entry.get("pricing"))
    if name.startswith("~"):
        return "a name that moves between models"
    if fault := _fault_of_pricing(pricing):
        return fault
    model_id = f"{NAME}/{name}"
    context = count(entry.get("context_length"))
    longest = count(table(entry.get("top_provider")).get("max_completion_tokens"))
    rates = _rates(pricing)
    if not rates["input"] and not rates["output"]:
        basket.add_free(NAME, model_id, name, context=context, max_output=longest)
        return None
    if fault := fault_of_rates(rates):
        return fault
    tiers = _tiers(pricing, rates)
    if isinstance(tiers, str):
        return tiers
    card = basket.card(rates, tiers, fee=search_fee(_thousandfold(pricing.get("web_search"))))
    model = Model(id=model_id, context=context, max_output=longest, price=(card,))
    basket.add(NAME, model, name)
    return None


def _thousandfold(price: object) -> Decimal | None:
    parsed = number(price)
    return parsed * 1000 if parsed else None


def _fault_of_pricing(pricing: Mapping[str, Any]) -> str | None:
    for key in ("prompt", "completion"):
        if number(pricing.get(key)) is None:
            return f"no price that is a number ({key})"
    for key, value in pricing.items():
        if key in ("overrides", "discount"):
            continue
        parsed = number(value)
        if value is not None and parsed is None:
            return f"a price that is not a number ({key})"
        if parsed is not None and parsed < 0:
            return "its price varies from request to request"
        if key not in KINDS and key not in LEFT_OUT and parsed:
            return f"charges for something that is not read here ({key[:40]})"
    if number(pricing.get("request")):
        return "charges for the request beside its tokens"
    return None


def _rates(pricing: Mapping[str, Any]) -> Priced:
    """Rates per million. A zero beside a paid input is a rate that is not given, but for output.

    Reasoning at the price of output is output; it has a rate only where it differs.
    """
    rates = {
        kind: plain(price * MILLION)
        for key, kind in KINDS.items()
        if (price := number(pricing.get(key))) is not None
        and (price or key in ("prompt", "completion"))
    }
    if rates.get("reasoning") == rates.get("output"):
        rates.pop("reasoning", None)
    return rates


def _tiers(pricing: Mapping[str, Any], base: Priced) -> tuple[Tier, ...] | str:
    """Long-context prices as tiers, or the reason why the model cannot be priced without them."""
    overrides = pricing.get("overrides")
    tiers: list[Tier] = []
    for item in overrides if isinstance(overrides, list) else ():
        override = table(item)
        reached, before = (tiers[-1].first, tiers[-1].rates.published()) if tiers else (0, base)
        tier = _tier(override, before)
        if isinstance(tier, str):
            return tier
        if tier.first <= reached:
            return "long-context prices that do not ascend"
        tiers.append(tier)
    return tuple(tiers)


def _tier(override: Mapping[str, Any], before: Priced) -> Tier | str:
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
    rates = before | _rates(changed)
    if fault := fault_of_rates(rates):
        return f"in its long-context price: {fault}"
    return Tier(at_or_above=edge, rates=Rates(**rates))
