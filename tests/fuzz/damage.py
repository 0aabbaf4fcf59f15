# ruff: noqa: E501 (tables of odd values)
"""Damage to documents that knows their structure: values, tables, and what stands beside them.

A document is plain data as ``tomllib`` and ``json`` read it. ``damaged`` changes a copy, ``bytes``
of any text are damaged by ``at_random``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

NUMBERS = (
    0, -1, 1, 2, 3, 0.5, 1.0, -0.0, 1e-9, 1e-99, 1e-300, 1e14, 1e15, 1e16, 1e308, -1e300, 10**15,
    10**30, 2**63, 999, 5_000, 1_000_000, 0.999999999999, 1.0000000001, float("inf"), float("nan"),
)  # fmt: skip
TEXTS = (
    "", " ", "\n", "a\nb", "\x00", "\x1b[31mred\x1b[0m", "\u202eright", "\u2028", "é", "𝒳", "ﬀ", "-",
    ".", "..", "/", "../..", "a/b/c", "a.b", "a b", "'", '"', "`", "|", "<b>", "]]>", "[x](y)", "=1+1",
    "@x", "#", "*", "%s", "{}", "{0}", "true", "null", "None", "NaN", "0", "1e9", "2026-11-22",
    "2026-13-45", "9999-12-31", "0001-01-01", "P1D", "end", "human", "continue", "x" * 300,
    "a" * 20_000, "(" * 300, "1+" * 300 + "1", "1/0", "2**9**9", "a" * 5 + "\ud7ff",
)  # fmt: skip
OTHERS = (
    None, True, False, [], {}, [[]], [{}], {"": ""}, {"a": {}}, [1, "a", None], date(1, 1, 1),
    date(9999, 12, 31), datetime(2026, 11, 22, tzinfo=UTC), time(0, 0),
)  # fmt: skip
Site = tuple[Any, Any]
"""A container, and the key or the place of a value in it."""


def sites(data: Any) -> Iterator[Site]:
    """Every place of a document that holds a value."""
    items: Sequence[Any] = ()
    if isinstance(data, dict):
        items = list(data.items())
    elif isinstance(data, list):
        items = list(enumerate(data))
    for key, value in items:
        yield data, key
        yield from sites(value)


def words(documents: Sequence[Any]) -> dict[str, list[Any]]:
    """The values that each key has in any document: another word of the same list, say."""
    found: dict[str, dict[str, Any]] = {}
    for data in documents:
        for holder, key in sites(data):
            if isinstance(key, str) and not isinstance(holder[key], dict | list):
                found.setdefault(key, {})[repr(holder[key])] = holder[key]
    return {key: list(values.values()) for key, values in found.items()}


def damaged(data: Any, chance: Random, others: Sequence[Any], known: dict[str, list[Any]]) -> Any:
    """A copy of a document with one to four things wrong, or only unusual, in it."""
    copy = deepcopy(data)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        places = list(sites(copy))
        if not places:
            return copy
        at = _shallow(places, chance)
        holder, key = at
        if isinstance(holder[key], dict | list) or chance.random() < 0.25:
            _restructure(at, chance, others)
        else:
            holder[key] = _other_value(at, chance, known)
    return copy


def _shallow(places: list[Site], chance: Random) -> Site:
    """A place, tables before their values as often as after: they are fewer."""
    if chance.random() < 0.3:
        tables = [one for one in places if isinstance(one[0][one[1]], dict | list)]
        return chance.choice(tables or places)
    return chance.choice(places)


def _other_value(at: Site, chance: Random, known: dict[str, list[Any]]) -> Any:
    holder, key = at
    value = holder[key]
    way = chance.random()
    if way < 0.3 and key in known:
        return chance.choice(known[key])
    if way < 0.45:
        return chance.choice((*NUMBERS, *TEXTS, *OTHERS))
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        if way < 0.6:
            return -value
        if way < 0.75:
            return value * chance.choice((1e-6, 0.1, 10, 1_000, 1e9))
        return chance.choice(NUMBERS)
    if isinstance(value, str) and way < 0.6 and value:
        cut = chance.randrange(len(value))
        return value[:cut] + chance.choice(("", "x", "\x07", "/", " ", ".")) + value[cut + 1 :]
    return chance.choice(TEXTS)


def _restructure(at: Site, chance: Random, others: Sequence[Any]) -> None:
    """Drop, empty, repeat, misspell, swap or replace what stands at a place."""
    holder, key = at
    value = holder[key]
    way = chance.randrange(8)
    if way == 0:
        del holder[key]
    elif way == 1:
        holder[key] = type(value)() if isinstance(value, dict | list | str) else None
    elif way == 2 and isinstance(value, list) and value:
        value.extend(deepcopy(value[:1]) * chance.choice((1, 3, 60)))
    elif way == 2 and isinstance(holder, list):
        holder.insert(key, deepcopy(value))
    elif way == 3 and isinstance(key, str):
        cut = chance.randrange(len(key) + 1)
        holder[key[:cut] + chance.choice(("x", "", " ", "é", "_")) + key[cut + 1 :]] = holder.pop(
            key
        )
    elif way == 4:
        there, where = chance.choice(list(sites(chance.choice(others))) or [at])
        holder[key] = deepcopy(there[where])
    elif way == 5:
        holder[key] = [deepcopy(value)] if chance.random() < 0.5 else {"a": deepcopy(value)}
    elif way == 6 and isinstance(value, dict) and value:
        value[chance.choice(TEXTS) or "k"] = deepcopy(chance.choice(list(value.values())))
    else:
        holder[key] = deepcopy(chance.choice((*NUMBERS, *TEXTS, *OTHERS)))


def at_random(text: bytes, chance: Random) -> bytes:
    """Bytes flipped, cut, repeated, put in or moved, one to six times."""
    made = bytearray(text)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(made) + 1)
        to = min(len(made), at + chance.choice((1, 2, 8, 64, 1_000)))
        way = chance.randrange(6)
        if way == 0 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif way == 1:
            del made[at:to]
        elif way == 2:
            made[at:at] = made[at:to] * chance.choice((1, 2, 50))
        elif way == 3:
            made[at:at] = chance.choice(
                (
                    b"[",
                    b"]",
                    b'"',
                    b"'''",
                    b"\x00",
                    b"\xff\xfe",
                    b"=",
                    b".",
                    b"\r",
                    b"9" * 40,
                    b"{" * 99,
                )
            )
        elif way == 4:
            del made[at:]
        else:
            lines = bytes(made).split(b"\n")
            chance.shuffle(lines)
            made = bytearray(b"\n".join(lines))
    return bytes(made)
