"""Where a key or a value stands in a TOML file, and how an error there is drawn.

`tomli` gives values without positions. When an error has to be printed, and only then, the text
is scanned a second time: one pass, no recursion, a tree of spans with a node for every path.
The scanner trusts that `tomli` accepted the text and so checks nothing; on text that it refuses
the scan stops at the fault and the places before it stay good.
Lines end at "\\n" alone, as for `tomli`; a "\\r" before it belongs to no place.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import tomli

Path = tuple[str | int, ...]
"""Keys, and indices of arrays and of arrays of tables: `("step", 0, "model")`."""

_Span = tuple[int, int]

_WINDOW = 100
"""Characters of a source line that are shown; a longer line is cut around the marked part."""

_GUTTER = 2
"""Digits the line-number column is at least wide, so that errors of one file line up."""

_BASIC = r'"(?:[^"\\\n]++|\\.)*+"'
_LITERAL = r"'[^'\n]*+'"
_TRIVIA = re.compile(r"(?:[ \t\r\n]++|#[^\n]*+)*+")
_KEY = re.compile(rf"[ \t]*+([A-Za-z0-9_-]++|{_BASIC}|{_LITERAL})[ \t]*+(\.?)")
_ASSIGN = re.compile(r"=[ \t]*+")
_SCALAR = re.compile(
    r'"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+"{3,5}'  # the text may end in one or two quotes of its own
    r"|'''(?:[^']++|'{1,2}(?!'))*+'{3,5}"
    rf"|{_BASIC}|{_LITERAL}"
    r"|\d{4}-\d\d-\d\d \d\d:[^\s,\[\]{}#]++"  # the one bare value with a space in it
    r"|[^\s,\[\]{}#]++",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A part of one line. `line` and `column` count from 1, `column` and `length` in characters.

    `length` is at least 1, even where nothing stands (the end of a document).
    """

    line: int
    column: int
    length: int


@dataclass(slots=True, eq=False)
class _Node:
    """The spans of one path. Children of a table have `str` keys, those of an array `int` keys.

    `title` is what to point at when something below the path is missing.
    What a path has none of is filled from what it has: an element of an array is its own key, and
    a table that no header names (`a` in `[a.b]` or `a.b = 1`) has its key for a value.
    """

    key: _Span
    value: _Span
    title: _Span
    children: dict[str | int, "_Node"] = field(default_factory=dict)


def locate(text: str, path: Path, part: Literal["key", "value"] = "value") -> Place | None:
    """The place of the key or of the value at `path`, in text that `tomli` accepted.

    - The value of a table with a header is the whole header, its key the header's last key; for an
      index into an array of tables both are those of the i-th `[[...]]`, and for the array itself
      those of the first. A table made by dotted keys stands where it is first named.
    - An element of an inline array has no key: both parts give the element.
    - A value of several lines is marked on its first line: a string up to the end of that line, an
      array or an inline table by its opening bracket.
    - If `path` leads nowhere, either part gives its longest prefix that exists: the header of a
      table, otherwise the key, otherwise (an inline table in an array) the value.
    - None if the first element of `path` is absent, or `path` is empty: only the file is known.
    """
    node = root = _scan(text)
    for step in path:
        child = node.children.get(step)
        if child is None:
            return None if node is root else _place(text, node.title)
        node = child
    if node is root:
        return None
    return _place(text, node.key if part == "key" else node.value)


TWICE = ("Cannot overwrite", "Cannot mutate", "Cannot declare", "Cannot redefine", "Duplicate")
"""How `tomli` begins to say that something is there already. It has read the key and its value by
then, which may be many lines."""


def syntax_place(error: tomli.TOMLDecodeError) -> Place:
    """Where `tomli` stopped; of what is there already, the key that says it again.

    The end of the document is put just after the last text that is not blank: there something is
    missing, and there is a line to show.
    """
    if error.msg.startswith(TWICE):
        last = max(_nodes(_scan(error.doc[: error.pos])), key=lambda node: node.value[1])
        return _place(error.doc, last.key)
    if error.pos >= len(error.doc):
        end = len(error.doc.rstrip())
        return _place(error.doc, (end, end))
    return Place(error.lineno, error.colno, 1)


def open_bracket(error: tomli.TOMLDecodeError) -> Place | None:
    """The innermost bracket that was open where `tomli` stopped."""
    before = error.doc[: error.pos]
    spans = [node.value for node in _nodes(_scan(before))]
    opened = [
        (start, end) for start, end in spans if end == start + 1 and before[start:end] in ("[", "{")
    ]
    return _place(before, max(opened)) if opened else None


def draw(name: str, text: str, place: Place | None, message: str, hint: str | None) -> str:
    """An error as plain text without a last newline: what, where, the line, a caret, how to mend.

    Without a place the line and the caret are left out. Whatever `text`, `name`, `message` and
    `hint` hold, the result has no control character but "\\n" between its rows: others are written
    as escapes (`\\x1b`), a tab of the source line as one space.
    """
    number = "" if place is None else str(place.line)
    margin = " " * max(_GUTTER, len(number))
    where = name if place is None else f"{name}:{place.line}:{place.column}"
    rows = [f"error: {_printable(message)}", f"{margin}--> {_printable(where)}"]
    if place is not None:
        lines = text.split("\n")
        line = lines[place.line - 1].removesuffix("\r") if place.line <= len(lines) else ""
        source, carets = _excerpt(line, place)
        rows.append(f"{margin} |")
        rows.append(f"{number:>{len(margin)}} | {source}".rstrip())
        rows.append(f"{margin} | {carets}")
    if hint is not None:
        rows.append(f"{margin} = help: {_printable(hint)}")
    return "\n".join(rows)


