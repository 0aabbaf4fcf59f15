"""Which source a payload is of, seen by its shape; one that fits two sources is neither's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from costplan.store.sourcing.upstream import SOURCES, adapter
from costplan.store.sourcing.upstream.loosely import table
from costplan.store.sourcing.upstream.models_dev import is_model
from costplan.store.sourcing.upstream.payload import json_of

LOOKED_AT = 50  # entries


def by_address(address: str) -> str | None:
    """The source that publishes under an address, by host and path."""
    parts = urlsplit(address)
    names = []
    for name in SOURCES:
        own = urlsplit(adapter(name).url)
        if (own.hostname, own.path) == (parts.hostname, parts.path):
            names.append(name)
    return names[0] if len(names) == 1 else None


def by_content(data: bytes) -> str | None:
    """The one source whose payloads look like this. Raises InvalidInput for what is not JSON."""
    loaded = json_of(data)
    names = [name for name, looks in SHAPES.items() if looks(loaded)]
    return names[0] if len(names) == 1 else None


def _some(value: object) -> list[Mapping[str, Any]]:
    """The first entries of a table or a list, those that are tables."""
    entries: Iterable[object] = ()
    if isinstance(value, Mapping):
        entries = value.values()
    elif isinstance(value, list):
        entries = value
    return [entry for entry in islice(entries, LOOKED_AT) if isinstance(entry, Mapping)]


def _aws(data: object) -> bool:
    return {"offerCode", "products", "terms"} <= table(data).keys()


def _azure(data: object) -> bool:
    first = data[0] if isinstance(data, list) and data else data
    return isinstance(table(first).get("Items"), list)


def _openrouter(data: object) -> bool:
    return any("prompt" in table(entry.get("pricing")) for entry in _some(table(data).get("data")))


def _genai_prices(data: object) -> bool:
    return isinstance(data, list) and any(
        isinstance(provider.get("models"), list)
        and ("api_pattern" in provider or "pricing_urls" in provider)
        for provider in _some(data)
    )


def _litellm(data: object) -> bool:
    return isinstance(data, Mapping) and any("litellm_provider" in entry for entry in _some(data))


def _models_dev(data: object) -> bool:
    return isinstance(data, Mapping) and any(
        is_model(group) or any(isinstance(model.get("cost"), Mapping) for model in _some(group))
        for provider in _some(data)
        for group in _some(provider)
    )


def _model_prices(data: object) -> bool:
    return {"prices", "aliases", "schema"} <= table(data).keys()


def _portkey(data: object) -> bool:
    return isinstance(data, Mapping) and any(
        any("pricing_config" in table(model) for model in vendor.values()) for vendor in _some(data)
    )


SHAPES = {
    "genai-prices": _genai_prices,
    "litellm": _litellm,
    "models.dev": _models_dev,
    "model-prices": _model_prices,
    "portkey": _portkey,
    "openrouter": _openrouter,
    "aws": _aws,
    "azure": _azure,
}
