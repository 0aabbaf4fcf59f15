"""Sources of usage into an engine, and what became of everything that was read."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from costplan.problems import BadUsage, did_you_mean
from costplan.store.traces import tables
from costplan.store.traces.engine import Engine
from costplan.store.traces.records import (
    BROKEN_STREAM,
    Content,
    File,
    Packing,
    Unread,
    content_of,
    files_of,
    looked_at,
    packing_of,
    parsed,
    records,
)
from costplan.store.traces.shape import Adapter, Record, Shape, ShapeAdapter
from costplan.store.traces.sources import SOURCES, recognised

NO_SHAPE = "a record of no source that is known"
BROKEN_ROW = "a row of a table that cannot be read"
MAPPED = "columns"
"""The source of a file whose columns ``--map`` names."""


@dataclass
class Counts:
    """What became of the records of one file."""

    name: str
    source: str = ""
    records: int = 0
    unread: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)


class Asked(NamedTuple):
    """What is to be read, and how: files, a source's name or None, where columns of usage stand
    otherwise, the list of each record that holds its rows, and extra columns."""

    names: Sequence[str]
    source: str | None = None
    paths: Mapping[str, tuple[str, ...]] = {}
    rows: str | None = None
    extra: Sequence[str] = ()


def read_usage(asked: Asked, engine: Engine) -> list[Counts]:
    """Read every file into the engine. Raises BadUsage for what is no file of usage."""
    _known(asked)
    counts = []
    for at, file in enumerate(files_of(asked.names)):
        engine.file = at
        counts.append(_read(file, asked, engine))
    engine.close_rows()
    return counts


def _known(asked: Asked) -> None:
    if asked.source is not None and asked.source not in SOURCES:
        hint = did_you_mean(asked.source, SOURCES) or "sources: " + ", ".join(SOURCES)
        raise BadUsage(f"there is no source '{asked.source}'", hint)


def _read(file: File, asked: Asked, engine: Engine) -> Counts:
    counts = Counts(file.name)
    if file.path is None:
        file, content, packing = _from_stdin(engine)
    else:
        content, packing = looked_at(file)
    if content == "json":
        _read_records(file, packing, asked, engine, counts)
    else:
        _read_table(file, content, packing, asked, engine, counts)
    return counts


def _from_stdin(engine: Engine) -> tuple[File, Content, Packing]:
    """Standard input: records are read from it, a table is put into the engine's folder first."""
    import sys

    if sys.stdin is None:
        raise BadUsage("standard input is closed", "name a file")
    head = sys.stdin.buffer.peek(4096)[:4096]  # type: ignore[union-attr]
    packing = packing_of(head)
    if packing == "none" and content_of(head) == "json":
        return File("standard input", None), "json", packing
    handle, name = tempfile.mkstemp(dir=engine.folder.name)
    with open(handle, "wb") as target:
        while part := sys.stdin.buffer.read(1 << 20):
            target.write(part)
    file = File("standard input", Path(name))
    return (file, *looked_at(file))


def _read_records(
    file: File, packing: Packing, asked: Asked, engine: Engine, counts: Counts
) -> None:
    whole_records = _unpacked(file, engine) if packing == "zstd" else records(file, packing)
    adapters: dict[str, Adapter] = {}
    last: Adapter | None = None
    for record in _split(whole_records, asked.rows):
        counts.records += 1
        if isinstance(record, Unread):
            counts.unread[record.why] += 1
            continue
        adapter = _adapter(record, asked, adapters, counts) or last
        if adapter is None:
            counts.unread[NO_SHAPE] += 1
            continue
        last = adapter if asked.source or len(adapters) == 1 else None
        for row in adapter.rows(record):
            if isinstance(row, str):
                counts.left_out[row] += 1
            else:
                engine.add(row)


def _adapter(
    record: Record, asked: Asked, adapters: dict[str, Adapter], counts: Counts
) -> Adapter | None:
    """The adapter of a record's shape: of one kind one a file, as some remember what was said."""
    if asked.source is not None:
        source = SOURCES[asked.source]
    elif _is_mapped(asked):
        shape = Shape(MAPPED, "", (), asked.paths)
        counts.source = MAPPED
        if MAPPED not in adapters:
            adapters[MAPPED] = ShapeAdapter(shape, asked.extra)
        return adapters[MAPPED]
    else:
        known = recognised(record)
        if known is None:
            return None
        source = known
    name = source.shape.name
    if name not in adapters:
        adapters[name] = source.adapter(asked.extra, asked.paths)
        counts.source = ", ".join(adapters)
    return adapters[name]


def _is_mapped(asked: Asked) -> bool:
    """Whether ``--map`` says all that a row needs, and so is the source, whatever it looks like."""
    return "model" in asked.paths and (
        "input_tokens" in asked.paths or "output_tokens" in asked.paths
    )


def _split(whole_records: Iterable[Record | Unread], path: str | None) -> Iterator[Record | Unread]:
    """Records, or where ``rows`` names a list in each, its elements."""
    if path is None:
        yield from whole_records
        return
    from costplan.store.traces.paths import steps_of, values_at

    steps = steps_of(path)
    for record in whole_records:
        if isinstance(record, Unread):
            yield record
            continue
        around = {key: value for key, value in record.items() if not isinstance(value, list)}
        for element in values_at(record, steps):
            yield {**around, **element} if isinstance(element, Mapping) else Unread(NO_SHAPE)


