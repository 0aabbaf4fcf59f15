"""The files of a token catalogue, merged from what upstreams quote and the files there are.

One file a vendor. What a file already says stays byte for byte, comments included; a block gets a
line where a source confirms or contradicts it, and a card where a price is news
(``costplan.catalog.merging`` decides). Models that no file has yet follow below a separator, in the
order of their ids. Texts come in and texts go out; nothing is read or written here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from costplan.catalog.lookup import CatalogFile
from costplan.catalog.merging import Quote, merge
from costplan.catalog.model import Model
from costplan.catalog.origin import Source
from costplan.problems import InvalidInput, Problem
from costplan.record import replace
from costplan.store.files.catalog_text import header_text, model_text, source_text
from costplan.store.files.shelves import BLOCK
from costplan.store.files.text import parse_toml, read_document
from costplan.store.sourcing.amending import amended
from costplan.store.sourcing.upstream import Quoted, Upstream

SEPARATOR = (
    "# ---- Below: merged from the data sets named above; docs/catalogue.md says how. ----\n"
)
VERSIONS = {"bedrock": ("-v1:0", "-v1"), "vertex": ("@default",)}
"""Suffixes that some ids of a seller are written with and some without: two such ids are one model,
and for Vertex ``@default`` is how its interface spells the absence of a version."""


class Merged(NamedTuple):
    """The files by vendor, and the ids of them that are new or were amended."""

    files: dict[str, str]
    added: tuple[str, ...]
    amended: tuple[str, ...]


def merge_files(files: Mapping[str, str], upstreams: Sequence[Upstream]) -> Merged:
    """The files of every vendor that has one or is quoted, from ``{vendor: text}``.

    Upstreams are ranked by their own dates and confidence; their order decides ties. Raises
    DocumentError for a base file that is not one, InvalidInput for quotes in two currencies.
    """
    quotes: dict[str, list[tuple[Upstream, Quoted]]] = {vendor: [] for vendor in sorted(files)}
    for upstream in upstreams:
        for quoted in upstream.quoted:
            quotes.setdefault(quoted.vendor, []).append((upstream, quoted))
    written, added, changed = {}, [], []
    for vendor in sorted(quotes):
        file = _File(vendor, files.get(vendor), quotes[vendor])
        text = file.text()
        if text is not None:
            written[vendor] = text
            added += file.added
            changed += file.amended
    return Merged(written, tuple(added), tuple(changed))


def key_of(name: str) -> str:
    """What two spellings of one id share."""
    folded = name.casefold()
    for vendor, suffixes in VERSIONS.items():
        if folded.startswith(f"{vendor}/"):
            for suffix in suffixes:
                if folded.endswith(suffix):
                    return folded.removesuffix(suffix)
    return folded


class _File:
    def __init__(
        self, vendor: str, text: str | None, quoted: list[tuple[Upstream, Quoted]]
    ) -> None:
        self.vendor, self.given, self.quoted = vendor, text, quoted
        self.added: list[str] = []
        self.amended: list[str] = []
        self.file: CatalogFile | None = None
        if text is not None:
            self.file = read_document(CatalogFile, vendor, text, parse_toml(vendor, text))
        currencies = {model.currency for _, model in quoted}
        if self.file is not None:
            currencies.add(self.file.currency)
        if len(currencies) > 1:
            listed = ", ".join(sorted(currencies))
            raise InvalidInput([Problem((vendor,), f"quoted in several currencies: {listed}")])
        self.currency = next(iter(currencies), "USD")
        self.sources = {upstream.name: upstream.source for upstream, _ in quoted}

    def text(self) -> str | None:
        """The whole file; None where nothing can be said of the vendor."""
        base = {model.id: model for model in self.file.model} if self.file else {}
        known = {key_of(model.id): model.id for model in base.values()}
        named = {key_of(name) for model in base.values() for name in model.aliases}
        groups: dict[str, list[tuple[Upstream, Quoted]]] = {}
        for upstream, quoted in self.quoted:
            key = key_of(quoted.model.id)
            if key not in named:  # an alias in the file is the file's own word on that name
                groups.setdefault(key, []).append((upstream, quoted))
        head = self.file.source if self.file else {}
        merged: dict[str, Model] = {}
        for key in sorted(groups):
            model_id = known.get(key) or _spelling(groups[key])
            quotes = [_quote(upstream, quoted, model_id) for upstream, quoted in groups[key]]
            merged[model_id] = merge(base.get(model_id), quotes, head)
        everything = _unambiguous(base, base | merged)
        fresh = [everything[name] for name in sorted(everything) if name not in base]
        if not base and not fresh:
            return None
        self.added = [model.id for model in fresh]
        if self.given is None:
            name = self.quoted[0][1].vendor_name
            used = _used(fresh, self.sources)
            blocks = [header_text(name, self.currency, used), *map(model_text, fresh)]
            return "\n".join(blocks)
        return self._continued(self.given, base, everything, fresh)

    def _continued(
        self, text: str, base: Mapping[str, Model], merged: Mapping[str, Model], fresh: list[Model]
    ) -> str:
        blocks = list(BLOCK.finditer(text))
        starts = [block.start() for block in blocks]
        parts = []
        for block, end in zip(blocks, [*starts[1:], len(text)], strict=True):
            part, name = text[block.start() : end], block[1]
            if name in merged and merged[name] != base[name]:
                part = amended(part, base[name], merged[name])
                self.amended.append(name)
            parts.append(part)
        head = text[: starts[0]] if starts else text
        used = _used(merged.values(), self.sources)
        body = _with_sources(head, self.file.source if self.file else {}, used) + "".join(parts)
        if not fresh:
            return body
        separator = "" if SEPARATOR in body else f"\n{SEPARATOR}"
        return "\n".join([body.rstrip("\n") + "\n" + separator, *map(model_text, fresh)])


def _spelling(group: Sequence[tuple[Upstream, Quoted]]) -> str:
    """The spelling that most sources use; the first given where they are as many."""
    return Counter(quoted.model.id for _, quoted in group).most_common(1)[0][0]


def _quote(upstream: Upstream, quoted: Quoted, model_id: str) -> Quote:
    model = quoted.model
    if model.id != model_id:
        model = replace(model, id=model_id, aliases=(model.id, *model.aliases))
    return Quote(
        upstream.name, upstream.source.confidence, upstream.checked, model, quoted.reseller
    )


def _unambiguous(base: Mapping[str, Model], models: Mapping[str, Model]) -> dict[str, Model]:
    """The models, without an alias that is somebody's id or that two of them claim.

    Aliases of base models are left alone.
    """
    ids = {name.casefold() for name in models}
    kept = {alias for model in base.values() for alias in model.aliases}
    claims = Counter(alias for model in models.values() for alias in model.aliases)
    sure = {}
    for name, model in models.items():
        own = base[name].aliases if name in base else ()
        aliases = tuple(
            alias
            for alias in model.aliases
            if alias in own
            or (
                alias not in kept
                and claims[alias] == 1
                and (alias.casefold() not in ids or alias.casefold() == name.casefold())
            )
        )
        sure[name] = model if aliases == model.aliases else replace(model, aliases=aliases)
    return sure


def _used(models: Iterable[Model], sources: Mapping[str, Source]) -> dict[str, Source]:
    """The upstreams that some card, factor or rejection names, in their order."""
    names = {name for model in models for name in model.sources()}
    return {name: source for name, source in sources.items() if name in names}


def _with_sources(head: str, known: Mapping[str, Source], used: Mapping[str, Source]) -> str:
    """The head with a line for each source it lacks, and the current address of the others."""
    lines = head.splitlines(keepends=True)
    last = max((at for at, line in enumerate(lines) if line.startswith("source.")), default=-1)
    fresh = [source_text(name, source) + "\n" for name, source in used.items() if name not in known]
    lines[last + 1 : last + 1] = fresh
    changed = {
        name: source for name, source in used.items() if name in known and known[name] != source
    }
    for name, source in changed.items():
        text = source_text(name, source)
        key = re.escape(text.partition(" =")[0])
        lines = [f"{text}\n" if re.match(rf"{key}(?![\w-])\s*=", line) else line for line in lines]
    return "".join(lines)
