"""Azure's retail price API: OpenAI models by the token, read without an account.

https://learn.microsoft.com/en-us/rest/api/cost-management/retail-prices/azure-retail-prices

A meter's name holds everything: the model, whether it is input, output or cached input, the
deployment (Global, Data Zone, Regional), and the mode (batch, or "pp" for priority), abbreviated
in several ways ("gpt 4.1 mini cached Inp glbl Tokens", "5.4 opt Dz 1M Tokens"). Ids are
``azure/<model>`` at the Global price; a Data Zone price is a region factor where it is one. A
name with a word that is not known here is skipped, and so is a model with a long-context meter,
since no meter says from how many tokens it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from costplan.catalog.model import Model, Region
from costplan.catalog.origin import Source
from costplan.store.sourcing.upstream import Upstream
from costplan.store.sourcing.upstream.loosely import (
    day_of,
    fault_of_rates,
    number,
    plain,
    table,
    text,
    wrong_shape,
)
from costplan.store.sourcing.upstream.payload import MILLION, Basket, Priced, json_of, mode

URL = (
    "https://prices.azure.com/api/retail/prices?api-version=2023-01-01-preview"
    "&$filter=serviceName%20eq%20'Foundry%20Models'%20and%20armRegionName%20eq%20'eastus'"
    "%20and%20priceType%20eq%20'Consumption'"
)
PAGE = "https://prices.azure.com/api/retail/prices"
NAME = "azure"
PRODUCT = "Azure OpenAI"
"""Other vendors' models are on Azure under product names that do not lead to one id."""
UNITS = {"1K": Decimal(1_000), "1M": MILLION}

Deployment = Literal["global", "data-zone", "regional"]
DEPLOYMENTS: dict[str, Deployment] = {
    **dict.fromkeys(("glbl", "gl", "global"), "global"),
    **dict.fromkeys(("dz", "dzone", "datazone"), "data-zone"),
    **dict.fromkeys(("regnl", "rgnl", "regional", "rg"), "regional"),
}
DIRECTIONS = {
    **dict.fromkeys(("inp", "inpt", "input", "in"), "input"),
    **dict.fromkeys(("outp", "outpt", "output", "opt", "out"), "output"),
}
CACHED = ("cached", "cchd", "ccchd", "cd")
WRITTEN = ("wr", "write")
MODES = {"batch": "batch", "pp": "priority"}
PLAIN_WORDS = ("tokens", "1m", "1k", "std")
DATED = {
    ("gpt-4o", "0513"): "2024-05-13",
    ("gpt-4o", "0806"): "2024-08-06",
    ("gpt-4o", "1120"): "2024-11-20",
    ("gpt-4o-mini", "0718"): "2024-07-18",
    ("o1", "1217"): "2024-12-17",
    ("o3-mini", "0131"): "2025-01-31",
    ("o3", "0416"): "2025-04-16",
    ("o4-mini", "0416"): "2025-04-16",
}
"""A meter gives a version's month and day; the year is OpenAI's."""
KNOWN = re.compile(
    r"gpt-(?:4|5|6)(?:\.\d)?(?:-(?:mini|nano|pro|chat|codex|codex-mini|sol|terra|luna|astra))?"
    r"|gpt-4o(?:-mini)?|o[134](?:-mini|-pro)?|text-embedding-3-(?:small|large)"
)
"""Model names that are OpenAI's own; no other name is taken for one."""


class _Use(NamedTuple):
    model: str
    kind: str
    mode: str
    deployment: Deployment


class _Price(NamedTuple):
    use: _Use
    per_million: Decimal
    since: date


def next_page(payload: bytes) -> str | None:
    """The address of the page after this one, if the API names one. Raises InvalidInput."""
    return text(table(json_of(payload)).get("NextPageLink")) or None


def read(payload: bytes, checked: date) -> Upstream:
    """One page, or an array of pages, as sent on the day ``checked``. Raises InvalidInput."""
    loaded = json_of(payload)
    pages = [table(page) for page in loaded] if isinstance(loaded, list) else [table(loaded)]
    if not pages or not all(isinstance(page.get("Items"), list) for page in pages):
        raise wrong_shape(NAME, 'no list of prices under "Items"')
    basket = Basket(NAME, Source(at=f"Azure retail prices, {PAGE}", confidence="vendor"), checked)
    latest: dict[tuple[_Use, str], _Price] = {}
    long_context: set[str | None] = set()
    for item in (table(row) for page in pages for row in page["Items"]):
        meter = text(item.get("meterName"))
        price = _price(item, meter, checked)
        if isinstance(price, str):
            basket.skip(meter or "a price without a meter", price)
            if price == LONG:
                long_context.add(_long_model(meter))
            continue
        key = price.use, text(item.get("armRegionName"))
        if key not in latest or latest[key].since < price.since:
            latest[key] = price
    models: dict[str, list[_Price]] = {}
    for price in latest.values():
        models.setdefault(price.use.model, []).append(price)
    for name, prices in sorted(models.items()):
        fault = LONG_MODEL if name in long_context else _take(basket, name, prices)
        if fault is not None:
            basket.skip(name, fault)
    return basket.result()