def _unpacked(file: File, engine: Engine) -> Iterator[Record | Unread]:
    """The records of a file that the engine unpacks: zstd is not in Python's library."""
    from costplan.store.traces.records import NO_OBJECT

    lines = (
        f"SELECT line FROM read_csv({tables.worded(safe(file, engine))}, columns = "
        "{'line': 'VARCHAR'}, header = false, auto_detect = false, delim = '\x01', quote = '', "
        "escape = '', ignore_errors = true, max_line_size = 16000000, compression = 'zstd')"
    )
    cursor = engine.connection.cursor()
    try:
        cursor.execute(lines)
        while rows := cursor.fetchmany(1_000):
            for (line,) in rows:
                if line is None or not line.strip():
                    continue
                value = parsed(line.encode("utf-8", "replace"))
                good = isinstance(value, Mapping | Unread)
                yield value if good else Unread(NO_OBJECT)
    except engine.error:
        yield Unread(BROKEN_STREAM)
    finally:
        cursor.close()


def safe(file: File, engine: Engine) -> str:
    """A name of the file that the engine takes for one file: it reads patterns into some."""
    assert file.path is not None
    path = file.path.absolute()
    if not set(str(path)) & set("*?[]{}"):
        return str(path)
    link = Path(engine.folder.name) / f"file-{abs(hash(str(path)))}"
    if not link.exists():
        link.symlink_to(path)
    return str(link)


def _read_table(
    file: File, content: Content, packing: Packing, asked: Asked, engine: Engine, counts: Counts
) -> None:
    name = tables.worded(safe(file, engine))
    if content == "parquet":
        relation = f"read_parquet({name})"
    else:
        relation = (
            f"read_csv({name}, all_varchar = true, header = true, ignore_errors = true, "
            f"store_rejects = true, max_line_size = 4000000, compression = '{packing}')"
        )
    try:
        described = engine.ask(f"DESCRIBE SELECT * FROM {relation}")
        columns = {str(row[0]): str(row[1]) for row in described}
        shape = _shape(columns, asked, file)
        counts.source = shape.name
        given = tables.given_of(shape, columns)
        for at, path in enumerate(asked.extra):
            extra = tables.first_of([path], columns)
            if extra is not None:
                given[f"extra_{at}"] = extra
        relation = _without(relation, shape, columns, engine, counts, content == "parquet")
        before = _rejected(engine) if content == "csv" else 0
        added = engine.add_table(relation, given, keep=content == "csv")
        counts.records = added + sum(counts.left_out.values())
        if content == "csv":
            broken = _rejected(engine) - before
            counts.records += broken
            counts.unread.update({BROKEN_ROW: broken} if broken else {})
    except engine.error as error:
        first = str(error).strip().splitlines()[0][:200]
        raise BadUsage(
            f"{file.name} cannot be read as {content.upper()}: {first}",
            "usage is JSON lines, CSV or Parquet, plain or packed with gzip or zstd",
        ) from None


def _shape(columns: Mapping[str, str], asked: Asked, file: File) -> Shape:
    paths = asked.paths
    if asked.source is not None:
        shape = SOURCES[asked.source].shape
    else:
        shapes = [] if _is_mapped(asked) else [source.shape for source in SOURCES.values()]
        known = next((shape for shape in shapes if tables.recognises(shape, columns)), None)
        if known is None and not _is_mapped(asked):
            raise BadUsage(
                f"{file.name}: the columns are of no source that is known",
                "name them: --map model=COLUMN --map input_tokens=COLUMN ...; it has: "
                + ", ".join(list(columns)[:30]),
            )
        shape = known or Shape(MAPPED, "", (), {})
    for name, tries in paths.items():
        if tables.first_of(tries, columns) is None:
            hint = did_you_mean(tries[0], columns) or "it has: " + ", ".join(list(columns)[:30])
            raise BadUsage(f"{file.name} has no column '{tries[0]}' (--map {name})", hint)
    return shape.with_paths(paths)


def _without(
    relation: str,
    shape: Shape,
    columns: Mapping[str, str],
    engine: Engine,
    counts: Counts,
    counted: bool,
) -> str:
    """The relation without rows that are no requests, which are counted."""
    rules = tables.conditions(shape, columns)
    for sql, why in rules:
        ((left,),) = engine.ask(f"SELECT count(*) FROM {relation} WHERE {sql}")
        counts.left_out.update({why: left} if left else {})
    if not rules:
        return relation
    return f"(SELECT * FROM {relation} WHERE NOT ({' OR '.join(sql for sql, _ in rules)}))"


def _rejected(engine: Engine) -> int:
    try:
        ((rejected,),) = engine.ask(
            "SELECT count(*) FROM (SELECT DISTINCT scan_id, line FROM reject_errors)"
        )
    except engine.error:  # nothing was read yet
        return 0
    return int(rejected)
