"""Refreshed models as catalogue files, read back before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from costplan.catalog.lookup import CatalogFile, Entry
from costplan.catalog.model import Card, Model
from costplan.catalog.origin import Origin, Source
from costplan.problems import BadUsage, InvalidInput
from costplan.record import replace
from costplan.store.files.catalog_text import catalog_text
from costplan.store.files.shelves import BLOCK
from costplan.store.files.text import LARGEST_FILE, DocumentError, parse_toml, read_document
from costplan.words import Category

Refused = dict[str, str]
"""Why a model that a source quotes is not taken, by its id."""


def files_of(
    lower: Mapping[str, Entry], entries: Iterable[Entry]
) -> tuple[dict[str, str], Refused]:
    """The files, by path, of every model that the shelves below (``lower``) do not show just so,
    and the models that cannot be written, with the reason."""
    by_file: dict[tuple[Category, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        below = lower.get(entry.id)
        if below is None or _content(below) != _content(entry):
            by_file[entry.category, entry.id.partition("/")[0]].append(entry)
    files: dict[str, str] = {}
    unsound: Refused = {}
    for (category, vendor), own in sorted(by_file.items(), key=lambda pair: pair[0]):
        path = f"{category}/{vendor}.toml"
        own.sort(key=lambda entry: entry.id)
        try:
            text = _sound_text(path, own)
        except (InvalidInput, DocumentError):
            faults = {entry.id: fault for entry in own if (fault := _fault_alone(path, entry))}
            unsound |= faults
            own = [entry for entry in own if entry.id not in faults]
            text = _sound_text(path, own) if own else ""
        if text:
            files[path] = text
    return files, unsound


def _content(entry: Entry) -> tuple[Model | Any, dict[str, Source]]:
    return entry.item, {name: entry.sources[name] for name in _names(entry)}


def _names(entry: Entry) -> list[str]:
    """The sources that the entry names, its rejected values' too."""
    return sorted(entry.item.sources() & entry.sources.keys())


def _fault_alone(path: str, entry: Entry) -> str | None:
    try:
        _sound_text(path, [entry])
    except (InvalidInput, DocumentError) as error:
        return error.problems[0].message
    return None


def _sound_text(path: str, entries: Sequence[Entry]) -> str:
    """A file's text, read back by the reader that will read it. Raises InvalidInput."""
    head: dict[str, Source] = {}
    models = tuple(_under(entry, head) for entry in entries)
    file = CatalogFile(
        vendor=entries[0].vendor, currency=entries[0].currency, source=head, model=models
    )
    text = catalog_text(file)
    if len(text.encode()) > LARGEST_FILE:
        raise BadUsage(f"{path} would be larger than {LARGEST_FILE // 1_000_000} MB")
    back = read_document(CatalogFile, path, text, parse_toml(path, text))
    if back != file or [block[1] for block in BLOCK.finditer(text)] != [
        model.id for model in models
    ]:
        raise BadUsage(f"{path} would not be read as it was meant", "please report it")
    return text


def _under(entry: Entry, head: dict[str, Source]) -> Model:
    """The entry's model under a head that it shares; a name that is taken gets a number."""
    names: dict[str, str] = {}
    for name in _names(entry):
        source, free, number = entry.sources[name], name, 2
        while head.setdefault(free, source) != source:
            free, number = f"{name}-{number}", number + 1
        names[name] = free
    item = entry.item
    assert isinstance(item, Model)
    if all(name == free for name, free in names.items()):
        return item
    renamed = with_origins(
        item,
        lambda origin: replace(
            origin,
            source=names.get(origin.source, origin.source),
            also=tuple(names.get(also, also) for also in origin.also),
        ),
    )
    return replace(renamed, price=tuple(_rejecting(card, names) for card in renamed.price))


def _rejecting(card: Card, names: Mapping[str, str]) -> Card:
    rejected = (
        replace(rejected, source=names.get(rejected.source, rejected.source))
        for rejected in card.rejected
    )
    return replace(card, rejected=tuple(rejected))


def with_origins(model: Model, change: Callable[[Origin], Origin]) -> Model:
    """The model with every origin in it changed."""
    changed: Model = _mapped(model, change)
    return changed


def _mapped(value: Any, change: Callable[[Origin], Origin]) -> Any:
    if isinstance(value, Origin):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_mapped(element, change) for element in value)
    if isinstance(value, Mapping):
        return {key: _mapped(element, change) for key, element in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                attribute.name: _mapped(getattr(value, attribute.name), change)
                for attribute in fields(value)
            },
        )
    return value
