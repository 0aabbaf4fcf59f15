"""The AWS price list for Bedrock: offer files of the bulk API, read without an account.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html

Two offers are read. ``AmazonBedrock`` names the model and the token kind in the usage type
(``USE1-NovaPro-input-tokens-batch``, ``USE1-qwen.qwen3-32b-mantle-output-tokens-flex``);
``AmazonBedrockFoundationModels`` names the model in ``servicename`` and the kind in the usage type
(``USE1-MP:USE1_InputTokenCount_Global-Units``). Neither gives Bedrock's own model id, except the
dotted names, so ids come from a table and what is not in it is skipped. The file does not say from
how many tokens a long-context price holds: a model that has one is skipped whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from costplan.catalog.model import MODES, Model
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
    "https://pricing.us-east-1.amazonaws.com"
    "/offers/v1.0/aws/AmazonBedrock/current/us-east-1/index.json"
)
PAGE = "https://aws.amazon.com/bedrock/pricing"
NAME = "aws"
OFFERS = ("AmazonBedrock", "AmazonBedrockFoundationModels")
HOME = "us-east-1"
UNITS = {"1K tokens": Decimal(1_000), "1M tokens": MILLION}
EDITION = " (Amazon Bedrock Edition)"

Scope = Literal["in-region", "profile", "global"]
"""What the id of a model is bound to: a region, a profile of one geography, or none."""

IN_REGION = {
    "NovaMicro": "amazon.nova-micro-v1:0",
    "NovaLite": "amazon.nova-lite-v1:0",
    "NovaPro": "amazon.nova-pro-v1:0",
    "NovaPremier": "amazon.nova-premier-v1:0",
    "Nova2.0Lite": "amazon.nova-2-lite-v1:0",
    "TitanTextG1-Lite": "amazon.titan-text-lite-v1",
    "TitanTextG1-Express": "amazon.titan-text-express-v1",
    "TitanEmbeddingsG1-Text": "amazon.titan-embed-text-v1",
    "TitanEmbeddingV2-Text": "amazon.titan-embed-text-v2:0",
    "Llama3-3-70B": "meta.llama3-3-70b-instruct-v1:0",
    "Llama4-Scout-17B": "meta.llama4-scout-17b-instruct-v1:0",
    "Llama4-Maverick-17B": "meta.llama4-maverick-17b-instruct-v1:0",
}
"""Names in usage types, and the ids that Bedrock's documentation gives to the same models."""

BY_PROFILE = {
    "Claude Opus 5.5": "anthropic.claude-opus-5-5",
    "Claude Sonnet 5.5": "anthropic.claude-sonnet-5-5",
    "Claude Haiku 5.5": "anthropic.claude-haiku-5-5",
    "Claude Opus 4.5": "anthropic.claude-opus-4-5-20251101-v1:0",
    "Claude Sonnet 4.5": "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "Claude Haiku 4.5": "anthropic.claude-haiku-4-5-20251001-v1:0",
    "Claude Opus 4.1": "anthropic.claude-opus-4-1-20250805-v1:0",
    "Claude Sonnet 4": "anthropic.claude-sonnet-4-20250514-v1:0",
    "Claude Opus 4": "anthropic.claude-opus-4-20250514-v1:0",
}
"""Models that are called through a profile of a geography, or through the global one."""

PROFILES = {"us-east-1": "us", "us-east-2": "us", "us-west-2": "us"}
PROFILES |= {f"eu-{region}": "eu" for region in ("west-1", "west-3", "central-1", "north-1")}

DOTTED = re.compile(r"[a-z0-9]+\.[a-z0-9][a-z0-9.-]*")
USAGE = re.compile(
    r"(?:[A-Z][A-Z0-9]*-)?(?P<model>.+?)-(?P<mantle>mantle-)?"
    r"(?P<kind>(?:text-)?input-tokens|(?:text-)?output-tokens"
    r"|cache-read-(?:input-)?token(?:s|-count)|cache-write-(?:input-)?token(?:s|-count))"
    r"(?P<rest>(?:-.+)?)"
)
MARKET = re.compile(r"(?:[A-Z][A-Z0-9]*-)?MP:[A-Z0-9]+_(?P<body>[A-Za-z0-9_]+?)-Units")
MARKET_KINDS = {
    "inputtokencount": "input",
    "inputtokens": "input",
    "outputtokencount": "output",
    "outputtokens": "output",
    "cachereadinputtokencount": "cache_read",
    "cachereadtokens": "cache_read",
    "cachewriteinputtokencount": "cache_write",
    "cachewritetokens": "cache_write",
    "cachewrite1hinputtokencount": "cache_write_1h",
    "cachewritetokens1h": "cache_write_1h",
}


class _Use(NamedTuple):
    """What a usage type counts."""

    model: str
    kind: str
    mode: str
    scope: Scope
    long_context: bool = False
    vendor: str = "bedrock"


class _Price(NamedTuple):
    use: _Use
    region: str
    per_million: Decimal
    since: date


