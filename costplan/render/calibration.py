"""A calibration as a table or JSON."""

from __future__ import annotations

from costplan.document.calibration import Calibration
from costplan.quantity import grouped
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.page import Page, Table


def draw(document: Calibration, form: str, look: Look) -> str:
    """The document in a format, ending in a newline."""
    if form == "json":
        return dumps(plain(document)) + "\n"
    page = Page(look)
    span = "" if document.begin is None else f"  {document.begin} to {document.end} (UTC)"
    page.say(f"calibrate  {document.workload or ''}{span}", "bold")
    page.say()
    if document.measured:
        table = Table("key", "was", "measured")
        for measured in document.measured:
            value = "24 weights" if measured.value.startswith("[") else measured.value
            table.add(measured.key, measured.was or "nothing", value)
        page.draw(table)
        page.say()
        page.say("What each rests on stands beside it in the file.", "dim")
    else:
        page.say("nothing differs from what was measured", "green")
    if document.unchanged:
        page.say()
        page.say("as measured already: " + ", ".join(document.unchanged))
    if document.wanted:
        page.say()
        said = [
            f"{wanted.key}: {wanted.cases:,} cases ({wanted.words}) for "
            f"within {grouped(wanted.within * 100)} points, 95 times of 100"
            for wanted in document.wanted
        ]
        page.bullets("What no log says", said)
    if document.questions:
        page.say()
        names = [
            f"{question.logged}, {question.tokens:,} tokens" for question in document.questions
        ]
        page.bullets("Logged models without an offer", names, "yellow")
    if document.notes:
        page.say()
        page.bullets("Notes", document.notes)
    return page.text()
