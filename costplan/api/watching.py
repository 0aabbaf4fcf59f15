"""A workload that is worked out again whenever its file, its lock or its prices are saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from costplan.api.estimating import Locking
from costplan.catalog.lookup import Catalog
from costplan.document.diff import DiffDocument
from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage
from costplan.store.files.folders import user_folder
from costplan.store.files.shelves import open_catalog
from costplan.store.files.watched import Signature, signature
from costplan.store.files.workloads import LOCK_NAME, Opened, nearest_file, open_workload

T = TypeVar("T")
Work = Callable[[Opened, Catalog], T]
LAST, NOW = "the last save", "now"


class Watch(Generic[T]):
    """The file that is watched, and the prices below it, which are read once until they change.

    ``work`` makes a document of an opened workload and a catalogue. Raises BadUsage for standard
    input, which cannot be saved again.
    """

    def __init__(self, where: str | None, locking: Locking, work: Work[T]) -> None:
        if where == "-":
            raise BadUsage("standard input cannot be watched", "name the workload file")
        self.path = nearest_file() if where is None else Path(where)
        self.work = work
        lock = locking.path or self.path.parent / LOCK_NAME
        self._files = (self.path, None if locking.off else lock)
        self._folders = (self.path.parent / "pricing", user_folder())
        self._seen: tuple[Signature, Signature] = ((), ())
        self._catalog: Catalog | None = None

    def saved(self, folders: bool = True) -> bool:
        """Whether something was saved since it was last asked. ``folders``: also look for prices,
        which takes as long as there are files of them."""
        files, prices = self._seen
        now = (signature(self._files), signature(self._folders) if folders else prices)
        if now[1] != prices:
            self._catalog = None
        changed = now != (files, prices)
        self._seen = now
        return changed

    def again(
        self, changes: Sequence[str] = (), rates: Sequence[str] = (), scenario: str = ""
    ) -> T:
        """The document as the files are now. Raises as ``open_workload`` and the work."""
        opened = open_workload(str(self.path), changes, rates, scenario)
        if self._catalog is None:
            self._catalog = open_catalog(self.path.parent)
        return self.work(opened, self._catalog)


def since(before: EstimateDocument | None, after: EstimateDocument) -> DiffDocument | None:
    """What became of each stack; None where there is nothing to compare with: the first estimate,
    or one in another currency."""
    from costplan.plan.judge.diff import diff

    if before is None or before.currency != after.currency:
        return None
    return diff(before, after, LAST, NOW)
