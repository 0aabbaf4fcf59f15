"""``--from``: a source's name, an address or a file, and the prices that come from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

from costplan.catalog.origin import Source
from costplan.problems import BadUsage, InvalidInput, did_you_mean
from costplan.store.network.client import Limits, Progress
from costplan.store.network.fetch import Fetcher, is_address, read_bytes, shown
from costplan.store.sourcing.upstream import SOURCES, Adapter, Upstream, adapter
from costplan.store.sourcing.upstream.recognise import by_address, by_content

T = TypeVar("T")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
DEFAULT = "models.dev"
"""The source that is read when none is named: it covers most vendors, in one small file."""


class Wanted(NamedTuple):
    """What one ``--from`` asks for. ``source`` None: to be recognised. ``at``: address or path."""

    source: str | None
    at: str


class Arrived(NamedTuple):
    """What one ``--from`` brought; ``address`` is fit to be printed and kept."""

    upstream: Upstream
    address: str


def wanted(text: str) -> Wanted:
    """NAME, NAME=ADDRESS, NAME=FILE, ADDRESS or FILE. Raises BadUsage."""
    if text in SOURCES:
        return Wanted(text, _address(text))
    name, equals, at = text.partition("=")
    if equals and name in SOURCES:
        if not at:
            raise BadUsage(f"--from {name}= names nothing", f"--from {name} reads its own address")
        return Wanted(name, at)
    if is_address(text):
        return Wanted(by_address(text), text)
    if Path(text).exists():
        return Wanted(None, text)
    near = did_you_mean(name, SOURCES)
    raise BadUsage(
        f"--from {text}: no source has this name, and there is no such file",
        f"{near or 'sources: ' + ', '.join(SOURCES)}; or an address, or a file",
    )


def _address(name: str) -> str:
    address = adapter(name).url
    if "{" in address:
        raise BadUsage(
            f"{name} publishes a file for each provider, and nothing that has them all",
            f"--from {name}=FILE reads a saved copy of all of them",
        )
    return address


def read_source(
    request: Wanted, today: date, limits: Limits, progress: Progress | None = None
) -> Arrived:
    """Fetch or open what was asked for and read it. Raises FetchError, BadUsage.

    What it shows was published by the day its server says, or the file was saved; where neither
    is known, it is what the source shows today.
    """
    if is_address(request.at):
        with Fetcher(limits, progress) as fetcher:
            following = adapter(request.source).next_page if request.source else None
            data, published = _told(request, lambda: fetcher.pages(request.at, following))
        day = min(today, published.date()) if published else today
        address = shown(request.at)
    else:
        data = read_bytes(Path(request.at), limits)
        day, address = min(today, _written(Path(request.at))), request.at
    if data[:512].lstrip()[:1] == b"<":
        raise BadUsage(f"{address} is a web page, not prices", "nothing was changed")
    chosen = (
        adapter(request.source)
        if request.source
        else _told(request, lambda: _recognised(data, address))
    )
    upstream = _told(request, lambda: chosen.read(data, day))
    return Arrived(_as_read(upstream, chosen, request.at, address), address)


def _recognised(data: bytes, address: str) -> Adapter:
    name = by_content(data)
    if name is None:
        raise BadUsage(
            f"{address} is not in the form of a known price source",
            "--from NAME=FILE says which one it is: " + ", ".join(SOURCES),
        )
    return adapter(name)


def _told(request: Wanted, work: Callable[[], T]) -> T:
    """Do something with a payload; say of its faults where it came from."""
    try:
        return work()
    except InvalidInput as error:
        where = shown(request.at) if is_address(request.at) else request.at
        problems = "; ".join(problem.message for problem in error.problems[:3])
        raise BadUsage(f"{where}: {problems}", "nothing was changed") from None


def _written(path: Path) -> date:
    """The day a copy was saved: by then its publisher had published it.

    Copying a file gives it a new day; a day in its name stays.
    """
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    for stamp in DATE.findall(path.name):
        with suppress(ValueError):
            day = min(day, date.fromisoformat(stamp))
    return day


def _as_read(upstream: Upstream, chosen: Adapter, at: str, address: str) -> Upstream:
    """The payload with the place it was really read from as its source.

    A copy is not the vendor's own word: somebody saved it, or serves it.
    """
    if is_address(at) and urlsplit(at).hostname == urlsplit(chosen.url).hostname:
        return upstream
    source = upstream.source
    name = address if is_address(at) else Path(at).name
    confidence = "third-party" if source.confidence == "vendor" else source.confidence
    return upstream._replace(source=Source(at=f"{source.at} (as in {name})", confidence=confidence))


def read_all(
    texts: Sequence[str], today: date, limits: Limits, progress: Progress | None = None
) -> list[Arrived]:
    """Every source that was asked for; all of them, or an error. Raises BadUsage."""
    asked = [wanted(text) for text in dict.fromkeys(texts)]
    arrived = [read_source(request, today, limits, progress) for request in asked]
    known: dict[str, Source] = {}
    for arrival in arrived:
        name, source = arrival.upstream.name, arrival.upstream.source
        if known.setdefault(name, source) != source:
            raise BadUsage(f"{name} is given twice, from different places", "name it once")
    return arrived
