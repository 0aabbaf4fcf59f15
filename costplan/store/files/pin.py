"""What every block of a lock says of itself: who needs it, since when, and what it was then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import NamedTuple

from costplan.problems import BadUsage
from costplan.record import record

SHELF = "lock"
LOCKED, RESERVED = "locked", "reserved"
"""Kinds of blocks: entries of the catalogue, terms of reserved throughput."""


class Block(NamedTuple):
    """A block of a lock: terms often have the id of the model that they serve."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.id} (reserved)" if self.kind == RESERVED else self.id


@record
class Pin:
    """Who needs an entry or terms, and since when.

    Keys:
        id: the exact id
        names: its aliases
        hash: of the rest of the block, so that an edit by hand shows
        as_of: the day it was taken from the catalogue
        shelf: the catalogue it was taken from
        workloads: files that are priced with it
    """

    id: str
    names: tuple[str, ...] = ()
    hash: str
    as_of: date
    shelf: str
    workloads: tuple[str, ...]

    @property
    def said(self) -> tuple[object, ...]:
        """All that decides a bill and says where the prices are from, as each kind has it."""
        raise NotImplementedError

    @property
    def is_sound(self) -> bool:
        """Whether it says what it said when it was pinned."""
        return fingerprint(self.said) == self.hash


def fingerprint(said: tuple[object, ...]) -> str:
    """A hash of what a block says. How a number is spelled (0.10 or 0.1) is no part of it."""
    from hashlib import sha256

    from costplan.document.estimate import spelled_alike

    return "sha256:" + sha256(spelled_alike(repr(said)).encode()).hexdigest()


def check_names(names: Iterable[str]) -> None:
    """Raises BadUsage for a name that the file's pattern cannot hold."""
    for name in names:
        if not name.isprintable() or any(character in '"\\]' for character in name):
            raise BadUsage(f"'{name}' cannot be pinned", "an id is plain text: vendor/name")


def block_text(kind: str, pinned: Pin, head: str, body: str) -> str:
    """A block: what the pin says of itself, the head of the catalogue's file, blocks of it."""
    import re

    from costplan.store.files.catalog_text import lines_of

    own = Pin(**{held.name: getattr(pinned, held.name) for held in fields(Pin)})
    blocks = re.sub(r"^\[\[", f"[[{kind}.", body, flags=re.M)
    return "\n".join([f"[[{kind}]]", *lines_of(own)]) + f"\n{head}\n{blocks}"
