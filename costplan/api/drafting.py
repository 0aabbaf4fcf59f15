"""Somebody's graph or traces in, a draft of a workload out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from costplan.api.calibrating import Asked, Calibrated, calibrated
from costplan.api.usage import Options
from costplan.catalog.lookup import Catalog
from costplan.problems import BadUsage
from costplan.store.files.measured_text import INSTALL
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import read_workload
from costplan.store.graphs.code import code_in
from costplan.store.graphs.draft_text import draft_text, missing, with_notes
from costplan.store.graphs.langgraph import read_langgraph
from costplan.store.graphs.shape import Named
from costplan.store.graphs.steps import planned
from costplan.store.traces.names import Names

__all__ = ["Draft", "drafted"]


class Draft(NamedTuple):
    """The text of a workload, and what could not be read of it."""

    text: str
    notes: Sequence[str]


def drafted(sources: Sequence[str], day: date) -> Draft:
    """A workload of the graph that Python files build, or of the requests that traces hold.

    Raises BadUsage where there is neither, and for files of both kinds.
    """
    code = {source: code_in(Path(source)) for source in sources}
    paths = [path for inside in code.values() for path in inside]
    if paths and not all(code.values()):
        mend = "calibrate the draft of the code: costplan calibrate"
        raise BadUsage("--from takes code or traces, not both", mend)
    draft = _of_code(sources, paths) if paths else _of_traces(sources, day)
    opened = read_workload("the draft", draft.text, Path())
    if opened.workload is None or opened.problems:
        raise DocumentError("the draft", draft.text, opened.problems)
    return draft


def _of_code(sources: Sequence[str], paths: Sequence[Path]) -> Draft:
    plan = planned(read_langgraph(paths))
    if not plan.steps:
        raise BadUsage(f"{', '.join(sources)}: the graph has no step", "its nodes are all people")
    catalog = open_catalog(Path())
    names = Names(catalog, {})
    text = draft_text(plan, ", ".join(sources), lambda model: _offer(catalog, names, model))
    return Draft(text, [*plan.notes, *missing(plan)])


def _offer(catalog: Catalog, names: Names, model: Named) -> str | None:
    """The catalogue's id of a model, by its exact name."""
    entry = names.find(model.vendor, model.model)
    return None if entry is None or isinstance(entry, str) else entry.id


def _of_traces(sources: Sequence[str], day: date) -> Draft:
    for source in sources:
        if source.endswith(".toml"):
            raise BadUsage(f"{source} is a workload, and no source of one", "costplan estimate")
    if not all(map(find_spec, ("duckdb", "tomlkit"))):
        raise BadUsage("a draft of traces needs DuckDB and tomlkit", INSTALL)
    measured = calibrated(Asked(None, sources), Options(day=day))
    notes = ["tools, retrieval and people: usage holds calls of models alone", *_unread(measured)]
    return Draft(with_notes(measured.after, ", ".join(sources), notes), notes)


def _unread(measured: Calibrated) -> Iterator[str]:
    """What usage cannot say, or could not."""
    document = measured.document
    yield from document.notes
    for question in document.questions:
        hints = f"; perhaps {', '.join(question.hints)}" if question.hints else ""
        yield f"'{question.logged}' is no model of the catalogue under that name{hints}"
    for wanted in document.wanted:
        yield f"{wanted.key}: {wanted.words}"
