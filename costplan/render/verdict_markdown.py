"""A check as GitHub-flavoured Markdown, for a comment on a change."""

from __future__ import annotations

from costplan.document.verdict import CheckDocument, Verdict
from costplan.quantity import ZERO
from costplan.render import Look
from costplan.render.markup import safe, strong
from costplan.render.verdict import figures, labelled, reason, sentence, written

WORDS = {"pass": "pass", "warn": "**warn**", "deny": "**deny**", "unknown": "**unknown**"}

HEADER = (
    "| | stack | rule | figure | limit | headroom | why |",
    "| --- | --- | --- | ---: | ---: | ---: | --- |",
)


def draw(document: CheckDocument, look: Look) -> str:
    """What is no pass first, passes folded away below it; each text of a file is escaped."""
    against = f", against {document.baseline}" if document.baseline else ""
    labels = labelled(document)
    rows = [
        f"### {safe(f'{document.workload}: {sentence(document)}')}",
        "",
        safe(f"Prices as of {document.as_of}, in {document.currency} a month{against}."),
        "",
    ]
    held = [one for one in document.verdicts if one.status == "pass"]
    rest = [one for one in document.verdicts if one.status != "pass"]
    if rest:
        rows += [*HEADER, *(_row(one, labels[id(one)]) for one in rest)]
    if held and rest:
        rows += ["", f"<details><summary>{len(held)} passed</summary>", ""]
    if held:
        rows += [*HEADER, *(_row(one, labels[id(one)]) for one in held)]
    if held and rest:
        rows += ["", "</details>"]
    if document.notes:
        rows += ["", strong("Notes"), "", *(f"- {safe(note)}" for note in document.notes)]
    text = "\n".join(rows) + "\n"
    return look.markup(text)


def _row(one: Verdict, label: str) -> str:
    figure, limit = figures(one)
    room = "" if one.headroom is None else written(one.headroom, one.unit, ZERO)
    why = reason(one) if one.reason is not None else ""
    cells = [one.stack, label, figure, limit, room, why]
    return f"| {WORDS[one.status]} | {' | '.join(safe(text) for text in cells)} |"
