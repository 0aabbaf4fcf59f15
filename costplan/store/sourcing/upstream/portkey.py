"""Portkey's model prices: CENTS per token, no history; gateways' and clouds' models.

https://github.com/Portkey-AI/models, MIT. One file a provider is published; what is read here is
an object of them, ``{provider: {model: ...}}``. Its ``default`` entries price nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from costplan.catalog.fees import BY_CONTEXT, REQUESTS, Fee
from costplan.catalog.model import Card, Mode, Model
from costplan.catalog.origin import Source
from costplan.problems import Path
from costplan.store.sourcing.upstream import Upstream
from costplan.store.sourcing.upstream.payload import (
    MILLION,
    SEARCHES,
    Basket,
    Priced,
    cleaned,
    complete,
    json_of,
    mode,
    rate,
    request_fees,
    search_fee,
    table,
)
from costplan.store.sourcing.upstream.vendors import id_of, region_of, vendor_of

NAME = "portkey"
URL = "https://configs.portkey.ai/pricing/{provider}.json"
PER_MILLION = Decimal(10_000)  # a cent per token is 10,000 dollars per million
KINDS = {
    "request_token": "input",
    "response_token": "output",
    "cache_read_input_token": "cache_read",
    "cache_write_input_token": "cache_write",
    "request_audio_token": "input_audio",
    "response_audio_token": "output_audio",
    "cache_read_audio_input_token": "cache_read_audio",
    "request_image_token": "input_image",
    "response_image_token": "output_image",
}
CENT = Decimal("0.01")
MODES = ("batch", "flex", "priority")
SLICE = re.compile(r"-(?:gt|lte)-\d+k$")


def read(payload: bytes, checked: date) -> Upstream:
    """What a payload quotes. Raises InvalidInput for another shape."""
    source = Source(at="Portkey models, https://github.com/Portkey-AI/models", confidence="dataset")
    basket = Basket(NAME, source, checked)
    for provider, models in table(json_of(payload), ()).items():
        vendor, reason = vendor_of(provider)
        for name, content in table(models, (provider,)).items():
            if name == "default" or content is None:
                continue
            path: Path = (provider, name)
            named = f"{provider}/{name}"
            if vendor is None:
                basket.skip(named, reason)
            elif SLICE.search(name):
                basket.skip(named, "a tier written as a model")
            else:
                _model(basket, vendor, named, table(content, path), path)
    return basket.result()


def _training(config: Mapping[str, Any], path: Path) -> dict[str, Fee]:
    """The price of a token that trains; what is sold by the hour of training is left out."""
    where: Path = (*path, "finetune_config", "pay_per_token")
    tuning = table(config.get("finetune_config") or {}, where[:-1])
    price = _price(tuning.get("pay_per_token"), where, PER_MILLION)
    return {"training_tokens": Fee(price=price, per=MILLION, unit="token")} if price else {}


def _requests(
    vendor: str, paid: Mapping[str, Any], config: Mapping[str, Any], path: Path
) -> dict[str, Fee]:
    """What each call pays: a fixed cost, or a search by the size of its context with a seller whose
    models search with every call."""
    extra = table(paid.get("additional_units") or {}, (*path, "additional_units"))
    fixed = table(config.get("fixed_cost") or {}, (*path, "fixed_cost"))
    prices = {REQUESTS: _price(fixed.get("request"), path, CENT)}
    if vendor in SEARCHES:
        for size, name in BY_CONTEXT.items():
            prices[name] = _price(extra.get(f"web_search_{size}_context"), path, CENT)
    return request_fees(prices)


def _model(basket: Basket, vendor: str, named: str, model: Mapping[str, Any], path: Path) -> None:
    name = str(path[1])
    config = table(model.get("pricing_config") or {}, (*path, "pricing_config"))
    currency = config.get("currency")
    if currency not in (None, "USD"):
        basket.skip(named, "priced in another currency")
        return
    paid = table(config.get("pay_as_you_go") or {}, (*path, "pay_as_you_go"))
    rates = cleaned(_rates(paid, path))
    if not rates.keys() & {"input", "output"}:
        if "image" in paid:
            basket.skip(named, "priced per image")
        elif paid:
            basket.add_free(vendor, id_of(vendor, name), named)
        else:
            basket.skip(named, "no price given")
        return
    modes, tiers = _custom(model, path)
    kept, steps = complete(rates, tiers, flat=False)
    extra = table(paid.get("additional_units") or {}, (*path, "additional_units"))
    fee = search_fee(_price(extra.get("web_search"), path, Decimal(10)))
    fee = fee | _requests(vendor, paid, config, path) | _training(config, path)
    plain = basket.card(kept, steps, fee=fee)
    card = basket.card(kept, steps, mode=dict(_modes(plain, config, modes, path)), fee=fee)
    basket.add(
        vendor,
        Model(
            id=id_of(vendor, name),
            kind=_kind(name, kept),
            region=region_of(vendor, name),
            price=(card,),
        ),
        named,
    )


def _kind(name: str, rates: Priced) -> Any:
    if "rerank" in name and "output" not in rates:
        return "rerank"
    return "embedding" if "embed" in name and "output" not in rates else "chat"


def _price(value: object, path: Path, scale: Decimal) -> Decimal | None:
    if value is None:
        return None
    return rate(table(value, path).get("price"), path, scale)


def _rates(paid: Mapping[str, Any], path: Path) -> Priced:
    rates: Priced = {}
    for key, kind in KINDS.items():
        each = _price(paid.get(key), (*path, key), PER_MILLION)
        if each is not None:
            rates[kind] = each
    extra = paid.get("additional_units")
    if isinstance(extra, dict):
        hour = _price(extra.get("cache_write_1h"), (*path, "cache_write_1h"), PER_MILLION)
        if hour is not None and hour < 1000:
            rates["cache_write_1h"] = hour
    return rates


def _custom(
    model: Mapping[str, Any], path: Path
) -> tuple[dict[str, tuple[Priced, dict[int, Priced]]], dict[int, Priced]]:
    """Modes and the standard tiers of the default region."""
    custom = table(model.get("custom_pricing") or {}, (*path, "custom_pricing"))
    regions = table(custom.get("regions") or {}, (*path, "regions"))
    default = table(regions.get("default") or {}, (*path, "default"))
    names = {}
    for start, label in table(custom.get("context_tier_map") or {}, path).items():
        names[str(label)] = int(start) if re.fullmatch(r"[0-9]{1,8}", start) else 0
    modes = {}
    for name, content in table(default.get("execution_modes") or {}, path).items():
        entry = table(content, (*path, name))
        base = cleaned(_paid(entry, path))
        tiers: dict[int, Priced] = {}
        for label, tier in table(entry.get("context_tiers") or {}, path).items():
            own = cleaned(_paid(table(tier, (*path, label)), path))
            edge = names.get(label, 0)
            if edge and own:
                tiers[edge] = own
            elif own and not base:
                base = own
        modes[name] = (base, tiers)
    return modes, modes.get("standard", ({}, {}))[1]


def _paid(entry: Mapping[str, Any], path: Path) -> Priced:
    config = table(entry.get("pricing_config") or {}, (*path, "pricing_config"))
    return _rates(table(config.get("pay_as_you_go") or {}, (*path, "pay_as_you_go")), path)


def _modes(
    card: Card,
    config: Mapping[str, Any],
    modes: Mapping[str, tuple[Priced, dict[int, Priced]]],
    path: Path,
) -> Iterable[tuple[str, Mode]]:
    published = card.rates.published()
    batch = table(config.get("batch_config") or {}, (*path, "batch_config"))
    kept = {name: modes[name] for name in MODES if name in modes}
    if batch and "batch" not in kept:
        kept["batch"] = (cleaned(_rates(batch, path)), {})
    for name, (rates, tiers) in kept.items():
        own = {kind: each for kind, each in rates.items() if kind in published}
        if own:
            yield name, mode(card, own, tiers, None)
