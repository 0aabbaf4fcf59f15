"""A check as GitHub-flavoured Markdown, for a comment on a change."""

from __future__ import annotations

from costplan.document.verdict import CheckDocument, Verdict
from costplan.render import Look
from costplan.render.markup import safe, strong
from costplan.render.verdict import figures, headroom, labelled, reason, sentence

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
    held = [verdict for verdict in document.verdicts if verdict.status == "pass"]
    rest = [verdict for verdict in document.verdicts if verdict.status != "pass"]
    if rest:
        rows += [*HEADER, *(_row(verdict, labels[id(verdict)]) for verdict in rest)]
    if held and rest:
        rows += ["", f"<details><summary>{len(held)} passed</summary>", ""]
    if held:
        rows += [*HEADER, *(_row(verdict, labels[id(verdict)]) for verdict in held)]
    if held and rest:
        rows += ["", "</details>"]
    if document.notes:
        rows += ["", strong("Notes"), "", *(f"- {safe(note)}" for note in document.notes)]
    text = "\n".join(rows) + "\n"
    return look.markup(text)


def _row(verdict: Verdict, label: str) -> str:
    figure, limit = figures(verdict)
    why = reason(verdict) if verdict.reason is not None else ""
    cells = [verdict.stack, label, figure, limit, headroom(verdict), why]
    return f"| {WORDS[verdict.status]} | {' | '.join(safe(text) for text in cells)} |"