LONG = "a long-context price, and the meter does not say from how many tokens"
LONG_MODEL = "a long-context price beside this one, and no meter says from how many tokens"


def _price(item: Mapping[str, Any], meter: str, day: date) -> _Price | str:
    product = text(item.get("productName"))
    if not product.startswith(PRODUCT):
        return "not a model of OpenAI's"
    if text(item.get("type")) not in ("", "Consumption"):
        return "a price of another kind than pay as you go"
    per = UNITS.get(text(item.get("unitOfMeasure")))
    if per is None:
        return "counted in something other than tokens"
    if text(item.get("currencyCode")) != "USD":
        return "not priced in USD"
    use = _use(meter, product)
    if isinstance(use, str):
        return use
    since = day_of(item.get("effectiveStartDate"))
    if since is None:
        return "does not say since when"
    if since > day:
        return f"takes effect on {since}"
    price = number(item.get("retailPrice"))
    if price is None or price <= 0:
        return "no price above zero"
    return _Price(use, plain(price * MILLION / per), since)


def _words(meter: str) -> list[str]:
    return re.sub(r"data\s+zone", "datazone", meter.lower()).replace("-", " ").split()


def _use(meter: str, product: str) -> _Use | str:
    """What a meter counts. Every word of its name must be understood."""
    words = _words(meter)
    if "longco" in words:
        return LONG
    if "tokens" not in words:
        return "counted in something other than tokens"
    deployments = {DEPLOYMENTS[word] for word in words if word in DEPLOYMENTS}
    directions = {DIRECTIONS[word] for word in words if word in DIRECTIONS}
    modes = {MODES[word] for word in words if word in MODES}
    cached = any(word in CACHED for word in words)
    written = any(word in WRITTEN for word in words)
    rest = [word for word in words if not _is_grammar(word)]
    name = _model_name(rest, product)
    if name is None:
        return "no model id is certain for this name"
    if name.startswith("text-embedding") and not directions:
        directions = {"input"}
    if len(deployments) != 1 or len(modes) > 1:
        return "the deployment is not certain"
    kind = _kind(directions, cached, written)
    if kind is None:
        return "the kind of token is not certain"
    return _Use(name, kind, "".join(modes), deployments.pop())


def _is_grammar(word: str) -> bool:
    return (
        word in DEPLOYMENTS
        or word in DIRECTIONS
        or word in MODES
        or word in (*CACHED, *WRITTEN, *PLAIN_WORDS, "shortco")
    )


def _kind(directions: Iterable[str], cached: bool, written: bool) -> str | None:
    given = set(directions)
    if written:
        return "cache_write" if cached and "output" not in given else None
    if cached:
        return "cache_read" if given == {"input"} else None
    return given.pop() if len(given) == 1 else None


def _model_name(words: list[str], product: str) -> str | None:
    if not words:
        return None
    if re.fullmatch(r"\d\.\d", words[0]) and "GPT5" in product:
        words = ["gpt", *words]
    joined = "-".join(words)
    name, _, version = joined.rpartition("-")
    if re.fullmatch(r"\d{4}", version):
        dated = DATED.get((name, version))
        return f"{name}-{dated}" if dated else None
    return joined if KNOWN.fullmatch(joined) else None


def _long_model(meter: str) -> str | None:
    rest = [word for word in _words(meter) if not _is_grammar(word) and word != "longco"]
    return _model_name(rest, "Azure OpenAI GPT5")


def _take(basket: Basket, name: str, prices: list[_Price]) -> str | None:
    """Put the model into the basket, or say why it has no place there."""
    by_use: dict[tuple[Deployment, str], Priced] = {}
    for price in prices:
        use = price.use
        if use.deployment == "regional":
            continue  # differs from region to region; nobody can say which one a reader means
        rates = by_use.setdefault((use.deployment, use.mode), {})
        if rates.setdefault(use.kind, price.per_million) != price.per_million:
            return f"two prices for {use.kind.replace('_', ' ')} tokens"
    base = by_use.pop(("global", ""), {})
    zone = by_use.pop(("data-zone", ""), {})
    modes = {key: rates for (where, key), rates in by_use.items() if where == "global"}
    if fault := next(filter(None, map(fault_of_rates, (base, *modes.values()))), None):
        return f"{fault} (Global)"
    embedding = name.startswith("text-embedding")
    if "output" not in base and not embedding:
        return "no price for output tokens (Global)"
    since = max(price.since for price in prices)
    card = basket.card(base, since=since)
    times = mode(card, zone, {}, None).times if zone else None
    card = basket.card(
        base,
        since=since,
        mode={key: mode(card, modes[key], {}, None) for key in sorted(modes)},
        region={"data-zone": Region(times=times)} if times else {},
    )
    kind: Literal["chat", "embedding"] = "embedding" if embedding else "chat"
    basket.add(NAME, Model(id=f"{NAME}/{name}", kind=kind, price=(card,)), name)
    return None
