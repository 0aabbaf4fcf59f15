"""``costplan explain``: what a word of costplan means."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    term: Annotated[
        list[str] | None, typer.Argument(metavar="[TERM]", help="A word; all are listed without.")
    ] = None,
) -> int:
    """Explain a word of costplan: an exit code, a format, a purpose."""
    from costplan.cli.common.glossary import ALIASES, TERMS, paragraphs
    from costplan.cli.common.words import look, put
    from costplan.problems import BadUsage, clean, did_you_mean
    from costplan.render.page import Page

    page = Page(look())
    if not term:
        page.say("costplan explain TERM says more of:", "bold")
        room = max(len(name) for name in TERMS) + 2
        for name, one in TERMS.items():
            page.say(f"{name:{room}}{one.short}", indent=2, further=room + 2)
        put(page.text(), None)
        return 0
    asked = " ".join(" ".join(term).split())
    folded = asked.casefold()
    name = folded if folded in TERMS else ALIASES.get(folded, "")
    if not name:
        hint = did_you_mean(asked, [*TERMS, *ALIASES])
        raise BadUsage(
            f"'{clean(asked)}' is no word of costplan", hint or "'costplan explain' lists them all"
        )
    page.say(f"{name}: {TERMS[name].short}", "bold")
    for part in paragraphs(name):
        page.say(part.text, indent=part.indent, further=part.further)
    put(page.text(), None)
    return 0
