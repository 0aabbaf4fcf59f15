"""Files of real usage in, a document of what it cost out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from costplan.billing.cells import Counted, Cut
from costplan.catalog.lookup import Catalog, Entry
from costplan.document.usage import Question, Source, Traffic, Usage
from costplan.plan.usage.sketch import Bucket
from costplan.plan.usage.summary import NameOf, Names, Sizes, cut_of, priced, traffic_of
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import total
from costplan.store.files.shelves import open_catalog
from costplan.store.traces.answers import GROUPS, Answers, Logged, State
from costplan.store.traces.engine import Engine
from costplan.store.traces.mapping import MapFile, mapping_of
from costplan.store.traces.names import IGNORED
from costplan.store.traces.names import Names as Resolver
from costplan.store.traces.queries import Files
from costplan.store.traces.reading import Asked, Counts, read_usage
from costplan.store.traces.sources import SOURCES

__all__ = ["Options", "mapping_of", "usage_of"]
COUNTED_OUT = ("failed", "repeated")
"""What is told of rows that is no fault of theirs."""


class Options(NamedTuple):
    """How usage is read and priced.

    ``day``: for rows without a time, and where ``fixed`` for all. ``by``: names of ``GROUPS``, or
    columns of the source's own.
    """

    day: date
    fixed: bool = False
    by: tuple[str, ...] = ("model",)
    source: str | None = None
    mapping: MapFile = MapFile()
    vendor: str | None = None


class Logs(NamedTuple):
    """Sources of usage and how they are read. ``sampling``: the share of requests that was logged;
    None where it was not said."""

    sources: Sequence[str]
    options: Options
    sampling: Decimal | None = None


Rows = TypeVar("Rows", bound=Answers)


class Read(NamedTuple, Generic[Rows]):
    """Usage that was read: rows that can be asked, what became of them, what their models are."""

    rows: Rows
    counts: Sequence[Counts]
    states: Sequence[State]
    entries: Mapping[NameOf, Entry]
    questions: Sequence[Question]
    ignored: Mapping[NameOf, int]
    cut: Cut
    first: date | None
    last: date | None

    def cells(self, by: Sequence[str]) -> list[Counted]:
        """Cells by groups, without models that the user left out."""
        cells = self.rows.cells(self.cut, by)
        return [cell for cell in cells if (cell.vendor, cell.model) not in self.ignored]


@contextmanager
def opened(names: Sequence[str], options: Options, catalog: Catalog) -> Iterator[Read[Files]]:
    """Usage of some files, for as long as it is asked. Raises BadUsage for what is no usage."""
    extra = further(options)
    engine = Engine(extra)
    try:
        mapping = options.mapping
        paths = {name: (path,) for name, path in mapping.columns.items()}
        counts = read_usage(Asked(names, options.source, paths, mapping.rows, extra), engine)
        yield read_of(Files(engine, extra), counts, options, catalog)
    finally:
        engine.close()


def further(options: Options) -> list[str]:
    """Columns of the source's own to group by."""
    return [group for group in options.by if group not in GROUPS]


def read_of(rows: Rows, counts: Sequence[Counts], options: Options, catalog: Catalog) -> Read[Rows]:
    """Rows with what their models are, and where the prices of these change."""
    states = rows.states()
    _there(rows, states, further(options))
    resolver = Resolver(catalog, options.mapping.map, options.vendor or options.mapping.vendor)
    logged = rows.logged()
    entries, questions, ignored = _resolved(logged, resolver)
    days = [day for row in logged for day in (row.first, row.last) if day is not None]
    first, last = min(days, default=None), max(days, default=None)
    cut = cut_of(entries, first, last, options.day if options.fixed else None)
    return Read(rows, counts, states, entries, questions, ignored, cut, first, last)


def _there(rows: Answers, states: Sequence[State], extra: Sequence[str]) -> None:
    """Raises BadUsage for a column to group by that no row has: a misspelt name."""
    missing = [name for name, filled in zip(extra, rows.filled(), strict=True) if not filled]
    if missing and any(state.rows for state in states):
        hint = did_you_mean(missing[0], GROUPS) or "groups: " + ", ".join(GROUPS)
        raise BadUsage(f"--by {missing[0]}: no record has such a column", hint)


