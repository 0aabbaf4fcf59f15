"""How the tests run: side by side where there are many, and how long a property is tried.

``pytest --hypothesis-profile=long`` (``make check-long``) tries properties at length and anew each
time; the short profile tries the same examples in every run, that of ``make test`` fewer of them.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import once
import processes
import pytest
from hypothesis import HealthCheck, settings
from properties import FEW, LOOP, QUICK, SHORT, TRIED

from costplan.store.files import price_sets, shelves, throughput
from costplan.store.network import waiting
from costplan.store.sourcing import refresh

PRICES = Path(__file__).resolve().parent / "golden" / "pricing"

for name, number in ((SHORT, TRIED), (LOOP, FEW)):
    settings.register_profile(
        name, max_examples=number, deadline=None, derandomize=True, database=None
    )
settings.register_profile(
    "long", max_examples=20 * QUICK, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(SHORT)
once.share()


sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Seven thousand assertions are rewritten before the first test runs: ten seconds of each process,
unless they are kept from one run to the next, whatever the machine does elsewhere."""


def pytest_collection_finish() -> None:
    """Twelve thousand tests are no garbage: the collector looks at what came later, and seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(processes.Counted())


@pytest.fixture
def brief_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of the wait between two tries over a network; ``test_waiting`` has the whole."""
    monkeypatch.setattr(waiting, "WAIT", waiting.WAIT / 100)


@pytest.fixture
def fixed_prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue of the golden files in place of the one that ships, whose prices move on."""
    for module in (price_sets, refresh, shelves, throughput):
        monkeypatch.setattr(module, "built_in_folder", lambda: PRICES)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker where single files or tests are named; else what xdist says, one a processor."""
    named = [argument for argument in config.args if not Path(argument).is_dir()]
    return 0 if named else None
