"""The report of ``costplan doctor`` as a table or JSON."""

from __future__ import annotations

from costplan.document.health import Health, Shelf
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.page import Page, Table


def draw(made: Health, form: str, look: Look) -> str:
    """The report as ``table`` or ``json``, ending in a newline."""
    if form == "json":
        return dumps(plain(made)) + "\n"
    page = Page(look)
    page.say(f"costplan {made.version}", "bold")
    room = 10
    terminal = made.terminal
    facts = {
        "python": f"{made.python} on {made.platform}",
        "program": made.program,
        "terminal": ", ".join(
            (
                "a terminal" if terminal.is_terminal else "no terminal",
                f"{terminal.width} columns",
                "colour" if terminal.color else "no colour",
                terminal.encoding or "no encoding",
            )
        ),
        "git": made.git or "not found; only needed to compare revisions",
        "workload": made.workload or "none here or above",
        "packages": ", ".join(
            f"{one.name} {one.version or ('missing' if one.needed else 'not installed')}"
            for one in made.packages
        ),
        "secrets": ", ".join(
            f"{name} {'set' if is_set else 'unset'}" for name, is_set in made.tokens.items()
        ),
    }
    for name, text in facts.items():
        page.say(f"{name:{room}}{text}", further=room)
    for one in made.settings:
        shown = "" if one.value is None else f"={one.value}"
        page.say(f"{'setting':{room}}{one.name}{shown}", further=room)
    page.say()
    table = Table("catalogue", "entries", "newest source", "stale")
    for shelf in made.catalogues:
        table.add(*_row(shelf))
    page.draw(table)
    page.say()
    for shelf in made.catalogues:
        unused = " (not in use)" if shelf.entries is None else ""
        page.say(f"{shelf.name:{room}}{shelf.folder or 'no folder is known'}{unused}", further=room)
    page.say(
        f"Stale: read more than {made.stale_days} days before {made.as_of}; "
        "'costplan pricing audit' names them.",
        "dim",
    )
    page.say()
    for sentence in made.problems:
        for number, line in enumerate(sentence.splitlines()):
            said = line if number else f"problem: {line.removeprefix('error: ')}"
            page.say(said, "red", further=2)
    if made.healthy:
        page.say("nothing is broken", "green")
    return page.text()


def _row(shelf: Shelf) -> list[str]:
    if shelf.entries is None:
        return [shelf.name, "none", "", ""]
    return [
        shelf.name,
        f"{shelf.entries:,}",
        str(shelf.newest_checked or ""),
        f"{shelf.stale:,}",
    ]
