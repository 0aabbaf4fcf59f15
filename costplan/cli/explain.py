"""``costplan explain``: what a word of costplan means, and what a key of its files does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from costplan.cli.common.file_keys import Found
    from costplan.render import Look
    from costplan.render.page import Page


def command(
    term: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TERM]", help="A word, a key or a table of a file; without, words are listed."
        ),
    ] = None,
) -> int:
    """Explain a word of costplan: an exit code, a row of a bill, a key such as step.vote."""
    from costplan.cli.common.words import look, put

    put(explained(" ".join(term or ()), look()), None)
    return 0


def explained(term: str, look: Look) -> str:
    """What a word or a key means; of none, the list of words. Raises BadUsage."""
    from costplan.api.checking import MEASURES
    from costplan.cli.common.file_keys import look_up, names
    from costplan.cli.common.glossary import ALIASES, TERMS
    from costplan.problems import BadUsage, clean, did_you_mean
    from costplan.render.page import Page

    page = Page(look)
    asked = " ".join(term.split())
    if not asked:
        _list(page)
        return page.text()
    folded = asked.casefold()
    if folded == "agents":
        from costplan.cli.common.agents_page import PAGE

        return PAGE
    word = folded if folded in TERMS else ALIASES.get(folded, "")
    found = look_up(asked)
    if not word and not found and folded in MEASURES:
        word = "figures"
    if word:
        _word(page, word)
        found = [one for one in found if one.key is None]  # of keys, only their whole name asks
    if not word and not found:
        hint = did_you_mean(asked, [*TERMS, *ALIASES, *names()])
        raise BadUsage(
            f"'{clean(asked)}' is no word of costplan", hint or "'costplan explain' lists them all"
        )
    _keys(page, found, after=bool(word))
    return page.text()


def _list(page: Page) -> None:
    from costplan.cli.common.glossary import TERMS

    page.say("costplan explain TERM says more of:", "bold")
    room = max(len(name) for name in TERMS) + 2
    for name, one in TERMS.items():
        page.say(f"{name:{room}}{one.short}", indent=2, further=room + 2)
    page.say("")
    page.say("and of every table and key of a file: traffic, step.max_attempts, on_reject")
    page.say("costplan explain agents prints an AGENTS.md for your repository")


def _word(page: Page, name: str) -> None:
    from costplan.cli.common.glossary import TERMS, paragraphs

    page.say(f"{name}: {TERMS[name].short}", "bold")
    for part in paragraphs(name):
        page.say(part.text, indent=part.indent, further=part.further)


def _keys(page: Page, found: list[Found], *, after: bool) -> None:
    from costplan.cli.common.file_keys import MANY, rows
    from costplan.keys import summary

    if len(found) > MANY:
        room = max(len(one.name) for one in found) + 2
        for one in found:
            said = one.key.text if one.key else summary(one.table.kind)
            page.say(f"{one.name:{room}}{said}", further=room)
        return
    for at, one in enumerate(found):
        if at or after:
            page.say("")
        said = one.key.text if one.key else " ".join(summary(one.table.kind).split())
        page.say(f"{one.name}: {said}", "bold")
        room = max(len(head) for head, _ in rows(one)) + 2
        for head, text in rows(one):
            page.say(f"{head:{room}}{text}", indent=2, further=room + 2)
