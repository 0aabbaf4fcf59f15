"""``costplan check``: an estimate against budgets and policies, for a person or a pipeline."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.options import (
    ChangeOption,
    DayOption,
    FieldsOption,
    FilterOption,
    LockedOption,
    LockOption,
    NoLockOption,
    OneScenarioOption,
    OutOption,
    RateOption,
    SaveOption,
    StackOption,
    SummaryOption,
)
from costplan.cli.usage import KindOption, MapOption, SamplingOption, VendorOfOption

if TYPE_CHECKING:
    from decimal import Decimal

    from costplan.api.spending import Logs
    from costplan.document.verdict import CheckDocument

SubjectArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[WORKLOAD|ESTIMATE]",
        help="A workload, an estimate saved as JSON, - for standard input with either, "
        "or the nearest costplan.toml upward.",
    ),
]


class Format(StrEnum):
    """What can be drawn."""

    table = "table"
    json = "json"
    lean = "lean"
    markdown = "markdown"
    html = "html"
    junit = "junit"
    sarif = "sarif"
    github = "github"
    gitlab = "gitlab"


SHARES = ("--min-reliability", "--max-vendor-share", "--max-probability-over")
"""The limits that are shares of a whole."""


def limit(name: str, help_text: str, metavar: str = "N") -> object:
    """An option that sets a limit."""
    return typer.Option(name, metavar=metavar, help=help_text)


def command(
    subject: SubjectArgument = None,
    policy: Annotated[
        list[Path] | None,
        typer.Option("--policy", metavar="FILE", help="A file with [budget], [[policy]]."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", metavar="FILE", help="A saved estimate, or a workload."),
    ] = None,
    base: Annotated[
        str | None,
        typer.Option("--base", metavar="REV", help="Or the workload as of a git revision."),
    ] = None,
    max_total: Annotated[list[str] | None, limit("--max-total", "A month, at most.")] = None,
    max_component: Annotated[
        list[str] | None, limit("--max-component", "One component, at most.", "tokens=1000")
    ] = None,
    max_per_request: Annotated[list[str] | None, limit("--max-per-request", "At most.")] = None,
    max_per_trusted_answer: Annotated[
        list[str] | None, limit("--max-per-trusted-answer", "At most.")
    ] = None,
    max_per_seat: Annotated[list[str] | None, limit("--max-per-seat", "At most.")] = None,
    max_increase: Annotated[
        list[str] | None,
        limit("--max-increase", "Over the baseline, at most; may be repeated.", "10%|500"),
    ] = None,
    min_reliability: Annotated[
        list[str] | None, limit("--min-reliability", "Trusted answers, at least.", "0.98|98%")
    ] = None,
    max_silent: Annotated[
        list[str] | None, limit("--max-silent", "Silent failures a month, at most.")
    ] = None,
    max_vendor_share: Annotated[
        list[str] | None, limit("--max-vendor-share", "With one vendor, at most.", "0.6|60%")
    ] = None,
    max_price_age: Annotated[
        list[str] | None, limit("--max-price-age", "Of the oldest price, at most.", "DAYS")
    ] = None,
    max_unpriced: Annotated[
        list[str] | None,
        limit("--max-unpriced", "Lines without a price, allowed ones too, at most."),
    ] = None,
    max_overridden: Annotated[
        list[str] | None,
        limit("--max-overridden", "Offers priced otherwise than the catalogue, at most."),
    ] = None,
    max_kwh: Annotated[
        list[str] | None, limit("--max-kwh", "Likely electricity a month, at most.", "KWH")
    ] = None,
    max_kgco2e: Annotated[
        list[str] | None, limit("--max-kgco2e", "Likely CO2e a month, at most.", "KG")
    ] = None,
    max_p95: Annotated[
        list[str] | None, limit("--max-p95", "The month in 95 % of the draws, at most.")
    ] = None,
    max_probability_over: Annotated[
        list[str] | None,
        limit("--max-probability-over", "Draws over --max-total, at most.", "0.1|10%"),
    ] = None,
    stack: StackOption = None,
    as_of: DayOption = None,
    usage: Annotated[
        list[str] | None,
        typer.Option(
            "--usage",
            metavar="SOURCE",
            help="Logs or traces of this month, projected to its end; may be repeated.",
        ),
    ] = None,
    sampling: SamplingOption = None,
    kind: KindOption = None,
    mapping: MapOption = None,
    vendor: VendorOfOption = None,
    change: ChangeOption = None,
    scenario: OneScenarioOption = None,
    lock: LockOption = None,
    no_lock: NoLockOption = False,
    locked: LockedOption = False,
    exchange: RateOption = None,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.table,
    out: OutOption = None,
    summary: SummaryOption = False,
    condition: FilterOption = None,
    fields: FieldsOption = None,
    save: SaveOption = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 whatever is found; bad input still 2.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Print the figures that policies may name.")
    ] = False,
) -> int:
    """Check an estimate against budgets and policies. Exit 1 denied, 3 a price missing or stale."""
    from costplan.api.checking import check_subject, vocabulary
    from costplan.api.estimating import Locking
    from costplan.cli.common.drawing import Part, alone
    from costplan.cli.common.words import also, day, file_look, look, put, spare

    if figures:
        put(vocabulary(), out)
        return 0
    part = Part(summary, condition, fields)
    part.check(form.value)
    given = {
        "--max-total": max_total,
        "--max-per-request": max_per_request,
        "--max-per-trusted-answer": max_per_trusted_answer,
        "--max-per-seat": max_per_seat,
        "--min-reliability": min_reliability,
        "--max-silent": max_silent,
        "--max-vendor-share": max_vendor_share,
        "--max-price-age": max_price_age,
        "--max-unpriced": max_unpriced,
        "--max-overridden": max_overridden,
        "--max-kwh": max_kwh,
        "--max-kgco2e": max_kgco2e,
        "--max-p95": max_p95,
        "--max-probability-over": max_probability_over,
    }
    numbers = _limits(given, max_component or [], max_increase or [])
    saves = also(save or [], list(Format), out)
    document = check_subject(
        subject,
        numbers,
        policy or [],
        baseline=baseline,
        base=base,
        stacks=stack or [],
        as_of=None if as_of is None else day(as_of),
        changes=change or [],
        scenario=alone([] if scenario is None else [scenario]),
        locking=Locking(lock, no_lock, locked),
        rates=exchange or [],
        logs=_logs(usage or [], sampling, kind, mapping or [], vendor, as_of),
    )
    spare(out, *saves.values())
    for name, target in saves.items():
        put(Part().draw(document, name, file_look()), target)
    put(part.draw(document, form.value, look()), out)
    _say(document)
    return 0 if exit_zero else document.exit_code


def _logs(
    sources: list[str],
    sampling: str | None,
    kind: str | None,
    mapping: list[str],
    vendor: str | None,
    as_of: str | None,
) -> Logs | None:
    """Real usage to judge, and how it is read. Raises BadUsage for how without what."""
    from costplan.cli.common.words import day
    from costplan.problems import BadUsage

    if not sources:
        said = {"--sampling": sampling, "--source": kind, "--map": mapping, "--vendor": vendor}
        for option, value in said.items():
            if value:
                raise BadUsage(f"{option} says how usage is read", "--usage SOURCE gives it")
        return None
    from costplan.api.spending import Logs
    from costplan.api.usage import Options, mapping_of
    from costplan.cli.usage import sampled

    options = Options(day=day(as_of), source=kind, mapping=mapping_of(mapping), vendor=vendor)
    return Logs(sources, options, sampled(sampling))


def _limits(
    given: dict[str, list[str] | None], components: list[str], increases: list[str]
) -> dict[str, Decimal]:
    """The options' limits, by the path that they would have below ``[budget]``."""
    from costplan.api.checking import LIMITS
    from costplan.cli.common.words import percentage, sane, share
    from costplan.problems import BadUsage, clean

    keys = {option: key for key, (_, option) in LIMITS.items()}
    found: dict[str, Decimal] = {}
    for name, texts in given.items():
        if texts is not None and len(texts) > 1:  # the last one alone would loosen the first
            raise BadUsage(f"{name} is given twice")
        for text in texts or ():
            found[keys[name]] = share(name, text) if name in SHARES else sane(name, text)
    for pair in components:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise BadUsage(f"--max-component {clean(pair)}: write it as tokens=1000")
        if f"component.{name}" in found:
            raise BadUsage(f"--max-component: {clean(name)} is given twice")
        found[f"component.{name}"] = sane(f"--max-component {clean(name)}", text)
    for text in increases:
        percent = percentage("--max-increase", text)
        key = "increase" if percent is None else "increase_percent"
        if key in found:
            kind = "in money" if percent is None else "as a percentage"
            raise BadUsage(f"--max-increase is given twice {kind}")
        found[key] = sane("--max-increase", text) if percent is None else percent
    return found


def _say(document: CheckDocument) -> None:
    """What keeps the check from passing, with its place and what would mend it, on stderr."""
    import sys

    from costplan.problems import clean
    from costplan.render.verdict import reason, title

    for one in document.verdicts:
        if one.level == "warn" or one.status not in ("deny", "unknown"):
            continue
        word = "denied" if one.status == "deny" else "unknown"
        print(clean(f"{word}: {one.stack}: {title(one)}: {reason(one)}"), file=sys.stderr)
        if one.where is not None:
            place = f"{one.where.file}:{one.where.line}:{one.where.column}"
            print(f"  --> {clean(place)}", file=sys.stderr)
        if one.remedy:
            print(f"   = help: {clean(one.remedy)}", file=sys.stderr)
