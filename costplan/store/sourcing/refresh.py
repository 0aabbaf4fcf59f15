"""A refresh: what sources quote, merged onto the prices in force, as a generation of files.

Only what differs from the shelves below is written. A model that a refresh knows carries its whole
history from there, with new cards appended; a source that no longer shows it takes nothing away.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from costplan.catalog.lookup import Entry, Shelf
from costplan.catalog.merging import Quote, merge
from costplan.catalog.model import Model
from costplan.catalog.origin import Origin, Source
from costplan.document.refresh import LeftOut, SourceRead
from costplan.problems import BadUsage, CostplanError
from costplan.record import replace
from costplan.store.files import generations
from costplan.store.files.catalog_text import plain_id
from costplan.store.files.folders import built_in_folder, user_folder
from costplan.store.files.shelves import (
    RefreshedFolder,
    SlicedFolder,
    last_checked,
    layers,
    refreshed,
)
from costplan.store.sourcing.merging_folders import key_of
from costplan.store.sourcing.refreshed_text import Refused, files_of, with_origins
from costplan.store.sourcing.sources import Arrived
from costplan.store.sourcing.upstream import Quoted, Skipped, Upstream


class Target(NamedTuple):
    """A catalogue folder that may be refreshed, and the shelves that lie below it."""

    folder: Path
    below: tuple[Shelf, ...]


class Seen(NamedTuple):
    """One source: what it had the last time, and what of that it no longer shows."""

    upstream: Upstream
    address: str
    had: int
    first: bool
    gone: tuple[str, ...]
    skipped: tuple[Skipped, ...]


class Prepared(NamedTuple):
    """A refresh, ready to be written. ``before`` and ``after``: the models that were quoted."""

    target: Target
    seen: tuple[Seen, ...]
    before: tuple[Entry, ...]
    after: tuple[Entry, ...]
    files: Mapping[str, str]
    replaced: str | None
    damage: str | None

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.files) and generations.name_of(self.files) != self.replaced


def target(to: Path | None) -> Target:
    """The folder to refresh: the user's own, or a project's. Raises BadUsage."""
    user = user_folder()
    folder = to if to is not None else user
    if folder is None:
        raise BadUsage("there is no home folder to keep prices in", "--to DIR names one")
    built_in, package = built_in_folder(), Path(__file__).resolve().parents[2]
    for inside in (folder.resolve(), (folder / generations.FOLDER).resolve()):
        if any(inside.is_relative_to(folder.resolve()) for folder in (built_in, package)):
            raise BadUsage(
                f"{folder} is the catalogue that ships, which no command writes to",
                "without --to, the prices go to your own catalogue folder",
            )
    if folder.exists() and not folder.is_dir():
        raise BadUsage(f"{folder} is a file, not a folder")
    below: list[Shelf] = [SlicedFolder("built-in", built_in)]
    if user is not None and user.is_dir() and user.resolve() != folder.resolve():
        below += layers("user", user, below)
    return Target(folder, tuple(below))


def prepare(where: Target, arrived: Sequence[Arrived]) -> Prepared:
    """Merge what arrived onto what is in force. Writes nothing. Raises BadUsage."""
    replaced = generations.pointed(where.folder)
    shelf, damage = _previous(where)
    standing = _Standing(where.below, shelf)
    merged, refused = _merged(standing, [arrival.upstream for arrival in arrived])
    kept = [entry for entry in standing.upper.values() if entry.id not in merged]
    files, unsound = files_of(standing.lower, [*kept, *merged.values()])
    for name in unsound:
        merged.pop(name, None)
    quoted, seen = _sources(standing, shelf, arrived, refused | unsound)
    if files or replaced:
        # A damaged generation has the name of a sound one, which must get another.
        record = {"quoted": quoted, "in_place_of": replaced if damage else None}
        files[generations.SOURCES] = json.dumps(record, indent=1, sort_keys=True) + "\n"
    before = tuple(entry for name in sorted(merged) if (entry := standing.find(name)))
    after = tuple(merged[name] for name in sorted(merged))
    return Prepared(where, tuple(seen), before, after, files, replaced, damage)


def reports(seen: Iterable[Seen]) -> Iterable[SourceRead]:
    """The sources as a document tells of them, the most frequent reason for leaving out first."""
    for source in seen:
        reasons: dict[str, list[str]] = defaultdict(list)
        for each in source.skipped:
            reasons[each.reason].append(each.name)
        ordered = sorted(reasons, key=lambda reason: (-len(reasons[reason]), reason))
        upstream = source.upstream
        yield SourceRead(
            name=upstream.name,
            source=upstream.source.at,
            confidence=upstream.source.confidence,
            read_from=source.address,
            checked=upstream.checked,
            models=len(upstream.quoted),
            had=source.had,
            first=source.first,
            gone=source.gone,
            left_out=tuple(LeftOut(reason, tuple(reasons[reason])) for reason in ordered),
        )


def commit(ready: Prepared) -> Path:
    """Write a refresh; its folder. Raises generations.Busy where another one came between."""
    name = generations.write(ready.target.folder, ready.files, ready.replaced)
    return ready.target.folder / generations.FOLDER / name


def _previous(where: Target) -> tuple[RefreshedFolder | None, str | None]:
    """The refresh before this one; a damaged one is left out, with the reason."""
    try:
        folders = refreshed(where.folder, where.below)
        for shelf in folders:
            _by_name(shelf.everything())
        return (folders[0] if folders else None), None
    except CostplanError as error:
        return None, str(error)


class _Standing:
    """What is in force, and what lies below the refreshed prices."""

    def __init__(self, below: Iterable[Shelf], shelf: RefreshedFolder | None) -> None:
        self.lower: dict[str, Entry] = {}
        for beneath in below:
            self.lower |= _by_name(_everything(beneath))
        known = shelf.everything() if shelf else ()
        self.upper = {entry.id: entry for entry in known if self._current(entry)}
        self.upper_names = _by_name(self.upper.values())
        self.folded = {key_of(name): name for name in (*self.lower, *self.upper_names)}

    def _current(self, entry: Entry) -> bool:
        """Whether no shelf below knows the model from a later day."""
        below = self.lower.get(entry.id)
        return below is None or last_checked(below) <= last_checked(entry)

    def find(self, name: str) -> Entry | None:
        """The entry of an exact id or alias."""
        return self.upper_names.get(name) or self.lower.get(name)

    def like(self, name: str) -> Entry | None:
        """The entry of an id or alias, however a source spells it."""
        return self.find(name) or self.find(self.folded.get(key_of(name), ""))


def _everything(shelf: Shelf) -> Iterable[Entry]:
    if isinstance(shelf, SlicedFolder):
        return shelf.everything()
    return (entry for name in shelf.ids() if (entry := shelf.load(name)))


def _by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {name: entry for entry in entries for name in (entry.id, *entry.item.aliases)}


def _merged(standing: _Standing, upstreams: Sequence[Upstream]) -> tuple[dict[str, Entry], Refused]:
    """The models that sources quote, each with its history, by id."""
    groups: dict[str, list[tuple[Upstream, Quoted]]] = defaultdict(list)
    refused: Refused = {}
    for upstream in upstreams:
        for quoted in upstream.quoted:
            base = standing.like(quoted.model.id)
            fault = _fault(quoted, base)
            if fault:
                refused[quoted.model.id] = fault
                continue
            name = base.id if base else quoted.model.id
            if name != quoted.model.id:
                names = (quoted.model.id, *quoted.model.aliases)
                quoted = quoted._replace(model=replace(quoted.model, id=name, aliases=names))
            groups[name].append((upstream, quoted))
    merged = {name: _one(standing.find(name), quotes) for name, quotes in groups.items()}
    return _without_taken_names(merged, standing), refused


def _fault(quoted: Quoted, base: Entry | None) -> str | None:
    name = quoted.model.id
    if not plain_id(name) or not name.startswith(quoted.vendor + "/"):
        return "its name cannot be an id of the catalogue"
    if base is None:
        return None
    if not isinstance(base.item, Model):
        return "the catalogue has an offer of that id that is not billed by the token"
    if name in base.item.aliases:
        return "in the catalogue another name of one of its models"
    if base.currency != quoted.currency:
        return f"priced in {quoted.currency}, in the catalogue in {base.currency}"
    return None


def _one(base: Entry | None, quotes: Sequence[tuple[Upstream, Quoted]]) -> Entry:
    first = quotes[0][1]
    item = base.item if base else None
    assert item is None or isinstance(item, Model)
    old = dict(base.sources) if base else {}
    laid = [
        Quote(
            upstream.name,
            upstream.source.confidence,
            upstream.checked,
            quoted.model,
            quoted.reseller,
        )
        for upstream, quoted in quotes
    ]
    model = merge(item, laid, old)
    sources = dict(old)
    for upstream, _ in quotes:
        if old.get(upstream.name, upstream.source) != upstream.source:
            model = _dated_names(model, upstream, old[upstream.name], sources)
        sources[upstream.name] = upstream.source
    if base is None:
        return Entry(model, first.vendor_name, first.currency, "tokens", sources, "refreshed")
    return base._replace(item=model, sources=sources, shelf="refreshed")


def _dated_names(
    model: Model, upstream: Upstream, old: Source, sources: dict[str, Source]
) -> Model:
    """The model with what an earlier edition of the source said under a name of its own."""

    def renamed(origin: Origin) -> Origin:
        if origin.source != upstream.name or origin.checked == upstream.checked:
            return origin
        name = f"{upstream.name}-{origin.checked}"
        sources[name] = old
        return replace(origin, source=name)

    moved = with_origins(model, renamed)
    cards = []
    for card in moved.price:
        kept = []
        for rejected in card.rejected:
            if rejected.source == upstream.name and rejected.checked != upstream.checked:
                name = f"{upstream.name}-{rejected.checked}"
                sources[name] = old
                rejected = replace(rejected, source=name)
            kept.append(rejected)
        cards.append(replace(card, rejected=tuple(kept)))
    return replace(moved, price=tuple(cards))


def _without_taken_names(merged: dict[str, Entry], standing: _Standing) -> dict[str, Entry]:
    """The models without aliases that are another model's, or that no file would be opened for."""
    known = [*standing.lower.values(), *standing.upper.values()]
    owners = {*merged, *(entry.id for entry in known)}
    given = {alias: entry.id for entry in known for alias in entry.item.aliases}
    kept = {}
    for name, entry in merged.items():
        prefix = name.partition("/")[0] + "/"
        aliases = tuple(
            alias
            for alias in entry.item.aliases
            if alias.startswith(prefix)
            and plain_id(alias)
            and alias not in owners
            and given.setdefault(alias, name) == name
        )
        kept[name] = entry._replace(item=replace(entry.item, aliases=aliases))
    return kept


