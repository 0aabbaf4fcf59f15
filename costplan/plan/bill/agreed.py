"""What the terms of the whole account come to in a month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from costplan.document.line import LineItem
from costplan.document.month import Commitment
from costplan.facts import Fact
from costplan.problems import Problem

Parts = Mapping[str, list[LineItem]]
"""Lines by the stack that they belong to: one stack, or those that a mix shares traffic between."""


@dataclass(slots=True, repr=False, eq=False)
class Agreed:
    """What commitments and credits add to the lines they count."""

    lines: list[LineItem] = field(default_factory=list)
    commitments: list[Commitment] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
