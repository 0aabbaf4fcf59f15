"""A catalogue file as text in the catalogue's fixed form, so that a command can read slices of it.

Header first, then one block a model or offer: ``[[model]]``, ``id`` on the first line, ``aliases``
on the second. Keys go in the order of the record, a key at its default is left out, rates and
other small tables stand on one line. The same file always gives the same text, and reading that
text gives the same file.

tomli-w writes keys, texts and days. Numbers, lists and small tables are written here: it has no
thousands apart, puts each element on a line of its own, and gives every table a section
(docs/decisions/0053).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import tomli_w

from costplan.catalog.lookup import CatalogFile
from costplan.catalog.model import Card, Model
from costplan.catalog.offer import Offer
from costplan.catalog.origin import Source
from costplan.problems import InvalidInput, Path, Problem
from costplan.quantity import literal

LONGEST_ID = 200  # characters
ID = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[A-Za-z0-9_@][\w.:@-]*)+", re.ASCII)
"""What an id or alias may be: plain enough for a block's pattern, a shell and a web page."""
ODD = re.compile(r"[\t\x80-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Characters that TOML takes as they are, and that hide or turn the direction of the text."""
BLOCKS = ("price", "charge", "adjust", "commitment")
"""Arrays of tables that get blocks of their own."""
SAID = ("unit", "per")
"""Keys that are written at their default too: scale and unit stand beside every price."""


def catalog_text(file: CatalogFile) -> str:
    """The text of a file. Raises InvalidInput for an id that the fixed form cannot hold."""
    problems = list(id_problems(file))
    if problems:
        raise InvalidInput(problems)
    blocks = [
        header_text(file.vendor, file.currency, file.source, file.category),
        *(model_text(model) for model in file.model),
        *(offer_text(offer) for offer in file.offer),
    ]
    return "\n".join(blocks)


def id_problems(file: CatalogFile) -> Iterable[Problem]:
    """A problem for each id or alias that is not plain (``plain_id``)."""
    items: tuple[tuple[str, tuple[Model | Offer, ...]], ...] = (
        ("model", file.model),
        ("offer", file.offer),
    )
    for key, entries in items:
        for at, entry in enumerate(entries):
            for name in (entry.id, *entry.aliases):
                if not plain_id(name):
                    path: Path = (key, at, "id")
                    yield Problem(path, f"{_scalar(name[:60])} is not an id", "vendor/name")


def plain_id(name: str) -> bool:
    """Whether a name may be an id: a vendor, a slash, words without spaces or markup."""
    return len(name) <= LONGEST_ID and ID.fullmatch(name) is not None and "//" not in name


def header_text(
    vendor: str, currency: str, sources: Mapping[str, Source], category: str | None = None
) -> str:
    """The head of a file: its vendor, its currency, its sources."""
    lines = [f"vendor = {_scalar(vendor)}", f"currency = {_scalar(currency)}"]
    if category is not None:
        lines.append(f"category = {_scalar(category)}")
    lines += [source_text(name, source) for name, source in sources.items()]
    return "\n".join(lines) + "\n"


def source_text(name: str, source: Source) -> str:
    """One line of the head: where a price comes from."""
    return f"source.{key_text(name)} = {inline(source)}"


def model_text(model: Model) -> str:
    """One ``[[model]]`` block with its price cards."""
    return record_text("model", model)


def offer_text(offer: Offer) -> str:
    """One ``[[offer]]`` block with its charges and adjustments."""
    return record_text("offer", offer)


def card_text(card: Card) -> str:
    """One ``[[model.price]]`` block."""
    return "\n".join(["[[model.price]]", *lines_of(card)]) + "\n"


def line_of(name: str, value: object) -> str:
    """One key with its value on one line."""
    return f"{name} = {inline(value)}"


def lines_of(record: object) -> list[str]:
    """The keys of a table, one a line, without those that get blocks of their own."""
    lines = []
    for name, value in _given(record):
        if _blocks(name, value):
            continue
        if isinstance(value, Mapping):
            lines += [f"{name}.{key_text(key)} = {inline(item)}" for key, item in value.items()]
        else:
            lines.append(f"{name} = {inline(value)}")
    return lines


def record_text(name: str, record: object) -> str:
    """One block of that name, and blocks of what the record has several of."""
    parts = ["\n".join([f"[[{name}]]", *lines_of(record)])]
    for key, value in _given(record):
        if _blocks(key, value):
            parts += ["\n".join([f"[[{name}.{key}]]", *lines_of(entry)]) for entry in value]
    return "\n\n".join(parts) + "\n"


def _blocks(name: str, value: object) -> bool:
    return name in BLOCKS and isinstance(value, tuple)


def _given(record: object) -> Iterable[tuple[str, Any]]:
    assert is_dataclass(record)
    for field in fields(record):
        value = getattr(record, field.name)
        if value is None or (_at_default(field, value) and not (field.name in SAID and value)):
            continue
        yield field.name, value


def _at_default(field: Field[Any], value: object) -> bool:
    if field.default is not MISSING:
        return bool(value == field.default)
    return field.default_factory is not MISSING and bool(value == field.default_factory())


def inline(value: object) -> str:
    """A value on one line."""
    if isinstance(value, str | bool | date):
        return _scalar(value)
    if isinstance(value, Decimal | int):
        return _number(Decimal(value))
    if isinstance(value, tuple):
        return f"[{', '.join(inline(element) for element in value)}]"
    pairs = value.items() if isinstance(value, Mapping) else _given(value)
    inner = ", ".join(f"{key_text(key)} = {inline(element)}" for key, element in pairs)
    return f"{{ {inner} }}" if inner else "{}"


def _number(number: Decimal) -> str:
    """A number with its thousands apart, without exponent; TOML reads it back as it was."""
    whole, dot, fraction = literal(number).partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):_}{dot}{fraction}"


def key_text(name: str) -> str:
    """A key, in quotes where it needs them."""
    return _written({name: 0}).removesuffix(" = 0")


def _scalar(value: str | bool | date) -> str:
    return _written({"x": value}).removeprefix("x = ")


def _written(line: Mapping[str, object]) -> str:
    """One line of TOML; what could hide in it is written as an escape."""
    try:
        text = tomli_w.dumps(line).removesuffix("\n")
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput([Problem((), "a text holds half a character (a surrogate)")]) from None
    return ODD.sub(lambda odd: "\\t" if odd[0] == "\t" else f"\\u{ord(odd[0]):04x}", text)
