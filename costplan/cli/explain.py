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
    from costplan.cli.common.glossary import ALIASES, TERMS, term_like, term_of
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
    word = term_of(folded)
    places = look_up(asked)
    if not word and not places:
        word = "figures" if folded in MEASURES else term_like(folded)
    if word:
        _word(page, word)
        # of keys, only their whole name asks
        places = [place for place in places if place.key is None]
    if not word and not places and _offers(page, asked):
        return page.text()
    if not word and not places:
        hint = did_you_mean(asked, [*TERMS, *ALIASES, *names()])
        raise BadUsage(
            f"'{clean(asked)}' is no word of costplan", hint or "'costplan explain' lists them all"
        )
    _keys(page, places, after=bool(word))
    return page.text()


def _offers(page: Page, asked: str) -> bool:
    """What a word is to offers: a charge on their bills, a unit, a variable; whether it is any."""
    from costplan.api.explaining import sold_as
    from costplan.cli.common.file_keys import MANY

    uses = sold_as(asked)
    if not uses:
        return False
    page.say(f"{asked}: as offers of the catalogue have it", "bold")
    for use in uses[:MANY]:
        page.say(f"{use.offer}: {use.words}" if use.offer else use.words, indent=2, further=4)
    if len(uses) > MANY:
        page.say(f"and {len(uses) - MANY} more", indent=2)
    offer = next((use.offer for use in uses if use.offer), None)
    if offer is not None:
        page.say()
        page.say(
            f"See 'costplan pricing show {offer}', and 'costplan estimate --explain' for both."
        )
    return True


def _list(page: Page) -> None:
    from costplan.cli.common.glossary import TERMS

    page.say("costplan explain TERM says more of:", "bold")
    room = max(len(name) for name in TERMS) + 2
    for name, meaning in TERMS.items():
        page.say(f"{name:{room}}{meaning.short}", indent=2, further=room + 2)
    page.say("")
    page.say("and of every table and key of a file: traffic, step.max_attempts, on_reject;")
    page.say("of every charge, unit and variable of an offer: search_ocu, OCU-hour, vectors")
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
