"""The traits of stacks as a table, JSON or Markdown: each trait with a line a stack."""

from __future__ import annotations

from collections.abc import Iterable

from costplan.document.traits import StackTraits, Told, TraitsDocument
from costplan.problems import clean
from costplan.record.writing import plain
from costplan.render import Look
from costplan.render.json import dumps
from costplan.render.markup import safe
from costplan.render.page import Page, money
from costplan.render.sentences import share_of

NONE = "nothing that hosts it has known traits: steps are called by your own program"
UNDATED = "undated"
DOUBTED = ("third-party", "unverified")
"""Confidences that stand beside what rests on them."""


def draw(document: TraitsDocument, form: str, look: Look) -> str:
    """The document as ``table``, ``json`` or ``markdown``, ending in a newline."""
    if form == "json":
        return dumps(plain(document)) + "\n"
    return _markdown(document) if form == "markdown" else _page(document, look)


def _page(document: TraitsDocument, look: Look) -> str:
    page = Page(look)
    page.say(f"{document.workload}: stacks beside their price, as of {document.as_of}", "bold")
    room = max((len(stack.stack) for stack in document.stacks), default=0) + 4
    page.say()
    page.say("hosted by", "bold")
    for stack in document.stacks:
        hosts = ", ".join(dict.fromkeys(stack.offers.values()))
        _line(page, stack.stack, hosts or "nothing that is billed", room)
    for trait in _named(document):
        page.say()
        page.say(trait, "bold")
        for stack in document.stacks:
            for told in stack.traits:
                if told.trait == trait:
                    _line(page, stack.stack, _said(told, stack), room)
    page.say()
    page.say("portability", "bold")
    for stack in document.stacks:
        _line(page, stack.stack, ". ".join(portability(stack, document.currency)), room)
    sources = _sources(document) if look.full else []
    page.say()
    page.bullets("Sources", sources)
    if not sources:
        page.say("--full: the page behind each trait", "dim")
    return page.text()


def _line(page: Page, stack: str, text: str, room: int) -> None:
    page.say(f"{stack:{room - 2}}{text}", indent=2, further=room)


def _named(document: TraitsDocument) -> list[str]:
    """Every trait that some stack has, in the catalogue's order."""
    from costplan.catalog.traits import TRAITS

    known = {told.trait for stack in document.stacks for told in stack.traits}
    return [name for name in TRAITS if name in known]


def _said(told: Told, stack: StackTraits) -> str:
    """A trait with the day of its page, and the offer where another one has it too."""
    day = UNDATED if told.dated is None else told.dated.isoformat()
    of_trait = {other.offer for other in stack.traits if other.trait == told.trait}
    whose = f"{told.offer}, " if len(of_trait) > 1 else ""
    doubt = f", {told.confidence}" if told.confidence in DOUBTED else ""
    return f"{told.says} ({whose}{day}{doubt})"


def portability(stack: StackTraits, currency: str) -> Iterable[str]:
    """What of a stack runs elsewhere, and what leaving it takes, in sentences."""
    if not stack.traits:
        yield NONE
    yield f"{stack.vendor} gets {share_of(stack.vendor_share)} of the bill"
    silent = stack.steps - len(stack.open_steps) - len(stack.own_steps)
    parts = [f"{len(stack.open_steps)} of {stack.steps} steps by an open protocol"]
    if stack.own_steps:
        parts.append(f"{len(stack.own_steps)} by a vendor's own ({', '.join(stack.own_steps)})")
    if silent:
        parts.append(f"{silent} do not say (protocol = ...)")
    yield ", ".join(parts)
    if stack.not_spoken:
        yield f"not known to be spoken there: {', '.join(stack.not_spoken)}"
    if stack.one_off is None:
        yield "what leaving costs is not stated ([migration])"
    else:
        yield f"leaving costs {money(stack.one_off)} {currency} once, to {stack.one_off_to}"


def _sources(document: TraitsDocument) -> list[str]:
    sources = (
        f"{told.offer} {told.trait}: {told.source} ({told.confidence})"
        for stack in document.stacks
        for told in stack.traits
    )
    return list(dict.fromkeys(sources))


def _markdown(document: TraitsDocument) -> str:
    lines = [
        f"## {safe(document.workload)}: stacks beside their price",
        "",
        "| | " + " | ".join(safe(stack.stack) for stack in document.stacks) + " |",
        "|---|" + "---|" * len(document.stacks),
    ]
    for trait in _named(document):
        cells = [
            "<br>".join(safe(_said(told, stack)) for told in stack.traits if told.trait == trait)
            or "-"
            for stack in document.stacks
        ]
        lines.append(f"| {trait} | " + " | ".join(cells) + " |")
    cells = [
        "<br>".join(safe(text) for text in portability(stack, document.currency))
        for stack in document.stacks
    ]
    lines += [f"| portability | {' | '.join(cells)} |", ""]
    lines += [f"- {safe(clean(source))}" for source in _sources(document)]
    return "\n".join(lines) + "\n"