@lru_cache(maxsize=1)  # all errors of a file are printed at once
def _scan(text: str) -> _Node:
    """The tree of every path in `text`. Open arrays and inline tables are a list, not calls."""
    root = table = _Node((0, 0), (0, 0), (0, 0))
    opened: list[tuple[_Node, bool]] = []  # the node, and whether it is an array
    pos = 0
    while (pos := _after(_TRIVIA, text, pos)) < len(text):
        if opened and text[pos] == ",":
            pos += 1
            continue
        if opened and text[pos] in "]}":
            pos += 1
            node, _ = opened.pop()
            _end_value(node, pos)
            continue
        if not opened and text[pos] == "[":
            start, depth = pos, 2 if text.startswith("[[", pos) else 1
            keys, pos = _keys(text, pos + depth)
            if not keys:
                break
            pos += depth
            table = _open_table(root, keys, (start, pos), is_element=depth == 2)
            continue
        node, is_array = opened[-1] if opened else (table, False)
        if is_array:
            here = (pos, pos + 1)
            child = node.children[len(node.children)] = _Node(here, here, here)
        else:
            keys, pos = _keys(text, pos)
            assign = _ASSIGN.match(text, pos)
            if not keys or assign is None:
                break
            child, pos = _descend(node, keys), assign.end()
            child.key = child.title = keys[-1][1]  # of a key that is there twice, the second
            child.value = (pos, pos + 1)
        if text.startswith(("[", "{"), pos):
            opened.append((child, text[pos] == "["))
            pos += 1
        else:
            start, pos = pos, _after(_SCALAR, text, pos)
            if start == pos:
                break
            _end_value(child, pos)
    return root


def _nodes(root: _Node) -> Iterator[_Node]:
    """The node and all below it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children.values()


def _after(pattern: re.Pattern[str], text: str, pos: int) -> int:
    match = pattern.match(text, pos)
    return pos if match is None else match.end()


def _keys(text: str, pos: int) -> tuple[list[tuple[str, _Span]], int]:
    """The parts of a dotted key that starts at `pos`, and the position after it and its blanks."""
    keys: list[tuple[str, _Span]] = []
    while match := _KEY.match(text, pos):
        keys.append((_unquoted(match[1]), match.span(1)))
        pos = match.end()
        if not match[2]:
            break
    return keys, pos


def _unquoted(key: str) -> str:
    """The key that is meant; one with a bad escape, which `tomli` refuses, stays as written."""
    if key[0] not in "\"'":
        return key
    if key[0] == '"' and "\\" in key:
        try:
            return str(tomli.loads(f"key = {key}")["key"])
        except tomli.TOMLDecodeError:
            return key
    return key[1:-1]


def _descend(node: _Node, keys: list[tuple[str, _Span]]) -> _Node:
    """The node that `keys` name below `node`; an array of tables stands for its last element."""
    for name, span in keys:
        node = node.children.get(len(node.children) - 1, node)
        node = node.children.setdefault(name, _Node(span, span, span))
    return node


def _open_table(
    root: _Node, keys: list[tuple[str, _Span]], header: _Span, *, is_element: bool
) -> _Node:
    """The table that a header opens.

    `[a]` after `[a.b]` gives `a` its place; an array of tables keeps that of its first header.
    """
    node, key = _descend(root, keys), keys[-1][1]
    if not (is_element and node.children):
        node.key, node.value, node.title = key, header, header
    if is_element:
        element = _Node(key, header, header)
        node.children[len(node.children)] = element
        return element
    return node


def _end_value(node: _Node, end: int) -> None:
    """Now that its end is known, stretch a value; an element of an array is its own key."""
    value = (node.value[0], end)
    if node.key == node.value:
        node.key = node.title = value
    node.value = value


def _place(text: str, span: _Span) -> Place:
    start, end = span
    newline = text.find("\n", start, end)
    if newline >= 0 and text[start] in "[{":
        end = start + 1
    elif newline >= 0:
        end = start + len(text[start:newline].removesuffix("\r"))
    before = text.rfind("\n", 0, start)
    return Place(text.count("\n", 0, start) + 1, start - before, max(1, end - start))


def _excerpt(line: str, place: Place) -> tuple[str, str]:
    """The part of `line` to show, and the carets below it.

    The window is `_WINDOW` characters of the source, with the marked part in its middle if it
    fits and at its start if not; "..." stands for what is cut.
    A column past the end of the line gets one caret after its last character.
    """
    first = min(place.column - 1, len(line))
    margin = max(0, _WINDOW - place.length) // 2
    low = max(0, min(first - margin, len(line) - _WINDOW))
    high = low + _WINDOW
    cells = [" " if character == "\t" else _printable(character) for character in line[low:high]]
    lead, tail = "..." if low else "", "..." if high < len(line) else ""
    before = lead + "".join(cells[: first - low])
    marked = "".join(cells[first - low : first - low + place.length])
    carets = " " * _width(before) + "^" * max(1, _width(marked))
    return lead + "".join(cells) + tail, carets


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _width(text: str) -> int:
    """Columns of a terminal: two for wide characters, none for marks that combine."""
    standing = [c for c in text if unicodedata.category(c) not in ("Mn", "Me")]
    return len(standing) + sum(unicodedata.east_asian_width(c) in ("W", "F") for c in standing)
