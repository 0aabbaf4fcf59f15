"""Which lines of a bill a figure is of: what keeps answers right, what is paid and not used."""

from collections.abc import Iterable

from costplan.document.line import LineItem


def keeps_right(line: LineItem) -> bool:
    """Whether a line is orchestration spend: coordinate and people, redundant ones left out."""
    return line.purpose in ("coordinate", "people") and "redundant" not in line.tags


def is_spare(line: LineItem) -> bool:
    """Whether a line is paid and not used: idle or redundant."""
    return line.purpose == "idle" or "redundant" in line.tags


def always_on(lines: Iterable[LineItem]) -> list[LineItem]:
    """Nodes and containers that are paid by the hour whatever comes. How much of them works is not
    known, as it is of machines under ``compute``, so that no part of them counts as idle."""
    return [
        line
        for line in lines
        if line.fixed
        and "-hour" in line.price.unit
        and line.component != "compute"
        and not is_spare(line)
    ]
