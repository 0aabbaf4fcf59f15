"""models.dev: what providers serve and at what price, USD per million tokens, no history.

https://models.dev, MIT. Three shapes are read: its ``api.json`` (provider, then ``models``), and
those of packages which repeat it, grouped by protocol (provider, protocol, ``type:id``) or not
(provider, id). A package may cut a context window to the edge of the cheap tier; such a window is
not the model's, so it is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeGuard

from costplan.catalog.model import Model
from costplan.catalog.origin import Source
from costplan.problems import Path
from costplan.store.sourcing.upstream import Upstream
from costplan.store.sourcing.upstream.payload import (
    Basket,
    Priced,
    cleaned,
    complete,
    count,
    items,
    json_of,
    rate,
    table,
    text,
)
from costplan.store.sourcing.upstream.vendors import id_of, region_of, vendor_of

NAME = "models.dev"
URL = "https://models.dev/api.json"
KINDS = {
    "input": "input",
    "output": "output",
    "cache_read": "cache_read",
    "cacheRead": "cache_read",
    "cache_write": "cache_write",
    "cacheWrite": "cache_write",
    "reasoning": "reasoning",
    "input_audio": "input_audio",
    "output_audio": "output_audio",
}


def read(payload: bytes, checked: date) -> Upstream:
    """What a payload quotes. Raises InvalidInput for another shape."""
    source = Source(at="models.dev, https://github.com/sst/models.dev", confidence="dataset")
    basket = Basket(NAME, source, checked)
    for provider, content in table(json_of(payload), ()).items():
        vendor, reason = vendor_of(provider)
        for model, path in _entries(table(content, (provider,)), (provider,)):
            name = text(model.get("id"), (*path, "id"))
            named = f"{provider}/{name}"
            if vendor is None:
                basket.skip(named, reason)
            elif name.startswith("~"):
                basket.skip(named, "a name that moves between models")
            elif model.get("type") == "image":
                basket.skip(named, "priced per image")
            else:
                _model(basket, vendor, named, model, path)
    return basket.result()


def _entries(provider: Mapping[str, Any], path: Path) -> Iterable[tuple[Mapping[str, Any], Path]]:
    """A provider's models. A group of models is told from a model by its cost, which no group has:
    an id may be any word, "models" too."""
    groups = provider
    if "models" in provider and not is_model(provider["models"]):
        groups = {"models": provider["models"]}
    for group, content in groups.items():
        if is_model(content):
            yield content, (*path, group)
            continue
        for key, model in table(content, (*path, group)).items():
            where = (*path, group, key)
            yield table(model, where), where


def is_model(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a value is a model's card in any of the shapes: it states an id and a cost."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("id"), str)
        and isinstance(value.get("cost"), dict)
    )


def _model(basket: Basket, vendor: str, named: str, model: Mapping[str, Any], path: Path) -> None:
    name = text(model.get("id"), (*path, "id"))
    if vendor == "cloudflare-ai-gateway":
        name = name.removeprefix("workers-ai/")
    cost = table(model.get("cost") or {}, (*path, "cost"))
    packaged = "contextWindow" in model or "cacheRead" in cost
    limits = model if packaged else table(model.get("limit") or {}, (*path, "limit"))
    context = count(limits.get("contextWindow" if packaged else "context"), (*path, "context"))
    output = count(limits.get("maxTokens" if packaged else "output"), (*path, "output"))
    facts: dict[str, Any] = {
        "context": context,
        "max_output": output,
        "region": region_of(vendor, name),
    }
    rates = cleaned(_rates(cost, (*path, "cost")))
    model_id = id_of(vendor, name)
    if not rates.keys() & {"input", "output"}:
        if cost:
            basket.add_free(vendor, model_id, named, **facts)
        else:
            basket.skip(named, "no price given")
        return
    tiers = _tiers(cost, (*path, "cost"))
    if packaged and context is not None and context in tiers:
        facts["context"] = None
    kept, steps = complete(rates, tiers, flat=False)
    facts["kind"] = "embedding" if "embed" in name and "output" not in kept else "chat"
    basket.add(vendor, Model(id=model_id, price=(basket.card(kept, steps),), **facts), named)


def _rates(cost: Mapping[str, Any], path: Path) -> Priced:
    rates = {}
    for key, kind in KINDS.items():
        if key in cost:
            each = rate(cost[key], (*path, key))
            if each is not None:
                rates[kind] = each
    return rates


def _tiers(cost: Mapping[str, Any], path: Path) -> dict[int, Priced]:
    tiers: dict[int, Priced] = {}
    over = cost.get("context_over_200k")
    if over is not None:
        tiers[200_000] = cleaned(_rates(table(over, path), (*path, "context_over_200k")))
    for at, item in enumerate(items(cost.get("tiers") or [], (*path, "tiers"))):
        tier = table(item, (*path, "tiers", at))
        stated = tier.get("inputTokensAbove")
        if stated is None and isinstance(tier.get("tier"), dict):
            stated = tier["tier"].get("size")
        edge = count(stated, (*path, "tiers", at))
        if edge is not None:
            tiers[edge] = cleaned(_rates(tier, (*path, "tiers", at)))
    return tiers
