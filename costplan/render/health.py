"""The report of ``costplan doctor`` as a table or JSON."""

from __future__ import annotations

from costplan.document.health import Health, Shelf
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.page import Page, Table


def draw(health: Health, form: str, look: Look) -> str:
    """The report as ``table`` or ``json``, ending in a newline."""
    if form == "json":
        return dumps(plain(health)) + "\n"
    page = Page(look)
    page.say(f"costplan {health.version}", "bold")
    room = 10
    terminal = health.terminal
    facts = {
        "python": f"{health.python} on {health.platform}",
        "program": health.program,
        "terminal": ", ".join(
            (
                "a terminal" if terminal.is_terminal else "no terminal",
                f"{terminal.width} columns",
                "colour" if terminal.color else "no colour",
                terminal.encoding or "no encoding",
            )
        ),
        "git": health.git or "not found; only needed to compare revisions",
        "workload": health.workload or "none here or above",
        "packages": ", ".join(
            f"{each.name} {each.version or ('missing' if each.needed else 'not installed')}"
            for each in health.packages
        ),
        "secrets": ", ".join(
            f"{name} {'set' if is_set else 'unset'}" for name, is_set in health.tokens.items()
        ),
    }
    for name, text in facts.items():
        page.say(f"{name:{room}}{text}", further=room)
    for setting in health.settings:
        shown = "" if setting.value is None else f"={setting.value}"
        page.say(f"{'setting':{room}}{setting.name}{shown}", further=room)
    page.say()
    table = Table("catalogue", "entries", "newest source", "stale")
    for shelf in health.catalogues:
        table.add(*_row(shelf))
    page.draw(table)
    page.say()
    for shelf in health.catalogues:
        unused = " (not in use)" if shelf.entries is None else ""
        page.say(f"{shelf.name:{room}}{shelf.folder or 'no folder is known'}{unused}", further=room)
    page.say(
        f"Stale: read more than {health.stale_days} days before {health.as_of}; "
        "'costplan pricing audit' names them.",
        "dim",
    )
    page.say()
    for sentence in health.problems:
        for number, line in enumerate(sentence.splitlines()):
            said = line if number else f"problem: {line.removeprefix('error: ')}"
            page.say(said, "red", further=2)
    if health.healthy:
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