def read(payload: bytes, checked: date) -> Upstream:
    """An offer file; what it rests on is its publication date. Raises InvalidInput."""
    offer = table(json_of(payload))
    code, products = text(offer.get("offerCode")), offer.get("products")
    if code not in OFFERS or not isinstance(products, Mapping):
        raise wrong_shape(NAME, f"no offer file of {' or '.join(OFFERS)}")
    published = day_of(offer.get("publicationDate"))
    if published is None:
        raise wrong_shape(NAME, "an offer file without a publication date")
    source = Source(at=f"AWS price list of Bedrock, {PAGE}", confidence="vendor")
    basket = Basket(NAME, source, min(published, checked))
    terms = table(table(offer.get("terms")).get("OnDemand"))
    models: dict[tuple[str, str], list[_Price]] = {}
    for sku in sorted(products):
        attributes = table(table(products[sku]).get("attributes"))
        price = _price(attributes, table(terms.get(sku)), basket.checked)
        if isinstance(price, str):
            basket.skip(text(attributes.get("usagetype")) or sku, price)
            continue
        name = _id(price)
        if name is None:
            shown = f"{price.use.model} in {price.region}"
            basket.skip(shown, "no Bedrock id is certain for this name there")
            continue
        models.setdefault((name, price.use.model), []).append(price)
    for (name, shown), prices in sorted(models.items()):
        fault = _take(basket, name, prices)
        if fault is not None:
            basket.skip(f"{shown} ({name})", fault)
    return basket.result()


def _price(attributes: Mapping[str, Any], terms: Mapping[str, Any], day: date) -> _Price | str:
    """What one product costs, or the reason why it has no place here."""
    usage = text(attributes.get("usagetype"))
    use = _use(usage, text(attributes.get("servicename")))
    if isinstance(use, str):
        return use
    dated = [
        (since, dimension)
        for term in terms.values()
        if (since := day_of(table(term).get("effectiveDate"))) is not None
        for dimension in table(table(term).get("priceDimensions")).values()
    ]
    if not dated:
        return "no price on demand"
    if len(dated) > 1:
        return "more than one price on demand"
    since, dimension = dated[0][0], table(dated[0][1])
    if since > day:
        return f"takes effect on {since}"
    per = _tokens_bought(dimension)
    if per is None:
        return f"counted in {text(dimension.get('unit'))[:20] or 'nothing'}, not in tokens"
    price = number(table(dimension.get("pricePerUnit")).get("USD"))
    if price is None or price < 0:
        return "no price in USD"
    region = text(attributes.get("regionCode"))
    if not region:
        return "no region"
    return _Price(use, region, plain(price * MILLION / per), since)


def _tokens_bought(dimension: Mapping[str, Any]) -> Decimal | None:
    """How many tokens one unit is; a Marketplace "Units" says it in its description only."""
    unit = text(dimension.get("unit"))
    if unit == "Units" and "million" in text(dimension.get("description")).lower():
        return MILLION
    return UNITS.get(unit)


def _use(usage: str, service: str) -> _Use | str:
    if market := MARKET.fullmatch(usage):
        return _marketplace_use(market["body"], service.removesuffix(EDITION))
    match = USAGE.fullmatch(usage)
    if match is None:
        return "counts something other than tokens of a model"
    kind = match["kind"].removeprefix("text-").split("-token")[0].removesuffix("-input")
    words = match["rest"].replace("-cross-region-global", "-global").split("-")[1:]
    modes = [word for word in words if word in MODES]
    if set(words) - {*MODES, "standard", "global"} or len(modes) > 1:
        return "a kind of token or of request that is not read here"
    scope: Scope = "global" if "global" in words else "in-region"
    name = match["model"]
    vendor = "bedrock-mantle" if match["mantle"] else "bedrock"
    return _Use(name, kind.replace("-", "_"), "".join(modes), scope, vendor=vendor)


def _marketplace_use(body: str, service: str) -> _Use | str:
    flat = body.lower().replace("_", "")
    long_context, words = False, []
    while True:
        for word in (*MODES, "standard", "global", "longctx", "lctx"):
            if flat.endswith(word):
                flat = flat.removesuffix(word)
                words.append(word)
                break
        else:
            break
    long_context = "longctx" in words or "lctx" in words
    kind = MARKET_KINDS.get(flat)
    modes = [word for word in words if word in MODES]
    if kind is None or len(modes) > 1 or not service:
        return "counts something other than tokens of a model"
    scope: Scope = "global" if "global" in words else "profile"
    return _Use(service, kind, "".join(modes), scope, long_context)


def _id(price: _Price) -> str | None:
    """The exact id that is billed at this price; None where it is not certain."""
    use = price.use
    if use.model in BY_PROFILE:
        prefix = "global" if use.scope == "global" else PROFILES.get(price.region)
        return f"bedrock/{prefix}.{BY_PROFILE[use.model]}" if prefix else None
    bare = use.model if DOTTED.fullmatch(use.model) else IN_REGION.get(use.model)
    if bare is None or use.scope == "profile" or price.region != HOME:
        return None
    return f"{use.vendor}/{'global.' if use.scope == 'global' else ''}{bare}"


def _take(basket: Basket, name: str, prices: list[_Price]) -> str | None:
    """Put the model into the basket, or say why it has no place there."""
    if any(price.use.long_context for price in prices):
        return "a long-context price, and the list does not say from how many tokens"
    modes: dict[str, Priced] = {}
    for price in prices:
        rates = modes.setdefault(price.use.mode, {})
        if rates.setdefault(price.use.kind, price.per_million) != price.per_million:
            return f"two prices for {price.use.kind.replace('_', ' ')} tokens"
    base = modes.pop("", {})
    if fault := next(filter(None, map(fault_of_rates, (base, *modes.values()))), None):
        return fault
    embedding = "embed" in name
    if "output" not in base and not embedding:
        return "no price for output tokens"
    since = max(price.since for price in prices)
    card = basket.card(base, since=since)
    own = {key: mode(card, modes[key], {}, None) for key in sorted(modes)}
    region = name.partition("/")[2].partition(".")[0]
    model = Model(
        id=name,
        kind="embedding" if embedding else "chat",
        region=region if region in PROFILES.values() else None,
        price=(basket.card(base, since=since, mode=own),),
    )
    basket.add(name.partition("/")[0], model, name)
    return None
