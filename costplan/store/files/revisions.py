"""A workload as a git revision has it: its text, the project's prices and its lock.

What is read is put into a folder of its own, so that no checkout is touched and everything that
reads a project's folder works on a revision unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from costplan.problems import BadUsage
from costplan.store.files import generations
from costplan.store.files.git import Repository
from costplan.store.files.text import LARGEST_FILE, decode
from costplan.store.files.workloads import LOCK_NAME, Opened, read_workload

PRICES = "pricing"


def open_revision(
    path: Path,
    revision: str,
    into: Path,
    changes: Iterable[str] = (),
    rates: Iterable[str] = (),
) -> Opened | None:
    """The workload of ``path`` as of a revision; None where the revision has no such file.

    ``into`` is an empty folder that the project's prices and lock are written to; it has to stay
    until the workload has been estimated. Raises BadUsage for what git cannot read, and as
    ``read_workload``.
    """
    repository = Repository.find(path)
    inside = repository.inside(path)
    if not repository.exists_at(revision, inside):
        return None
    name = f"{revision}:{inside}"
    text = decode(repository.read_at(revision, inside), name, LARGEST_FILE)
    folder = inside.rpartition("/")[0]
    beside = f"{folder}/" if folder else ""
    if repository.exists_at(revision, beside + PRICES):
        if not repository.is_folder_at(revision, beside + PRICES):
            raise BadUsage(f"{revision}:{beside}{PRICES} is a file, not a folder of prices")
        files = repository.folder_at(revision, beside + PRICES, generations.READ)
        for below, data in files.items():
            _put(into / PRICES, below, data)
    if repository.exists_at(revision, beside + LOCK_NAME):
        _put(into, LOCK_NAME, repository.read_at(revision, beside + LOCK_NAME))
    return read_workload(name, text, into, changes, rates)


def _put(root: Path, below: str, data: bytes) -> None:
    target = root / below
    if not target.resolve().is_relative_to(root.resolve()):
        raise BadUsage(f"'{below}' leads out of its folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