def _sources(
    standing: _Standing,
    shelf: RefreshedFolder | None,
    arrived: Sequence[Arrived],
    refused: Refused,
) -> tuple[dict[str, list[str]], list[Seen]]:
    """What each source quoted, for the next refresh, and what it showed the last time."""
    record = _recorded(shelf)
    seen = []
    quoted: dict[str, set[str]] = defaultdict(set)
    for arrival in arrived:
        quoted[arrival.upstream.name] |= {each.model.id for each in arrival.upstream.quoted}
    known = {
        name: ids | {base.id for model_id in ids if (base := standing.like(model_id))}
        for name, ids in quoted.items()
    }
    for arrival in arrived:
        upstream = arrival.upstream
        first = upstream.name not in record
        had = _resting_on(standing, upstream.name) if first else record[upstream.name]
        gone = tuple(sorted(set(had) - known[upstream.name]))
        own = {each.model.id for each in upstream.quoted}
        faults = [Skipped(name, refused[name]) for name in sorted(own & set(refused))]
        skipped = (*upstream.skipped, *faults)
        seen.append(Seen(upstream, arrival.address, len(had), first, gone, skipped))
    record |= {name: sorted(ids) for name, ids in quoted.items()}
    return record, seen


def _recorded(shelf: RefreshedFolder | None) -> dict[str, list[str]]:
    if shelf is None:
        return {}
    try:
        loaded = json.loads((shelf.root / generations.SOURCES).read_bytes())["quoted"]
        return {str(name): [str(model_id) for model_id in loaded[name]] for name in loaded}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}  # a convenience: without it, the catalogue says what the source had


def _resting_on(standing: _Standing, source: str) -> list[str]:
    """The models whose price in the catalogue rests on a source."""
    ids = {
        entry.id
        for entry in (*standing.lower.values(), *standing.upper.values())
        if isinstance(entry.item, Model) and entry.item.price[-1].origin.source == source
    }
    return sorted(ids)
