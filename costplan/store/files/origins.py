"""Where the parts of a workload file stand, for documents whose findings point at them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from costplan.document.estimate import EstimateDocument
from costplan.document.prices_used import Origin
from costplan.store.files.positions import locate

if TYPE_CHECKING:
    from costplan.store.files.workloads import Opened


def origin(opened: Opened, document: EstimateDocument) -> Origin | None:
    """The workload's file and lines; None where it came from standard input.

    The file is named from the current folder, where annotations are read; of a file elsewhere
    only the name is kept, so that no document tells the folders of a machine.
    """
    if opened.name == "standard input":
        return None
    paths: list[tuple[str, ...]] = []
    budget = opened.workload.budget if opened.workload else None
    if budget is not None:
        paths.append(("budget",))
        paths += [("budget", "stack", name) for name in budget.stack]
    shown = {estimate.stack for estimate in document.estimates}
    paths += [("stack", name) for name in shown]
    paths += [
        ("stack", str(path[1]), str(path[2])) for path, _ in opened.bindings if path[1] in shown
    ]
    lines = {}
    for keys in sorted(paths):
        place = locate(opened.text, keys)
        if place is not None:
            lines[".".join(keys)] = place.line
    return Origin(shown_name(opened.name), lines)


def shown_name(name: str) -> str:
    """A file's path from the current folder; of a file elsewhere its name alone."""
    path = Path(name)
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except (ValueError, OSError):
        return path.name
