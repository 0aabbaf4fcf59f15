"""How many real processes of the program a run of the tests starts: each takes ten times what the
same command takes within the tests, and is for what only a process shows.

Every process counts its own, by the test that starts them; the first adds them up and fails a whole
run that starts more than ``MOST``.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import Any

import pytest

MOST = 90
"""Lower it with each that is not needed; never raise it for a command that ``costplan`` runs."""
WHOLE = 10_000
"""Tests that only a run of all has."""
STARTED: Counter[str] = Counter()


def count(event: str, given: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        words = [os.fsdecode(word) for word in given[1]]
        if words[1:3] == ["-m", "costplan"]:
            STARTED[os.environ.get("PYTEST_CURRENT_TEST", "?").partition("::")[0]] += 1


class Counted:
    """The plugin of one process of the tests."""

    def __init__(self) -> None:
        self.collected = 0
        sys.addaudithook(count)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected = max(self.collected, len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended: take over what it counted."""
        said = getattr(node, "workeroutput", {})
        STARTED.update(said.get("processes", {}))
        self.collected = max(self.collected, said.get("collected", 0))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        said = getattr(session.config, "workeroutput", None)
        if said is not None:
            said.update(processes=dict(STARTED), collected=self.collected)
        elif self.too_many():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def too_many(self) -> bool:
        return self.collected >= WHOLE and STARTED.total() > MOST

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.collected >= WHOLE:
            line = f"{STARTED.total()} processes of the program (at most {MOST})"
            terminalreporter.write_line(line, red=self.too_many())
        if self.too_many() or terminalreporter.verbosity > 0:
            for file, number in STARTED.most_common():
                terminalreporter.write_line(f"  {number:4} {file}")
