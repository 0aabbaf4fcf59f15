"""Published price sources, one adapter a file, one line each in ``SOURCES``.

An adapter turns one payload into models in the catalogue's own shape and says what it left out
and why. It reads no file and no network, so that a refresh, a test and a maintainer's merge use
the same code. What it cannot express it skips with a reason; it never guesses a price.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import NamedTuple

from costplan.catalog.model import Model
from costplan.catalog.origin import Source
from costplan.problems import BadUsage, did_you_mean


class Quoted(NamedTuple):
    """A model as one source shows it; every origin on it names the source ``Upstream.name``.

    ``vendor`` is the id's prefix and the stem of the file it goes to; ``vendor_name`` its heading.
    ``reseller``: the price is that of somebody who sells the model on, not of ``vendor`` itself.
    """

    vendor: str
    vendor_name: str
    model: Model
    currency: str = "USD"
    reseller: bool = False


class Skipped(NamedTuple):
    """An entry of the source that has no place in the catalogue, with the reason."""

    name: str
    reason: str


class Upstream(NamedTuple):
    """All that one payload says. ``checked``: the day the source was published or read by its
    publisher, never the day of the refresh unless the source is a vendor's live price API."""

    name: str
    source: Source
    checked: date
    quoted: tuple[Quoted, ...]
    skipped: tuple[Skipped, ...] = ()


class Adapter(NamedTuple):
    """How to reach a source and to read what it sends. ``read`` raises InvalidInput.

    ``next_page``: for a source that pages, the address of the page after one.
    """

    name: str
    url: str
    read: Callable[[bytes, date], Upstream]
    next_page: Callable[[bytes], str | None] | None = None


SOURCES = {
    "genai-prices": "costplan.store.sourcing.upstream.genai_prices",
    "litellm": "costplan.store.sourcing.upstream.litellm",
    "models.dev": "costplan.store.sourcing.upstream.models_dev",
    "model-prices": "costplan.store.sourcing.upstream.model_prices",
    "portkey": "costplan.store.sourcing.upstream.portkey",
    "openrouter": "costplan.store.sourcing.upstream.openrouter",
    "aws": "costplan.store.sourcing.upstream.aws",
    "azure": "costplan.store.sourcing.upstream.azure",
}


def adapter(name: str) -> Adapter:
    """The adapter of a source. Raises BadUsage for an unknown name."""
    if name not in SOURCES:
        hint = did_you_mean(name, SOURCES) or "sources: " + ", ".join(SOURCES)
        raise BadUsage(f"there is no price source '{name}'", hint)
    module = import_module(SOURCES[name])
    return Adapter(name, module.URL, module.read, getattr(module, "next_page", None))
