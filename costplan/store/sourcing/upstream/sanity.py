"""What one source's own entry must satisfy before it is taken as prices of tokens.

The sets are kept by hand and by script, and their slips recur: a price of an image or a character
in a column of tokens, storage by the hour in the column of cache writes, two columns swapped, a
factor of ten. What cannot be right is left out, the entry or the part of it, each with a reason:
an unknown price is asked for, a wrong one is billed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal

from costplan.catalog.model import Card, Mode, Model, Rates, Tier
from costplan.record import replace
from costplan.words import TOKEN_KINDS, TOKENS

Kind = Literal["chat", "embedding", "rerank"]

DEAREST = {
    "chat": {"input": Decimal(200), "output": Decimal(1000)},
    "embedding": {"input": Decimal(20), "output": Decimal(20)},
    "rerank": {"input": Decimal(20), "output": Decimal(20)},
}
"""Per million tokens. The dearest text model ever sold cost 150 in and 600 out; beyond these
bounds a price per thousand or per token was read as one per million."""
CHEAPEST = Decimal("0.001")
"""Per million text tokens. The cheapest model sold costs 0.002; a price of an image's step, read as
one of a token, is far below."""
DRAWS = re.compile(
    r"(?<![a-z])(flux-|stable-diffusion|sdxl|ssd-1b|playground-v\d|ming-image|controlnet)"
    r"|-diffusion-xl|-controlnet",
    re.I,
)
SPEAKS = re.compile(r"(?<![a-z])(tts|chirp)(?![a-z])", re.I)
EMBEDS = re.compile(
    r"embed|colbert|(?<![a-z0-9])"
    r"(bge|gte|e5|uae|m2-bert|bert|all-minilm|all-mpnet|sentence-transformers|text2vec|clip-vit"
    r"|voyage-0|voyage-lite|ada-v2)(?![a-z])",
    re.I,
)
CHEAPER = ("batch", "flex")
WRITES = tuple(kind.name for kind in TOKENS if kind.cache == "write")
CACHE = tuple(kind.name for kind in TOKENS if kind.cache and kind.medium == "text")
ONE_WRITE_PRICE = re.compile(r"minimax", re.I)
"""Two sets show one write price for MiniMax's plain and high-speed models: below the input of the
high-speed ones."""

EDGES_INCLUSIVE = ("xai",)
"""Sellers whose long tier begins at its edge ("requests of 200K tokens or more"). Most sets write
every edge as "above", whatever the seller's page says."""

SLIPS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("genai-prices", "novita/mistralai/mistral-nemo"): ("input", "0.17"),
    ("genai-prices", "openai/gpt-4o-mini-transcribe"): ("input_audio", "3"),
    ("genai-prices", "openai/gpt-4o-transcribe"): ("input_audio", "6"),
    ("litellm", "openinfer/@oi/Qwen3.5-9B"): ("input", "5"),
    ("portkey", "azure/Kimi-K3"): ("input", "33"),
    ("portkey", "azure/accounts/fireworks/models/deepseek-v3.2"): ("input", "6.2"),
    ("portkey", "azure/accounts/fireworks/models/gpt-oss-120b"): ("input", "1.7"),
    ("portkey", "azure/gpt-4o-mini-audio-preview"): ("input", "15"),
    ("portkey", "cloudflare/@cf/moonshotai/kimi-k3"): ("input", "30"),
    ("portkey", "deepinfra/meta-llama/Meta-Llama-3.3-70B-Instruct"): ("output", "0.04"),
    ("portkey", "deepinfra/meta-llama/Meta-Llama-3.3-70B-Instruct-Turbo"): ("output", "0.03"),
    ("portkey", "vertex/gemini-1.5-flash-001"): ("output", "0.03"),
    ("portkey", "vertex/gemini-1.5-flash-002"): ("output", "0.03"),
    ("portkey", "vertex/gemini-1.5-flash-preview-0514"): ("output", "0.03"),
}
"""Prices that a set alone shows: ten or a hundred times off what the same model costs everywhere
else, or another than the seller's own page of the model does. Left out only while the set shows
exactly this: a corrected price is taken."""


def kind_of(name: str, kind: Kind, rates: Rates) -> Kind:
    """The kind of a model, where a set that does not state it left "chat" on an embedding."""
    if kind != "chat" or rates.output not in (None, rates.input):
        return kind
    if rates.output is None and "rerank" in name.casefold():
        return "rerank"
    return "embedding" if EMBEDS.search(name) else kind


