"""Rules that hold models against their siblings: one snapshot under two names, one family.

A public set that misses a change of price misses it under one name of several, so what two names
of one model cost is the cheapest test of both. The cards compared are the last ones: prices that
are announced must agree too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from costplan.catalog.filed import Filed
from costplan.catalog.model import Card, Model
from costplan.plan.prices.audit.parts import Hit, Hits
from costplan.quantity import grouped

DATED = re.compile(r"^(.+?)[-@](20\d\d-?[01]\d-?[0-3]\d)(?:-v\d+(?::\d+)?)?$")
"""A name and the day of its snapshot: gpt-4o-2024-11-20, claude-opus-4@20250514."""
VERSION = re.compile(r"-v\d+(?::\d+)?$|@default$")
PROFILE = re.compile(r"^(bedrock/)(?:(global|us|eu|au|jp|apac)\.)?([a-z0-9]+\..+)$")
"""Amazon's inference profiles: global, of a continent or country, or none for an in-region call."""
WORDS = re.compile(
    r"[-@](?:20\d\d-?\d\d-?\d\d|\d{4}|latest|preview|exp|beta|experimental|non-reasoning|reasoning"
    r"|thinking)(?=$|[-@])"
)


def _models(filed: Sequence[Filed]) -> Iterable[tuple[Filed, Model]]:
    for filing in filed:
        if isinstance(filing.entry.item, Model):
            yield filing, filing.entry.item


def twins(filed: Sequence[Filed]) -> Hits:
    """A name and its newest dated snapshot, or its version, that cost unlike."""
    by_id = {(filing.entry.shelf, model.id): filing for filing, model in _models(filed)}
    newest: dict[tuple[str, str], tuple[str, Filed]] = {}
    for filing, model in _models(filed):
        dated = DATED.match(model.id)
        bare = dated[1] if dated else _unversioned(model.id)
        key = (filing.entry.shelf, bare)
        if bare != model.id and key in by_id:
            stamp = dated[2].replace("-", "") if dated else ""
            newest[key] = max(
                newest.get(key, ("", filing)), (stamp, filing), key=lambda pair: pair[0]
            )
    for key, (stamp, filing) in newest.items():
        own = [DATED.match(name) for name in by_id[key].entry.item.aliases]
        if any(match and match[2].replace("-", "") > stamp for match in own):
            continue  # the bare name is that of a newer snapshot
        said = _unlike(_last(by_id[key]), _last(filing))
        if said:
            yield filing, Hit(key[1], f"{said} than {key[1]}, which names the same model")


def _unversioned(name: str) -> str:
    """The name without a version, where the seller writes one at will; elsewhere v2 is a model."""
    return VERSION.sub("", name) if name.startswith(("bedrock/", "vertex/")) else name


def _last(filing: Filed) -> Card:
    assert isinstance(filing.entry.item, Model)
    return filing.entry.item.price[-1]


def _unlike(card: Card, other: Card) -> str | None:
    """What ``other`` costs unlike ``card``; a kind that only one of them has is no difference."""
    mine, theirs = _each(card), _each(other)
    odd = [kind for kind in mine.keys() & theirs.keys() if mine[kind] != theirs[kind]]
    if odd:
        kind = min(odd)
        shown = grouped((other.rates.published()[kind]).normalize())
        return f"{kind} costs {shown}, not {grouped(card.rates.published()[kind].normalize())},"
    if [tier.first for tier in card.tiers] != [tier.first for tier in other.tiers]:
        return "has other tiers"
    return None


def _each(card: Card) -> Mapping[str, Decimal]:
    return {kind: rate / card.per for kind, rate in card.rates.published().items()}


def profiles(filed: Sequence[Filed]) -> Hits:
    """An in-region or regional profile that is not as much above the global one as the others."""
    groups: dict[str, list[tuple[str, Filed, Model]]] = defaultdict(list)
    for filing, model in _models(filed):
        match = PROFILE.match(model.id)
        if match:
            name = VERSION.sub("", match[3])
            groups[f"{filing.entry.shelf} {name}"].append((match[2] or "", filing, model))
    for members in groups.values():
        base = next((_each(model.price[-1]) for kind, _, model in members if kind == "global"), {})
        given = base.get("input")
        rest = [(filing, model) for kind, filing, model in members if kind != "global"]
        ratios = {
            model.id: _each(model.price[-1])["input"] / given
            for _, model in rest
            if given and "input" in _each(model.price[-1])
        }
        if len(set(ratios.values())) < 2:
            continue
        usual = max(ratios.values(), key=list(ratios.values()).count)
        for filing, model in rest:
            if ratios.get(model.id, usual) != usual:
                times = grouped(round(ratios[model.id], 3).normalize())
                message = f"input costs {times} times the global profile, others {usual:.3g} times"
                yield filing, Hit("input", message)


def tiers(filed: Sequence[Filed]) -> Hits:
    """A model without the tiers that siblings of the same rates have, though its window is long."""
    groups: dict[tuple[object, ...], list[tuple[Filed, Model]]] = defaultdict(list)
    for filing, model in _models(filed):
        rates = _each(model.price[-1])
        if model.kind == "chat" and "input" in rates:
            stem = WORDS.sub("", WORDS.sub("", VERSION.sub("", model.id.casefold())))
            key = (filing.entry.shelf, stem, rates["input"], rates.get("output"))
            groups[key].append((filing, model))
    for members in groups.values():
        edges = [tuple(tier.first for tier in model.price[-1].tiers) for _, model in members]
        most = max(edges, key=len)
        for (filing, model), own in zip(members, edges, strict=True):
            if own != most and most and (model.context is None or model.context > most[0]):
                like = members[edges.index(most)][1].id
                yield (
                    filing,
                    Hit("", f"has not the tiers of {like}, which costs the same below them"),
                )


def edges(filed: Sequence[Filed]) -> Hits:
    """An edge that one vendor's cards read both ways: from it on, and only above it."""
    ways: dict[tuple[str, int], dict[bool, Filed]] = defaultdict(dict)
    for filing, model in _models(filed):
        for tier in model.price[-1].tiers:
            edge = tier.above or tier.at_or_above or 0
            ways[filing.file, edge].setdefault(tier.above is None, filing)
    for (_, edge), sides in ways.items():
        if len(sides) == 2:
            other_id = sides[False].entry.id
            message = f"bills the tier from {edge:,} tokens on, {other_id} only above {edge:,}"
            yield sides[True], Hit(str(edge), message, "the vendor's page says which of them holds")


def assumed_terms(filed: Sequence[Filed]) -> Hits:
    """How many models of a file have a price of cached tokens and no terms of the cache."""
    lacking: dict[str, list[Filed]] = defaultdict(list)
    for filing, model in _models(filed):
        if model.price[-1].rates.cache_read and model.cache is None:
            lacking[filing.file].append(filing)
    for filings in lacking.values():
        message = f"the least cached prefix is assumed for {len(filings):,} models of this file"
        yield filings[0], Hit("", message)
