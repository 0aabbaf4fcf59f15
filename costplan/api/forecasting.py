"""A workload and what its volume was so far in, its bills for months ahead out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from costplan.api.estimating import BESIDE, Locking, catalog_of, with_places
from costplan.api.usage import Logs, opened
from costplan.catalog.lookup import Catalog
from costplan.document.forecast import ForecastDocument
from costplan.problems import BadUsage, did_you_mean
from costplan.quantity import ONE
from costplan.store.files.history import is_history, read_history
from costplan.store.files.workloads import Opened
from costplan.workload.model import Workload

if TYPE_CHECKING:
    from costplan.plan.forecast.series import History

MOST_MONTHS = 120


def forecast_opened(
    workload: Opened,
    as_of: date,
    months: int,
    stack: str | None,
    logs: Logs,
    locking: Locking = BESIDE,
    *,
    catalog: Catalog | None = None,
) -> ForecastDocument:
    """The forecast of a workload that was read. ``logs``: its history, of usage or of a row a day;
    without sources there is none.

    Raises as ``estimate_opened``, and BadUsage for a history that cannot be used.
    """
    from costplan.plan.forecast.build import Asked, forecast

    if not 1 <= months <= MOST_MONTHS:
        raise BadUsage(f"--months is {months}: it must be from 1 to {MOST_MONTHS}")
    prices = catalog_of(workload, locking, catalog)
    past = _history(logs, as_of, prices) if logs.sources else None
    return with_places(
        workload,
        prices,
        lambda ready: forecast(*ready, Asked(_stack(ready[0], stack), months, as_of), past),
    )


def _stack(workload: Workload, name: str | None) -> str:
    if name is None and len(workload.stack) > 1:
        raise BadUsage(
            "the workload has several stacks, and a forecast is of one",
            "--stack names one of: " + ", ".join(workload.stack),
        )
    stack = name or next(iter(workload.stack))
    if stack not in workload.stack:
        hint = did_you_mean(stack, workload.stack) or "stacks: " + ", ".join(workload.stack)
        raise BadUsage(f"there is no stack '{stack}'", hint)
    return stack


def _history(logs: Logs, as_of: date, catalog: Catalog) -> History:
    from costplan.plan.forecast.series import History

    tables = [is_history(name) for name in logs.sources]
    if not any(tables):
        return _of_usage(logs, as_of, catalog)
    if not all(tables):
        raise BadUsage(
            "some of the history are tables of days and some are usage", "give all of one kind"
        )
    rows = read_history(logs.sources)
    return History("amount" if rows.counts == "amount" else "requests", rows.values, rows.monthly)


def _of_usage(logs: Logs, as_of: date, catalog: Catalog) -> History:
    """Calls to models by whole UTC day. Raises BadUsage without a whole day, and for traces of
    which nobody said what share they are."""
    from costplan.plan.forecast.series import History
    from costplan.plan.usage.coverage import covered
    from costplan.store.traces.sources import SAMPLED

    with opened(logs.sources, logs.options._replace(by=("day",)), catalog) as read:
        kinds = {kind for count in read.counts for kind in count.source.split(", ")}
        often = sorted(kinds & set(SAMPLED))
        if often and logs.sampling is None:
            raise BadUsage(
                f"{', '.join(often)} is often sampled, and what share was logged is not said",
                "--sampling 10%, or --sampling 1 where all was",
            )
        coverage = covered(read.rows.hours(), read.first, read.last, as_of)
        cells = read.cells(("day",))
    if coverage is None or coverage.whole is None:
        raise BadUsage("the history has no day from end to end", "a table: date,requests")
    first, last = coverage.whole
    values: dict[date, Decimal] = {first: Decimal(0), last: Decimal(0)}
    for cell in cells:
        day = None if cell.groups[0] is None else date.fromisoformat(cell.groups[0])
        if day is not None and first <= day <= last:
            values[day] = values.get(day, Decimal(0)) + cell.requests / (logs.sampling or ONE)
    return History("calls", values, silent=0.0)
