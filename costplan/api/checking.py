"""Budgets and policies against an estimate: what ``costplan check`` does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.api import BESIDE, Locking, estimate_opened
from costplan.api.house import house_rates, idle, judge_ages, narrowed, sound, under
from costplan.catalog.lookup import Catalog
from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage
from costplan.store.files.rule_changes import rule_changes
from costplan.store.files.shelves import catalog_shelves, open_catalog, strangers
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import Opened

if TYPE_CHECKING:
    from costplan.document.verdict import CheckDocument
    from costplan.plan.judge.ruleset import RuleSet


def refuse_bad_rules(opened: Opened) -> None:
    """Raises DocumentError where a workload's budgets or policies name what does not exist."""
    from costplan.plan.judge.ruleset import faults

    if opened.workload is not None and not opened.problems:
        problems = faults(opened.workload.budget, opened.workload.policy)
        if problems:
            raise DocumentError(opened.name, opened.text, problems)


def check_subject(
    subject: str | None,
    limits: Mapping[str, Decimal],
    policies: Sequence[Path] = (),
    *,
    baseline: str | None = None,
    base: str | None = None,
    stacks: Sequence[str] = (),
    as_of: date | None = None,
    changes: Sequence[str] = (),
    locking: Locking = BESIDE,
    rates: Sequence[str] = (),
) -> CheckDocument:
    """A workload or a saved estimate against its own rules, policy files and given ``limits``.

    ``limits``: by key of ``[budget]``, a component's as ``component.tokens``. ``base``: a git
    revision; the workload as of it is the baseline where a rule compares with one. ``rates``: of
    the subject, and of a baseline that is a workload. Raises CostplanError.
    """
    from costplan.plan.judge.check import check
    from costplan.plan.judge.ruleset import RuleSet, from_limits
    from costplan.store.files.places import place
    from costplan.store.files.policies import open_policies
    from costplan.store.files.subjects import SavedEstimate, open_subject

    if base is not None and baseline is not None:
        raise BadUsage("--base and --baseline are two baselines", "give one of them")
    if subject == "-" == baseline:
        raise BadUsage("standard input cannot be both the subject and its baseline")
    files = [open_policies(path) for path in policies]
    opened = open_subject(subject, changes, rates)
    sets: list[RuleSet] = []
    notes: list[str] = []
    if isinstance(opened, SavedEstimate):
        if as_of is not None or changes or rates or locking != BESIDE:
            raise BadUsage(
                f"{opened.name} is a saved estimate: its prices and quantities are made",
                "give the workload with --as-of, --set and --lock, or --exchange",
            )
        known, document = [made.stack for made in opened.document.estimates], opened.document
        document, texts = judge_ages(document.only(stacks), files), {}
    else:
        refuse_bad_rules(opened)
        opened, notes = under(opened, files, rates)
        document = estimate_opened(opened, as_of or datetime.now(UTC).date(), stacks, locking)
        assert opened.workload is not None  # else it could not be estimated
        known = list(opened.workload.stack)
        texts = {} if subject == "-" else {opened.name: opened.text}
        notes += strangers(Catalog(catalog_shelves(opened.folder)))
        sets.append(RuleSet(opened.name, opened.workload.budget, opened.workload.policy))
    for file in files:
        sets.append(sound(file, known, document.currency))
        texts[file.name] = file.text
    if limits:
        sets.append(from_limits(limits))
    notes += narrowed(document, known, changes, locking, rates)
    notes += idle(files, document)
    rates = [*house_rates(files, document.currency), *rates]
    before = None if baseline is None else _baseline(baseline, document, rates)
    name = baseline
    if base is not None:
        if not isinstance(opened, Opened):
            raise BadUsage("--base is a git revision of a workload", "--baseline FILE")
        name = f"{base}:{Path(opened.name).name}"
        if any(one.compares for one in sets):
            before = _before(opened, base, document.as_of, locking, rates)
        notes += rule_changes(Path(opened.name), base, None, policies)
    made = check(
        document,
        sets,
        subject=opened.name,
        vendor_of=_vendors(opened if isinstance(opened, Opened) else None),
        baseline=before,
        baseline_name=None if before is None else name,
        notes=notes,
    )
    place(made, texts, opened.name if isinstance(opened, Opened) else None)
    return made


def _baseline(where: str, now: EstimateDocument, rates: Sequence[str]) -> EstimateDocument:
    """A saved estimate, or a workload's on the same day as what is compared with it.

    Raises BadUsage for another workload's: what is over it, or under it, says nothing.
    """
    from costplan.store.files.subjects import SavedEstimate, open_subject

    opened = open_subject(where, rates=rates)
    if isinstance(opened, SavedEstimate):
        before = opened.document
    else:
        before = estimate_opened(opened, now.as_of)
    if before.workload != now.workload:
        raise BadUsage(
            f"the baseline {where} is of workload '{before.workload}', not of '{now.workload}'",
            "give this workload's own baseline; --base REV takes the same file as it was",
        )
    return before


def _before(
    subject: Opened, revision: str, as_of: date, locking: Locking, rates: Sequence[str]
) -> EstimateDocument | None:
    """The workload as of a git revision; None where that has no such file."""
    from costplan.api.diffing import estimate_at

    if subject.lock_path is None:
        raise BadUsage("--base is a git revision: it has a file, not standard input")
    aside = Locking(off=locking.off)
    return estimate_at(Path(subject.name), revision, as_of, aside, rates)


def _vendors(opened: Opened | None) -> Callable[[str], str | None]:
    """Who sells an offer. The catalogue is opened when the first one is asked for."""
    found: list[Catalog] = []

    def vendor_of(offer: str) -> str | None:
        if not found:
            own = (opened.folder, opened.prices, opened.name, opened.text) if opened else (Path(),)
            found.append(open_catalog(*own))
        entry = found[0].find(offer)
        return None if entry is None else entry.vendor

    return vendor_of
