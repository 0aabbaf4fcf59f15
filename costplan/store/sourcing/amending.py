"""A block of a catalogue file with what a merge added to its model, the rest as it was written.

Comments, order and spelling of a block survive: only lines that say something new are put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from costplan.catalog.model import Card, Model
from costplan.problems import CostplanError
from costplan.record import collect
from costplan.store.files.catalog_text import card_text, line_of, model_text
from costplan.store.files.text import parse_toml

CARD = re.compile(r"^\[\[model\.price\]\]", re.M)
FACTS = ("aliases", "kind", "context", "max_output", "region", "cache", "retires", "note")


def amended(block: str, before: Model, after: Model) -> str:
    """The block of ``before`` as one of ``after``, which keeps every card of it.

    Where the block is written in a way that a line cannot be put into, it is written anew.
    """
    starts = [match.start() for match in CARD.finditer(block)]
    ends = [*starts[1:], len(block)]
    texts = [block[begin:end] for begin, end in zip(starts, ends, strict=True)]
    if len(texts) != len(before.price):
        return model_text(after)
    head = _facts(block[: starts[0]], before, after)
    behind = _trailing(block)
    texts[-1] = texts[-1].removesuffix(behind)
    rewritten = head + "".join(_cards(texts, before.price, after.price)) + behind
    return rewritten if _says(rewritten, after) else model_text(after) + behind


def _facts(head: str, before: Model, after: Model) -> str:
    """The block's own keys with those that are new or have changed."""
    lines = head.rstrip("\n").split("\n")
    for name in FACTS:
        value = getattr(after, name)
        if value == getattr(before, name):
            continue
        line = line_of(name, value)
        places = [at for at, line in enumerate(lines) if line.startswith(f"{name} =")]
        if places:
            lines[places[0]] = line
        else:
            lines.insert(2 if name == "aliases" else _place(lines, name), line)
    return "\n".join(lines) + "\n\n"


def _place(lines: list[str], name: str) -> int:
    """Behind the last of the keys that come before this one."""
    earlier = ("id", *FACTS[: FACTS.index(name)])
    places = [
        at for at, line in enumerate(lines) if any(line.startswith(f"{key} =") for key in earlier)
    ]
    return max(places, default=1) + 1


def _cards(texts: list[str], before: tuple[Card, ...], after: tuple[Card, ...]) -> Iterable[str]:
    """The cards' texts in the order of the new history."""
    known = {card.origin.since: (text, card) for card, text in zip(before, texts, strict=True)}
    for at, card in enumerate(after):
        text, old = known.get(card.origin.since, ("", card))
        rewritten = _card(text, old, card) if text else card_text(card) + "\n"
        if not rewritten.endswith("\n\n") and at < len(after) - 1:
            rewritten = rewritten.rstrip("\n") + "\n\n"
        yield rewritten


def _card(text: str, before: Card, after: Card) -> str:
    if before == after:
        return text
    lines = text.split("\n")
    last = max(at for at, line in enumerate(lines) if line.strip() and not line.startswith("#"))
    if before.rejected != after.rejected:
        line = line_of("rejected", after.rejected)
        places = [at for at, line in enumerate(lines) if line.startswith("rejected =")]
        if places:
            lines[places[0]] = line
        else:
            lines.insert(last + 1, line)
    if before.origin != after.origin:
        line = line_of("origin", after.origin)
        lines = [line if old.startswith("origin =") else old for old in lines]
    return "\n".join(lines)


def _trailing(block: str) -> str:
    """Blank lines and comments after the last card: they introduce what follows."""
    lines = block.split("\n")
    last = max(at for at, line in enumerate(lines) if line and not line.startswith("#"))
    return "\n".join(lines[last + 1 :])


def _says(block: str, model: Model) -> bool:
    try:
        data = parse_toml("block", block)
    except CostplanError:  # a line took the place of the first of a value of several
        return False
    value, _ = collect(Model, data["model"][0])
    return value == model and set(data) == {"model"}