def refusal(source: str, model: Model) -> str | None:
    """Why a source's model has no place among prices of tokens; None where it has one."""
    name = model.id.partition("/")[2]
    media = any(
        rate and TOKEN_KINDS[kind].medium == "image"
        for card in model.price
        for kind, rate in card.rates.published().items()
    )
    if DRAWS.search(name) and not media:
        return "draws images: not billed by the token"
    for card in model.price:
        rates = card.rates
        if rates.input is None and rates.output is None:
            return "no price of text tokens"
        if SPEAKS.search(name) and not rates.published().keys() & {"output", "output_audio"}:
            return "speaks text: priced per character"
        for kind, dearest in DEAREST[model.kind].items():
            amount = getattr(rates, kind)
            if amount is not None and (amount > dearest or 0 < amount < CHEAPEST):
                return f"a unit error: {amount.normalize():f} per million {kind} tokens"
    slip = SLIPS.get((source, model.id))
    if slip is not None and getattr(model.price[-1].rates, slip[0]) == Decimal(slip[1]):
        return f"a slip of the set: {slip[1]} per million {slip[0]} tokens"
    return None


def sound(model: Model, card: Card) -> tuple[Card, list[str]]:
    """The card without the parts that cannot be right, and why each was left out."""
    reasons: list[str] = []
    if model.kind != "chat" and card.rates.output is not None:
        card = without(card, ("output",))
        reasons.append(f"a price of output tokens of a model of kind {model.kind}")
    sets = [card.rates, *(tier.rates for tier in card.tiers)]
    if any(_above(rates.cache_read, rates.input) for rates in sets):
        card = without(card, CACHE)
        reasons.append("cache prices above fresh input: a slip of columns")
    elif not ONE_WRITE_PRICE.search(model.id) and any(
        _above(rates.input, rates.cache_write) for rates in sets
    ):
        card = without(card, WRITES)
        reasons.append("a cache write below fresh input: storage, or a read under another name")
    elif any(_written_as_output(rates) for rates in sets):
        card = without(card, WRITES)
        reasons.append("a cache write at the price of output: a slip of columns")
    for name in CHEAPER:
        mode = card.mode.get(name)
        if mode is not None and _dearer(card, mode):
            card = replace(card, mode={k: own for k, own in card.mode.items() if k != name})
            reasons.append(f"{name} dearer than the standard way")
    return card, reasons


def edged(vendor: str, card: Card) -> Card:
    """The card with tiers that begin at their edges, where the seller's do."""
    if vendor not in EDGES_INCLUSIVE:
        return card

    def inclusive(tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        return tuple(
            tier if tier.above is None else replace(tier, above=None, at_or_above=tier.above)
            for tier in tiers
        )

    modes = {name: replace(mode, tiers=inclusive(mode.tiers)) for name, mode in card.mode.items()}
    return replace(card, tiers=inclusive(card.tiers), mode=modes)


def without(card: Card, kinds: Iterable[str]) -> Card:
    """The card without kinds of tokens, in its tiers and modes too."""
    none = dict.fromkeys(kinds)

    def less(tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        return tuple(replace(tier, rates=replace(tier.rates, **none)) for tier in tiers)

    modes = {
        name: mode
        if mode.rates is None
        else replace(mode, rates=replace(mode.rates, **none), tiers=less(mode.tiers))
        for name, mode in card.mode.items()
    }
    rates = replace(card.rates, **none)
    return replace(card, rates=rates, tiers=less(card.tiers), mode=modes)


def _above(price: Decimal | None, limit: Decimal | None) -> bool:
    return price is not None and limit is not None and price > limit


def _written_as_output(rates: Rates) -> bool:
    """Whether a write costs what an answer does; no vendor asks more than twice the input for one,
    and a model whose output is as cheap as that says nothing."""
    write, given = rates.cache_write, rates.input
    return _above(write, given) and write == rates.output


def _dearer(card: Card, mode: Mode) -> bool:
    if mode.rates is None:
        return mode.times is not None and mode.times > 1
    base = card.rates.published()
    return any(_above(rate, base.get(kind)) for kind, rate in mode.rates.published().items())
