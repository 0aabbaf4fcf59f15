"""What the machine has of costplan, and whether it is sound: what ``costplan doctor`` does."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from costplan import __version__
from costplan.document.health import Health, Setting, Terminal
from costplan.store.files import health

if TYPE_CHECKING:
    from costplan.document.health import Shelf
    from costplan.store.files.health import Read

STALE_DAYS = 180


def installation(settings: Iterable[Setting], terminal: Terminal) -> Health:
    """Every catalogue read whole, libraries and programs; the network is not used.

    ``settings`` and ``terminal``: what the command line knows of itself.
    """
    workload = health.workload_file()
    project = workload.parent if workload is not None else Path()
    read, problems = health.catalogues(project)
    today = datetime.now(UTC).date()
    settings = tuple(settings)
    packages = tuple(health.packages())
    problems += [f"{setting.name}: {setting.problem}" for setting in settings if setting.problem]
    problems += [sentence for shelf in read for sentence in shelf.problems]
    problems += [
        f"{package.name} is not installed, and some commands need it"
        for package in packages
        if package.needed and package.version is None
    ]
    return Health(
        version=__version__,
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        program=sys.executable,
        as_of=today,
        stale_days=STALE_DAYS,
        catalogues=tuple(_shelf(shelf, today) for shelf in read),
        workload=None if workload is None else str(workload),
        settings=settings,
        tokens=health.secrets(),
        terminal=terminal,
        git=health.git(),
        packages=packages,
        problems=tuple(problems),
    )


def _shelf(read: Read, today: date) -> Shelf:
    from costplan.catalog.model import Model
    from costplan.document.health import Shelf
    from costplan.plan.prices.audit.dates import stale_model, stale_offer
    from costplan.plan.prices.audit.parts import Terms

    terms = Terms(today, today, 0, STALE_DAYS)
    stale, newest = 0, None
    for filing in read.filed or ():
        item = filing.entry.item
        looked = (
            stale_model(filing.entry, item, terms)
            if isinstance(item, Model)
            else stale_offer(filing.entry, item, terms)
        )
        stale += any(True for _ in looked)
        for _, origin in item.origins():
            newest = origin.checked if newest is None else max(newest, origin.checked)
    return Shelf(
        read.name,
        None if read.folder is None else str(read.folder),
        None if read.filed is None else len(read.filed),
        newest,
        stale,
        tuple(read.problems),
    )
