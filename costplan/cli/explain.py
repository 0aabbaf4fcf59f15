"""``costplan explain``: what a word of costplan means, and what a key of its files does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from costplan.cli.common.file_keys import Place
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
    places = look_up(asked)
    if not word and not places and folded in MEASURES:
        word = "figures"
    if word:
        _word(page, word)
        # of keys, only their whole name asks
        places = [place for place in places if place.key is None]
    if not word and not places:
        hint = did_you_mean(asked, [*TERMS, *ALIASES, *names()])
        raise BadUsage(
            f"'{clean(asked)}' is no word of costplan", hint or "'costplan explain' lists them all"
        )
    _keys(page, places, after=bool(word))
    return page.text()


def _list(page: Page) -> None:
    from costplan.cli.common.glossary import TERMS

    page.say("costplan explain TERM says more of:", "bold")
    room = max(len(name) for name in TERMS) + 2
    for name, meaning in TERMS.items():
        page.say(f"{name:{room}}{meaning.short}", indent=2, further=room + 2)
    page.say("")
    page.say("and of every table and key of a file: traffic, step.max_attempts, on_reject")
    page.say("costplan explain agents prints an AGENTS.md for your repository")


def _word(page: Page, name: str) -> None:
    from costplan.cli.common.glossary import TERMS, paragraphs

    page.say(f"{name}: {TERMS[name].short}", "bold")
    for part in paragraphs(name):
        page.say(part.text, indent=part.indent, further=part.further)


def _keys(page: Page, places: list[Place], *, after: bool) -> None:
    from costplan.cli.common.file_keys import MANY, rows
    from costplan.keys import summary

    if len(places) > MANY:
        room = max(len(place.name) for place in places) + 2
        for place in places:
            said = place.key.text if place.key else summary(place.table.kind)
            page.say(f"{place.name:{room}}{said}", further=room)
        return
    for at, place in enumerate(places):
        if at or after:
            page.say("")
        said = place.key.text if place.key else " ".join(summary(place.table.kind).split())
        page.say(f"{place.name}: {said}", "bold")
        room = max(len(head) for head, _ in rows(place)) + 2
        for head, text in rows(place):
            page.say(f"{head:{room}}{text}", indent=2, further=room + 2)
