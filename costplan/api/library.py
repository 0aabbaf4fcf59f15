"""What ``costplan`` exports: each function takes files or what another one returned.

A **workload** is a path, or what ``load_workload`` gave; an **estimate** may stand in its place
where a function says so: a document, or the path of one that was saved. Days are ``date``; left out
they are today, in UTC. Shares, prices and quantities are Decimal, int or a string, never float.
Nothing is written, and nothing but the files of prices beside a workload is read. Every error is a
``costplan.CostplanError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, overload

from costplan.api.billing import number, price_offer, share
from costplan.api.estimating import compare_opened, estimate_opened
from costplan.api.notebooks import frame, html
from costplan.api.risking import Drawing
from costplan.catalog.lookup import Catalog
from costplan.document.bill import Bill
from costplan.document.estimate import EstimateDocument
from costplan.document.plain import Plain, Views
from costplan.store.files.shelves import open_catalog
from costplan.store.files.subjects import SavedEstimate
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import Opened, open_workload

if TYPE_CHECKING:
    from costplan.api.usage import Logs
    from costplan.document.comparison import Comparison
    from costplan.document.diff import DiffDocument
    from costplan.document.forecast import ForecastDocument
    from costplan.document.kinds import Saved, SavedResult
    from costplan.document.usage import Usage
    from costplan.document.verdict import CheckDocument

Plain.views = Views(frame, html)

Workload: TypeAlias = "str | Path | Opened"
Subject: TypeAlias = "str | Path | Opened | EstimateDocument"
Report: TypeAlias = (
    "str | Path | EstimateDocument | Comparison | Bill | DiffDocument | CheckDocument"
    " | ForecastDocument"
)


def load_workload(
    path: str | Path | None = None,
    *,
    changes: str | Sequence[str] = (),
    rates: str | Sequence[str] = (),
    scenario: str = "",
) -> Opened:
    """A workload file, checked; None is the nearest ``costplan.toml`` upward.

    ``changes``: values in place of the file's, such as ``traffic.requests_per_month=20000``.
    ``rates``: exchange rates, such as ``usd_per_eur=1.08@2026-11-20``; ``scenario``: the name of
    one of the file's overlays, which they stand above. The ``workload`` of what is
    returned is the record of ``docs/workload.md``.

    Raises DocumentError with every problem of the file, DocumentSyntaxError for what is no TOML,
    BadUsage for a file that cannot be read and for a change or a rate that cannot be made.
    """
    opened = open_workload(None if path is None else str(path), changes, rates, scenario)
    if opened.problems:
        raise DocumentError(opened.name, opened.text, opened.problems)
    return opened


def load_catalog(folder: str | Path = ".") -> Catalog:
    """The prices in force for a folder: the shipped ones, your own over them, and over both those
    of the folder's ``pricing/``.

    ``find(id)`` has an entry or None, ``get(id)`` raises UnknownOffer with the ids nearest to it.
    Files are read as they are asked for, once: several functions with one catalogue read less.

    Raises BadUsage for a folder of prices that cannot be read.
    """
    return open_catalog(Path(folder))


def estimate(
    workload: Workload,
    *,
    as_of: date | None = None,
    stacks: str | Sequence[str] = (),
    catalog: Catalog | None = None,
    draws: int | None = None,
    seed: int = 1,
) -> EstimateDocument:
    """Every stack's monthly bill, in the workload's currency.

    ``stacks``: only these; one may be given by its name alone. ``catalog``: lies beneath the
    workload's own prices and lock, in place of that of its folder. ``estimates`` has a bill a
    stack: ``lines``, each with price, source and date, ``total_monthly``, and ``unpriced`` (lines
    without a price, each with a reason: the total is then the least it can be). Where numbers of
    the workload are ranges, ``risk`` has what the month may come to over so many ``draws``: 8,192
    where numpy is installed, none for 0; the same ``seed`` gives the same ones.

    Raises as ``load_workload``, and DocumentError for what the catalogue does not hold.
    """
    drawing = Drawing(draws, seed)
    return estimate_opened(
        _opened(workload), as_of or _today(), stacks, catalog=catalog, drawing=drawing
    )


def compare(
    workload: Workload,
    *,
    as_of: date | None = None,
    stacks: str | Sequence[str] = (),
    baseline: str | None = None,
    at_reliability: Decimal | int | str | None = None,
    levers: bool = False,
    catalog: Catalog | None = None,
    draws: int | None = None,
    seed: int = 1,
) -> Comparison:
    """Stacks side by side: by component, against ``baseline`` (a stack's name; the first if left
    out), and the cheapest ways to a reliability, by orchestration and by more compute.

    ``at_reliability``: trusted answers, a share from 0 to 1; the workload's target if left out.
    ``levers``: also which inputs would change the answer (takes longer). ``draws`` and ``seed`` as
    for ``estimate``. Raises as ``estimate``.
    """
    return compare_opened(
        _opened(workload),
        as_of or _today(),
        stacks,
        baseline,
        None if at_reliability is None else share("at_reliability", at_reliability),
        levers,
        catalog=catalog,
        drawing=Drawing(draws, seed),
    )


def check(
    subject: Subject,
    limits: Mapping[str, Decimal | int | str] | None = None,
    policies: Iterable[str | Path] = (),
    *,
    baseline: Subject | None = None,
    as_of: date | None = None,
    stacks: str | Sequence[str] = (),
    usage: str | Path | Sequence[str | Path] = (),
    maps: str | Sequence[str] = (),
    sampling: Decimal | int | str | None = None,
) -> CheckDocument:
    """A workload, or an estimate, against budgets and policies.

    ``limits``: by key of ``[budget]``, such as ``{"monthly_total": 3000}``; a component's as
    ``component.tokens``. ``policies``: files with ``[budget]`` and ``[[policy]]``. ``baseline``:
    what an increase is measured from. ``usage``: files of real usage of the month of ``as_of``, of
    one stack, projected to its end and held to the same limits (needs ``costplan[usage]``);
    ``maps`` and ``sampling`` as ``--map`` and ``--sampling``. The document's ``exit_code`` is 0
    where every rule holds, 1 where one is broken or cannot be judged, 3 where a price is missing or
    stale.

    Raises as ``estimate``, and BadUsage for a limit that nobody has.
    """
    from costplan.api.checking import check_subject

    return check_subject(
        _subject(subject),
        {key: number(key, value) for key, value in (limits or {}).items()},
        [Path(path) for path in policies],
        baseline=None if baseline is None else _subject(baseline),
        as_of=as_of,
        stacks=stacks,
        logs=_logs(usage, maps, sampling, as_of) if usage else None,
    )


def diff(
    base: Subject,
    head: Subject,
    *,
    as_of: date | None = None,
    stacks: str | Sequence[str] = (),
) -> DiffDocument:
    """What becomes of each stack's month from ``base`` to ``head``, split into volume, mix,
    intensity and price; the parts add up to the difference. Raises as ``estimate``."""
    from costplan.api.diffing import diff_files

    return diff_files(_subject(base), _subject(head), as_of, stacks)


@overload
def report(  # type: ignore[overload-overlap]  # the one text that names a file of bytes
    documents: Report | Sequence[Report],
    form: Literal["xlsx"],
    *,
    stacks: str | Sequence[str] = (),
    filters: str | Sequence[str] = (),
) -> bytes: ...
@overload
def report(
    documents: Report | Sequence[Report],
    form: str = "table",
    *,
    stacks: str | Sequence[str] = (),
    filters: str | Sequence[str] = (),
    fields: str | None = None,
    group_by: str | None = None,
    top: int | None = None,
) -> str: ...
def report(
    documents: Report | Sequence[Report],
    form: str = "table",
    *,
    stacks: str | Sequence[str] = (),
    filters: str | Sequence[str] = (),
    fields: str | None = None,
    group_by: str | None = None,
    top: int | None = None,
) -> str | bytes:
    """Documents, or saved ones by path, as one text in a format of ``docs/formats.md``; ``xlsx`` as
    the bytes of a workbook.

    The other arguments are the options of ``costplan report`` of the same names. Raises BadUsage
    for a format or an argument that the documents have not, SavedError for a saved document that
    does not add up.
    """
    from costplan.api.reporting import Choice, draw
    from costplan.render import Look
    from costplan.words import several

    alone = isinstance(documents, str | Path) or hasattr(documents, "kind")
    given: Sequence[Report] = [documents] if alone else documents  # type: ignore[list-item,assignment]
    drawables = [drawable for document in given for drawable in _drawable(document)]
    choice = Choice(several(stacks), several(filters), fields, group_by, top)
    return draw(drawables, form, choice, Look())


def forecast(
    workload: Workload,
    history: str | Path | Sequence[str | Path] = (),
    *,
    months: int = 12,
    as_of: date | None = None,
    stack: str | None = None,
    maps: str | Sequence[str] = (),
    sampling: Decimal | int | str | None = None,
    catalog: Catalog | None = None,
) -> ForecastDocument:
    """A stack's bill for months ahead, that of ``as_of`` the first, and what happens when.

    ``history``: files of ``date,requests`` or ``date,amount``, or of real usage (which needs
    ``costplan[usage]``; ``maps`` and ``sampling`` as ``--map`` and ``--sampling``); without one the
    workload's own volume and growth are taken, and there are no bands. ``stack``: where the
    workload has several. ``months`` of the document have volume, total and band, ``events`` what
    happens, ``band`` how often such bands held in the past.

    Raises as ``estimate``, and BadUsage for a history that cannot be used.
    """
    from costplan.api.forecasting import forecast_opened

    logs = _logs(history, maps, sampling, as_of)
    day = as_of or _today()
    return forecast_opened(_opened(workload), day, months, stack, logs, catalog=catalog)


def price(
    offer: str,
    quantities: Mapping[str, Decimal | int | str] | None = None,
    *,
    at: datetime | None = None,
    mode: str | None = None,
    region: str | None = None,
    charge: str | None = None,
    free_tiers: bool = True,
    catalog: Catalog | None = None,
    **more: Decimal | int | str,
) -> Bill:
    """The bill of one offer, by its exact id or alias, at a moment (now; without a zone, UTC).

    Quantities are by name, in ``quantities`` or as arguments: ``input_tokens=1000``, ``seats=5``;
    ``costplan pricing show OFFER`` names an offer's, with their units. ``mode``: batch, flex,
    priority or fast. ``charge``: the id of one charge, alone. ``free_tiers`` False: recurring free
    quotas are left out.

    Raises UnknownOffer, PriceNotKnown for a day without a price, MissingVariables, BadUsage for a
    quantity that is no finite number or that the offer has not.
    """
    given = {**(quantities or {}), **more}
    return price_offer(
        offer,
        at,
        given,
        catalog=catalog,
        mode=mode,
        region=region,
        charge=charge,
        free_tiers=free_tiers,
    )


def usage(
    sources: str | Path | Sequence[str | Path] = (),
    *,
    warehouse: str | None = None,
    table: str | None = None,
    by: str | Sequence[str] = "model",
    columns: Mapping[str, str] | None = None,
    models: Mapping[str, str] | None = None,
    source: str | None = None,
    vendor: str | None = None,
    as_of: date | None = None,
    catalog: Catalog | None = None,
) -> Usage:
    """What real usage cost at list prices, and how requests came.

    ``sources``: files, folders, patterns; or a ``table`` of a ``warehouse``, whose address holds no
    secret (``docs/usage.md``). ``columns``: where a column of usage stands, ``{"model": "name"}``;
    ``models``: the offer that a logged model is. ``source``: what the files are; ``vendor``: who
    served, where they do not say. ``as_of``: one day's prices for all, in place of each request's
    own. ``catalog``: in place of that of the folder one is in.

    Raises BadUsage for what is no usage and for a warehouse that cannot be asked.
    """
    from costplan.api.warehouse import Options, usage_from
    from costplan.store.traces.mapping import MapFile, checked
    from costplan.words import several

    given = [sources] if isinstance(sources, str | Path) else sources
    return usage_from(
        [str(name) for name in given],
        warehouse,
        table,
        Options(
            day=as_of or _today(),
            fixed=as_of is not None,
            by=tuple(dict.fromkeys(several(by))),
            source=source,
            mapping=MapFile(columns=checked(columns or {}), map=models or {}),
            vendor=vendor,
        ),
        catalog,
    )


def _logs(
    usage: str | Path | Sequence[str | Path],
    maps: str | Sequence[str],
    sampling: Decimal | int | str | None,
    as_of: date | None,
) -> Logs:
    """Files of usage, and how they are read."""
    names = [usage] if isinstance(usage, str | Path) else usage
    from costplan.api.usage import Logs, Options, mapping_of
    from costplan.words import several

    share_of = None if sampling is None else share("sampling", sampling)
    options = Options(day=as_of or _today(), mapping=mapping_of(list(several(maps))))
    return Logs([str(name) for name in names], options, share_of or None)


def _drawable(document: Report) -> list[Saved | SavedResult]:
    """A document as a renderer takes it; of a path, what is saved there."""
    from costplan.document.kinds import RESULTS, Saved, SavedResult
    from costplan.store.files.documents import open_all

    if isinstance(document, str | Path):
        return open_all([str(document)])
    if document.kind in RESULTS:  # type: ignore[union-attr]
        return [SavedResult("", document)]  # type: ignore[arg-type]
    return [Saved("", document)]  # type: ignore[arg-type]


def _today() -> date:
    return datetime.now(UTC).date()


def _opened(workload: Workload) -> Opened:
    return workload if isinstance(workload, Opened) else open_workload(str(workload))


def _subject(subject: Subject) -> str | Opened | SavedEstimate:
    """What a check or a diff takes. An estimate of no file is called by its workload."""
    if isinstance(subject, EstimateDocument):
        return SavedEstimate(subject.workload, subject)
    return subject if isinstance(subject, Opened) else str(subject)
