"""How the tests run: side by side where there are many, and how long a property is tried.

``pytest --hypothesis-profile=long`` (``make check-long``) tries properties at length and anew each
time; the short profile tries the same examples in every run.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from properties import QUICK, SHORT

settings.register_profile(SHORT, max_examples=QUICK, deadline=None, derandomize=True, database=None)
settings.register_profile(
    "long", max_examples=20 * QUICK, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(SHORT)


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """No worker where single files or tests are named; else what xdist says, one a processor."""
    named = [argument for argument in config.args if not Path(argument).is_dir()]
    return 0 if named else None
