"""What a change does to a workload's cost: what ``costplan diff`` does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from costplan.api.estimating import BESIDE, Locking, estimate_opened
from costplan.api.risking import NEVER
from costplan.document.diff import DiffDocument
from costplan.document.estimate import EstimateDocument
from costplan.plan.judge.diff import diff
from costplan.problems import BadUsage
from costplan.store.files.boundary import trusting
from costplan.store.files.git import short
from costplan.store.files.revisions import open_revision
from costplan.store.files.rule_changes import rule_changes
from costplan.store.files.subjects import SavedEstimate, called, open_subject
from costplan.store.files.workloads import Opened, nearest_file, open_workload

WORKING_TREE = "the working tree"


def diff_files(
    base: str | Opened | SavedEstimate,
    head: str | Opened | SavedEstimate,
    as_of: date | None = None,
    stacks: str | Sequence[str] = (),
    locking: Locking = BESIDE,
    rates: str | Sequence[str] = (),
) -> DiffDocument:
    """Two workloads or saved estimates, ``-`` for standard input. Workloads are estimated on the
    day of the other side where that is saved, else on ``as_of`` or today. Raises CostplanError."""
    if base == head == "-":
        raise BadUsage("standard input cannot be both sides")
    opened = [open_subject(base, (), rates), open_subject(head, (), rates)]
    saved = [side.document for side in opened if isinstance(side, SavedEstimate)]
    if len(saved) == 2 and as_of is not None:
        raise BadUsage("both sides are saved estimates: their prices are of their own day")
    if len(saved) == 2 and rates:
        raise BadUsage("both sides are saved estimates: their exchange rates are made")
    day = as_of or (saved[0].as_of if saved else datetime.now(UTC).date())
    documents = [
        side.document
        if isinstance(side, SavedEstimate)
        else estimate_opened(side, day, (), locking, drawing=NEVER)
        for side in opened
    ]
    return diff(documents[0], documents[1], called(base), called(head), stacks)


def what_if(
    workload: str | None,
    changes: Sequence[str],
    stacks: str | Sequence[str] = (),
    as_of: date | None = None,
) -> DiffDocument:
    """What ``changes`` such as ``traffic.requests_per_month=20000`` do to a workload's months, all
    at the prices of one day. Raises CostplanError."""
    day = as_of or datetime.now(UTC).date()
    if not changes:
        raise BadUsage("nothing is changed", "name a change such as step.answer.output_tokens=300")
    base, head = open_workload(workload), open_workload(workload, changes)
    before, after = (
        estimate_opened(base, day, drawing=NEVER),
        estimate_opened(head, day, drawing=NEVER),
    )
    return diff(before, after, base.name, "with " + ", ".join(changes), stacks)


def diff_revisions(
    workload: str | None,
    base: str,
    head: str | None = None,
    as_of: date | None = None,
    stacks: str | Sequence[str] = (),
    locking: Locking = BESIDE,
    rates: str | Sequence[str] = (),
) -> DiffDocument:
    """A workload as of two git revisions, with the project's prices and lock of each; ``head``
    None: as it lies on disk. Both are estimated on ``as_of`` or today. A base that has no such
    file is a diff from nothing. Raises CostplanError."""
    if workload == "-":
        raise BadUsage("a revision has a file, not standard input", "name the workload's file")
    day = as_of or datetime.now(UTC).date()
    if head is None:
        opened = open_workload(workload, (), rates)
        path = Path(opened.name)
        after: EstimateDocument | None = estimate_opened(opened, day, (), locking, drawing=NEVER)
    else:  # what lies on disk has no say: it may be gone, or broken
        path = nearest_file() if workload is None else Path(workload)
        after = estimate_at(path, head, day, locking, rates)
    if after is None:
        raise BadUsage(f"{head} has no {path}", "name a revision that has it: --head REV")
    before = estimate_at(path, base, day, locking, rates)
    document = diff(before, after, short(base), short(head) if head else WORKING_TREE, stacks)
    document.facts += rule_changes(path, base, head)
    return document


def estimate_at(
    path: Path,
    revision: str,
    day: date,
    locking: Locking = BESIDE,
    rates: str | Sequence[str] = (),
) -> EstimateDocument | None:
    """The estimate of a workload as of a git revision, with that revision's own prices and lock;
    None where it has no such file. Raises CostplanError."""
    with TemporaryDirectory(prefix="costplan-") as folder, trusting(Path(folder)):
        opened = open_revision(path, revision, Path(folder), (), rates)
        return None if opened is None else estimate_opened(opened, day, (), locking, drawing=NEVER)
