"""What reading finds: a value, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from costplan.problems import Path, Problem, did_you_mean
from costplan.words import CALLED

Reader = Callable[[object, Path, list[Problem]], Any]
BAD: Any = object()  # a value that could not be read; its problem is already in the list


class Problems(list[Problem]):
    """The problems of one document, and what is known of it: its minor version, and whether that is
    a newer one, whose keys may be unknown."""

    minor = 0
    newer = False


class Quick:
    """Values that need no look by a reader: of exactly this type, where ``holds`` and ``bound`` say
    so. ``words`` spell ``holds`` out; ``turn`` makes the field's value, None where it cannot."""

    __slots__ = ("bound", "holds", "kind", "turn", "words")

    def __init__(
        self,
        kind: type,
        holds: Callable[[Any], bool] | None = None,
        bound: Callable[[Any], bool] | None = None,
        words: str = "",
        turn: Callable[[Any], Any] | None = None,
    ) -> None:
        self.kind, self.holds, self.bound = kind, holds, bound
        self.words, self.turn = words, turn

    @property
    def whole(self) -> Callable[[Any], bool] | None:
        """``holds`` and ``bound`` as one."""
        holds, bound = self.holds, self.bound
        if holds is None or bound is None:
            return holds or bound
        return lambda value: holds(value) and bound(value)


def missing(key: str, path: Path) -> Problem:
    """That a key is not there."""
    return Problem(path, f"missing key '{key}'", part="key")


MOST_LIKENESSES = 100
"""So many unknown keys of one table are compared with those that are known."""


def odd_keys(
    value: Mapping[str, Any], known: Collection[str], path: Path, problems: list[Problem]
) -> bool:
    """Note the keys that are not known, which those of a newer document may be; whether there are
    none to tell of."""
    odd = [] if getattr(problems, "newer", False) else [key for key in value if key not in known]
    every = "known keys: " + ", ".join(known) if odd else ""
    for at, key in enumerate(odd):  # likenesses are dear, and nobody is shown so many
        meant = CALLED.get(key)
        if meant in known:
            hint = f"did you mean '{meant}'?"
        else:
            hint = (did_you_mean(key, known) if at < MOST_LIKENESSES else None) or every
        problems.append(Problem((*path, key), f"unknown key '{key}'", hint, "key"))
    return not odd
