"""What ``costplan doctor`` finds: plain values, a field's name its key in the JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, NamedTuple

from costplan.record import Ge, document, keys

Number = Annotated[int, Ge(0)]
"""How many of something."""


class Shelf(NamedTuple):
    """One layer of prices. ``entries`` None: its folder is not there."""

    name: str
    folder: str | None
    entries: Number | None
    newest_checked: date | None
    stale: Number
    problems: tuple[str, ...] = ()


class Setting(NamedTuple):
    """A variable that is set. ``value`` None: it is not shown. ``problem`` None: it is in order."""

    name: str
    value: str | None
    problem: str | None


class Package(NamedTuple):
    """A library. ``version`` None: it is not installed."""

    name: str
    version: str | None
    needed: bool


class Terminal(NamedTuple):
    """What standard output is, and how a page would look on it."""

    is_terminal: bool
    width: Number
    color: bool
    encoding: str


@document("doctor", "1.0")
@keys(
    "healthy",
    "version",
    "python",
    "platform",
    "program",
    "as_of",
    "stale_days",
    "catalogues",
    "workload",
    "settings",
    "tokens",
    "terminal",
    "git",
    "packages",
    "problems",
)
class Health(NamedTuple):
    """``tokens``: names of secrets, and only whether they are set. ``git``: its path."""

    version: str
    python: str
    platform: str
    program: str
    as_of: date
    stale_days: Number
    catalogues: tuple[Shelf, ...]
    workload: str | None
    settings: tuple[Setting, ...]
    tokens: Mapping[str, bool]
    terminal: Terminal
    git: str | None
    packages: tuple[Package, ...]
    problems: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """Whether nothing is broken."""
        return not self.problems
