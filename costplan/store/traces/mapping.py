"""What the user says of a source: columns by name, and which offer a logged model is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path

from costplan.problems import BadUsage, did_you_mean
from costplan.record import record
from costplan.store.files.text import parse_toml, read_document, read_file
from costplan.store.traces.columns import DESTINATIONS


@record
class MapFile:
    """A file that ``--map`` names.

    Keys:
        columns: where a column of usage stands in the source, by its name here
        map: the offer that a logged model is, by vendor/name or the bare name; ignore leaves it out
        invoice: the offer and the charge that a line of an invoice is: "openai/gpt-4o input"
        rows: the path of a list in each record whose elements are the rows
        vendor: whose models are meant where the source does not say
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    map: Mapping[str, str] = field(default_factory=dict)
    invoice: Mapping[str, str] = field(default_factory=dict)
    rows: str | None = None
    vendor: str | None = None


def mapping_of(given: Iterable[str]) -> MapFile:
    """What several ``--map`` say together: ``NAME=COLUMN`` pairs and files; the last of one name.

    Raises BadUsage for a column that usage has not, DocumentError for a file that is none.
    """
    columns: dict[str, str] = {}
    models: dict[str, str] = {}
    invoice: dict[str, str] = {}
    rows = vendor = None
    for option in given:
        name, equals, path = option.partition("=")
        if equals and not option.endswith(".toml"):
            columns[name] = path
            continue
        text = read_file(Path(option))
        file = read_document(MapFile, option, text, parse_toml(option, text))
        columns |= file.columns
        models |= file.map
        invoice |= file.invoice
        rows, vendor = file.rows or rows, file.vendor or vendor
    rows = columns.pop("rows", rows)
    checked(columns)
    return MapFile(columns=columns, map=models, invoice=invoice, rows=rows, vendor=vendor)


def checked(columns: Mapping[str, str]) -> Mapping[str, str]:
    """Columns by the name of usage. Raises BadUsage for one that usage has not, or that is none."""
    for name, path in columns.items():
        if name not in DESTINATIONS:
            hint = did_you_mean(name, DESTINATIONS) or "columns: " + ", ".join(sorted(DESTINATIONS))
            raise BadUsage(f"--map: usage has no column '{name}'", hint)
        if not path.strip("= "):
            raise BadUsage(f"--map {name}= names no column", "such as --map model=model_name")
    return columns
