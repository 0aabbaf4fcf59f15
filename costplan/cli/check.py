"""``costplan check``: an estimate against budgets and policies, for a person or a pipeline."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costplan.cli.common.drawing import Part, alone
from costplan.cli.common.grouping import grouped
from costplan.cli.common.limits import Limits
from costplan.cli.common.options import (
    FORM,
    ChangeOption,
    DayOption,
    Locks,
    OneScenarioOption,
    OutOption,
    RateOption,
    Reading,
    SamplingOption,
    SaveOption,
    StackOption,
)

if TYPE_CHECKING:
    from costplan.api.usage import Logs
    from costplan.document.verdict import CheckDocument

SubjectArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[WORKLOAD|ESTIMATE]",
        help="A workload, an estimate saved as JSON, - for standard input with either, "
        "or the nearest costplan.toml upward.",
    ),
]
PolicyOption = Annotated[
    list[Path] | None,
    typer.Option("--policy", metavar="FILE", help="A file with [budget], [[policy]]."),
]
BaselineOption = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="A saved estimate, or a workload."),
]
BaseOption = Annotated[
    str | None, typer.Option("--base", metavar="REV", help="Or the workload as of a git revision.")
]
UsageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--usage",
        metavar="SOURCE",
        help="Logs or traces of this month, projected to its end; may be repeated.",
    ),
]
ExitZeroOption = Annotated[
    bool, typer.Option("--exit-zero", help="Exit 0 whatever is found; bad input still 2.")
]
FiguresOption = Annotated[
    bool, typer.Option("--figures", help="Print the figures that policies may name.")
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


@grouped
def command(
    subject: SubjectArgument = None,
    policy: PolicyOption = None,
    baseline: BaselineOption = None,
    base: BaseOption = None,
    *,
    limits: Limits,
    stack: StackOption = None,
    as_of: DayOption = None,
    usage: UsageOption = None,
    sampling: SamplingOption = None,
    reading: Reading,
    change: ChangeOption = None,
    scenario: OneScenarioOption = None,
    locks: Locks,
    exchange: RateOption = None,
    form: Annotated[Format, FORM] = Format.table,
    out: OutOption = None,
    part: Part,
    save: SaveOption = None,
    exit_zero: ExitZeroOption = False,
    figures: FiguresOption = False,
) -> int:
    """Check an estimate against budgets and policies. Exit 1 denied, 3 a price missing or stale."""
    from costplan.api.checking import check_subject, vocabulary
    from costplan.api.estimating import Locking
    from costplan.cli.common.words import also, day, file_look, look, put, spare

    if figures:
        put(vocabulary(), out)
        return 0
    part.check(form.value)
    numbers = limits.numbers()
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
        locking=Locking(*locks),
        rates=exchange or [],
        logs=_logs(usage or [], sampling, reading, as_of),
    )
    spare(out, *saves.values())
    for name, target in saves.items():
        put(Part().draw(document, name, file_look()), target)
    put(part.draw(document, form.value, look()), out)
    _say(document)
    return 0 if exit_zero else document.exit_code


def _logs(
    sources: list[str], sampling: str | None, reading: Reading, as_of: str | None
) -> Logs | None:
    """Real usage to judge, and how it is read. Raises BadUsage for how without what."""
    from costplan.cli.common.words import day, sampled
    from costplan.problems import BadUsage

    if not sources:
        said = dict(zip(("--source", "--map", "--vendor"), reading, strict=True))
        for option, value in {"--sampling": sampling, **said}.items():
            if value:
                raise BadUsage(f"{option} says how usage is read", "--usage SOURCE gives it")
        return None
    from costplan.api.usage import Logs

    return Logs(sources, reading.options(day(as_of)), sampled(sampling))


def _say(document: CheckDocument) -> None:
    """What keeps the check from passing, with its place and what would mend it, on stderr."""
    import sys

    from costplan.problems import clean
    from costplan.render.verdict import reason, title

    for verdict in document.verdicts:
        if verdict.level == "warn" or verdict.status not in ("deny", "unknown"):
            continue
        word = "denied" if verdict.status == "deny" else "unknown"
        sentence = f"{word}: {verdict.stack}: {title(verdict)}: {reason(verdict)}"
        print(clean(sentence), file=sys.stderr)
        if verdict.where is not None:
            place = f"{verdict.where.file}:{verdict.where.line}:{verdict.where.column}"
            print(f"  --> {clean(place)}", file=sys.stderr)
        if verdict.remedy:
            print(f"   = help: {clean(verdict.remedy)}", file=sys.stderr)
