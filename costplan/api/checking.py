"""Budgets and policies against an estimate: what ``costplan check`` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.api import BESIDE, Locking, estimate_opened
from costplan.catalog.lookup import Catalog
from costplan.catalog.origin import is_old
from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage, Problem
from costplan.store.files.shelves import open_catalog
from costplan.store.files.text import DocumentError
from costplan.store.files.workloads import Opened
from costplan.workload.contract import pair

if TYPE_CHECKING:
    from costplan.document.verdict import CheckDocument
    from costplan.plan.judge.ruleset import RuleSet
    from costplan.store.files.policies import PolicyFile


USUAL_AGE = 180
"""Days after which a price counts as stale where nobody says otherwise."""


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
    notes: list[str] = []
    sets: list[RuleSet] = []
    if isinstance(opened, SavedEstimate):
        if as_of is not None or changes or rates or locking != BESIDE:
            raise BadUsage(
                f"{opened.name} is a saved estimate: its prices and quantities are made",
                "give the workload with --as-of, --set and --lock, or --exchange",
            )
        known, workload_name = [made.stack for made in opened.document.estimates], None
        document = opened.document.only(stacks)
        _judge_ages(document, files)
        texts: dict[str, str] = {}
    else:
        refuse_bad_rules(opened)
        opened, overruled = _under(opened, files, rates)
        notes += overruled
        document = estimate_opened(opened, as_of or datetime.now(UTC).date(), stacks, locking)
        assert opened.workload is not None  # else it could not be estimated
        known, workload_name = list(opened.workload.stack), opened.name
        texts = {} if subject == "-" else {opened.name: opened.text}
        sets.append(RuleSet(opened.name, opened.workload.budget, opened.workload.policy))
    for file in files:
        sets.append(_sound(file, known, document.currency))
        texts[file.name] = file.text
    if limits:
        sets.append(from_limits(limits))
    notes += _narrowed(document, known, changes)
    before = None if baseline is None else _baseline(baseline, document.as_of, rates)
    if before is not None and before.workload != document.workload:
        raise BadUsage(
            f"the baseline {baseline} is of workload '{before.workload}', "
            f"what is checked is '{document.workload}'",
            "give this workload's own baseline; --base REV takes the same file",
        )
    name = baseline
    if base is not None:
        if not isinstance(opened, Opened):
            raise BadUsage("--base is a git revision of a workload", "--baseline FILE")
        name = f"{base}:{Path(opened.name).name}"
        if any(one.compares for one in sets):
            before = _before(opened, base, document.as_of, locking, rates)
        if before is not None and before.workload != document.workload:
            notes.append(f"the workload was called '{before.workload}' in {base}")
    made = check(
        document,
        sets,
        subject=opened.name,
        vendor_of=_vendors(opened if isinstance(opened, Opened) else None),
        baseline=before,
        baseline_name=None if before is None else name,
        notes=notes,
    )
    place(made, texts, workload_name)
    return made


def _under(
    opened: Opened, files: Sequence[PolicyFile], rates: Sequence[str]
) -> tuple[Opened, list[str]]:
    """The workload with what policy files state in place of its own, and what that overruled.

    A file that is judged by a policy cannot make its own prices fresh, nor its own money worth
    more. Rates of the command line stand above both.
    """
    workload = opened.workload
    if workload is None:
        return opened, []
    notes: list[str] = []
    ages = [file.rules.stale_after_days for file in files if file.rules.stale_after_days]
    if ages and workload.stale_after_days != min(ages):
        if workload.stale_after_days > min(ages):
            said = f"stale_after_days = {workload.stale_after_days}"
            notes.append(f"{said} of the workload is ignored: a policy says {min(ages)}")
        workload = replace(workload, stale_after_days=min(ages))
    elif not ages and workload.stale_after_days > USUAL_AGE:
        said = f"prices count as stale after {workload.stale_after_days} days"
        notes.append(f"{said}, as the workload says; {USUAL_AGE} is usual")
    given = {rate.partition("=")[0].strip() for rate in rates}
    exchange = dict(workload.exchange)
    for file in files:
        for key, rate in file.rules.exchange.items():
            codes = pair(key) or ("", "")
            other = f"{codes[1]}_per_{codes[0]}".lower()
            if {key, other} & given:
                continue
            for stated in {key, other} & exchange.keys():
                if exchange[stated] != rate:
                    notes.append(f"{stated} of the workload is ignored: {file.name} states it")
                del exchange[stated]
            exchange[key] = rate
    workload = replace(workload, exchange=exchange)
    return opened._replace(workload=workload), notes


def _judge_ages(document: EstimateDocument, files: Sequence[PolicyFile]) -> None:
    """A saved estimate's prices by the policies' age, where one states it."""
    ages = [file.rules.stale_after_days for file in files if file.rules.stale_after_days]
    if not ages:
        return
    for made in document.estimates:
        old = {
            line.price.checked_words
            for line in made.lines
            if line.price.confidence != "stated"
            and is_old(line.price.checked, document.as_of, min(ages))
        }
        made.stale = [*dict.fromkeys([*made.stale, *sorted(old)])]


def _narrowed(
    document: EstimateDocument, known: Sequence[str], changes: Sequence[str]
) -> Iterable[str]:
    """What was left out of a check, or changed for it: a pass says of what it is one."""
    checked = {made.stack for made in document.estimates}
    left = [name for name in known if name not in checked]
    if left:
        yield f"not checked: {', '.join(left)}"
    for change in changes:
        yield f"with --set {change}"


def _sound(file: PolicyFile, stacks: Iterable[str], currency: str) -> RuleSet:
    """A policy file's rules. Raises DocumentError for what they name and nobody has."""
    from costplan.plan.judge.ruleset import RuleSet, faults, names_money

    rules = file.rules
    problems = faults(rules.budget, rules.policy, stacks)
    if not problems and rules.currency != currency and names_money(rules.budget, rules.policy):
        message = f"the estimate is in {currency}, the policy's limits are in {rules.currency}"
        hint = f'currency = "{currency}", with the limits in {currency}'
        problems.append(Problem(("currency",), message, hint))
    if problems:
        raise DocumentError(file.name, file.text, problems)
    return RuleSet(file.name, rules.budget, rules.policy, is_policy=True)


def _baseline(where: str, as_of: date, rates: Sequence[str]) -> EstimateDocument:
    """A saved estimate, or a workload's on the same day as what is compared with it."""
    from costplan.store.files.subjects import SavedEstimate, open_subject

    opened = open_subject(where, rates=rates)
    if isinstance(opened, SavedEstimate):
        return opened.document
    return estimate_opened(opened, as_of)


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