def usage_of(names: Sequence[str], options: Options, catalog: Catalog | None = None) -> Usage:
    """What the usage of some files cost. Raises BadUsage for what is no usage."""
    with opened(names, options, catalog or open_catalog(Path())) as read:
        return document_of(read, options)


def document_of(read: Read[Rows], options: Options) -> Usage:
    """What was read, priced."""
    states = read.states
    cells = read.cells(options.by)
    drawn = sizes(read.rows, options.by)
    bill = priced(cells, read.entries, read.cut, options.day, drawn, options.by)
    costs = [state.cost for state in states if state.what is None and state.cost is not None]
    return Usage(
        priced_on=options.day if options.fixed else None,
        by=options.by,
        first=read.first,
        last=read.last,
        sources=_sources(states, read.counts),
        traffic=traffic(read, sum(cell.requests for cell in cells)),
        totals=bill.totals,
        groups=bill.groups,
        lines=bill.lines,
        questions=tuple(read.questions),
        said_by_sources=total(costs) if costs else None,
        notes=tuple(_notes(read, options)),
    )


def traffic(read: Read[Rows], requests: int) -> Traffic:
    """How requests came, of which ``requests`` were answered."""
    failed = [state for state in read.states if state.what == "failed"]
    return traffic_of(
        read.rows.hours(),
        read.rows.turns(),
        (sum(state.tries for state in read.states), sum(state.again for state in read.states)),
        (sum(state.requests for state in failed), sum(state.tokens for state in failed)),
        requests,
    )


def _resolved(
    logged: Sequence[Logged], resolver: Resolver
) -> tuple[dict[NameOf, Entry], list[Question], dict[NameOf, int]]:
    """Entries of logged models, those that are a question, and those that the user left out."""
    entries: dict[NameOf, Entry] = {}
    ignored: dict[NameOf, int] = {}
    questions = []
    for row in logged:
        answer = resolver.find(row.vendor, row.model)
        if isinstance(answer, str):
            assert answer == IGNORED
            ignored[row.vendor, row.model] = row.rows
        elif answer is None:
            name = f"{row.vendor}/{row.model}" if row.vendor else row.model
            questions.append(Question(name, row.rows, row.tokens, resolver.hints(row.model)))
        else:
            entries[row.vendor, row.model] = answer
    questions.sort(key=lambda question: (-question.tokens, question.logged))
    return entries, questions, ignored


def sizes(rows: Answers, by: Sequence[str]) -> Sizes:
    """How large single requests are, by groups."""
    return Sizes(*(_buckets(rows, column, by) for column in ("input_tokens", "output_tokens")))


def _buckets(rows: Answers, column: str, by: Sequence[str]) -> Mapping[Names, list[Bucket]]:
    by_group: dict[Names, list[Bucket]] = {}
    for row in rows.sketch(column, by):
        by_group.setdefault(row.names, []).append(Bucket(row.place, row.rows, row.sum))
    return by_group


def _sources(states: Sequence[State], counts: Sequence[Counts]) -> tuple[Source, ...]:
    """Files with what became of their records."""
    sources = []
    for at, count in enumerate(counts):
        unread, left_out = dict(count.unread), dict(count.left_out)
        for state in states:
            if state.file == at and state.what is not None:
                into = left_out if state.what in COUNTED_OUT else unread
                into[state.what] = into.get(state.what, 0) + state.rows
        sources.append(
            Source(count.name, count.source or "unknown", count.records, unread, left_out)
        )
    return tuple(sources)


def _notes(read: Read[Rows], options: Options) -> list[str]:
    """What a reader must know of the figures."""
    said = []
    kinds = {name for count in read.counts for name in count.source.split(", ") if name in SOURCES}
    for name in sorted(kinds):
        if not SOURCES[name].shape.vendor_said and not (options.vendor or options.mapping.vendor):
            said.append(
                f"{name}: the source does not say who served a request; where its form names one "
                "(OpenAI's, Anthropic's, Google's) that one is assumed, --vendor says otherwise"
            )
    without = sum(state.timeless for state in read.states if state.what is None)
    if without and not options.fixed:
        said.append(f"{without:,} rows have no time; they are priced as of {options.day}")
    for (vendor, model), rows in read.ignored.items():
        said.append(f"left out by [map]: {vendor or ''}/{model}, {rows:,} rows")
    if "anthropic-usage" in kinds:
        said.append("anthropic-usage: the report counts no requests, so their number is unknown")
    return said
