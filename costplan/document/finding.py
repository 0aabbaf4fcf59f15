"""Findings: what a document says is wrong, in a form that every annotating format draws.

``Findings`` is neutral: an estimate states facts about itself, a check states its verdicts, and
JUnit, SARIF, workflow commands and code-quality reports are drawn from either without knowing
which.
"""

from dataclasses import field
from decimal import Decimal
from typing import Literal, NamedTuple

from costplan.record import Compared, Count, open_record

Level = Literal["error", "warning", "note"]


class Rule(NamedTuple):
    """What is looked at. ``id`` is kebab-case and stable; ``title`` says what holds when it passes,
    ``help`` what to do when it does not."""

    id: str
    title: str
    help: str
    level: Level


class Where(NamedTuple):
    """A place in a file; lines and columns count from 1."""

    file: str
    line: Count = 1
    column: Count = 1


class Finding(NamedTuple):
    """One thing found. ``figure`` and ``limit`` are in ``unit`` where the rule compares numbers."""

    rule: Rule
    message: str
    stack: str = ""
    level: Level = "error"
    where: Where | None = None
    offer: str | None = None
    figure: Decimal | None = None
    limit: Decimal | None = None
    unit: str = ""


@open_record
class Findings(Compared):
    """What was looked at and what was found. ``examined`` are the (stack, rule) pairs that were
    looked at, so that what passed can be counted; each pair without a finding passed."""

    subject: str
    examined: list[tuple[str, Rule]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
