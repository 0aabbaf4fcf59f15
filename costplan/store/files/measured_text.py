"""Measured numbers into a workload file, whose order and comments stay.

tomlkit is the extra ``costplan[calibrate]`` and is imported here alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import unified_diff
from typing import Any, NamedTuple

from costplan.problems import BadUsage

LEAD = "measured: "
INSTALL = "pip install 'costplan[calibrate]'"


class Change(NamedTuple):
    """A key, its value as it is spelled, whether that is a word, and the comment beside it."""

    key: tuple[str, ...]
    value: str
    text: bool
    words: str


def measured_text(text: str, changes: Iterable[Change]) -> str:
    """The text with other values, each with a comment where its line can have one.

    What stood in the comment stays behind ``was``. Raises BadUsage without a tomlkit that reads
    TOML 1.1.
    """
    try:
        import tomlkit
        from tomlkit.exceptions import ParseError
    except ImportError:
        raise BadUsage("calibrating needs tomlkit, which is not installed", INSTALL) from None
    try:
        document = tomlkit.parse(text)
    except ParseError as error:
        known = f"tomlkit {tomlkit.__version__} cannot read the file: {error}"
        raise BadUsage(known, f"{INSTALL} --upgrade") from None
    for change in changes:
        _set(tomlkit, document, change)
    return tomlkit.dumps(document)


def _set(tomlkit: Any, document: Any, change: Change) -> None:
    table = document
    *way, last = change.key
    for at, name in enumerate(way):
        if at == 1 and way[0] == "step":
            table = next(row for row in table if row["name"] == name)
        elif name in table:
            table = table[name]
        else:
            table[name] = tomlkit.table()
            table = table[name]
    before = table.get(last)
    spelled = f'"{change.value}"' if change.text else change.value
    item = tomlkit.value(spelled)
    if not change.text and "_" in spelled and spelled[0] != "{":
        item = _grouped(tomlkit, spelled)
    old = before.trivia.comment.lstrip("# ") if hasattr(before, "trivia") else ""
    was = "" if before is None or isinstance(before, list) else before.as_string()
    table[last] = item
    if isinstance(table, tomlkit.items.InlineTable):
        return  # on one line there is no room for a comment to each
    table[last].comment(_comment(change.words, was, old))
    table[last].trivia.comment_ws = "  "


def _grouped(tomlkit: Any, spelled: str) -> Any:
    from tomlkit.items import Integer, Trivia

    return Integer(int(spelled), Trivia(), spelled)


def _comment(words: str, was: str, old: str) -> str:
    """A further calibration replaces what the last one said, and keeps what a person wrote."""
    if old.startswith(LEAD):
        _, mark, kept = old.partition("; was ")
        return f"{LEAD}{words}{mark}{kept}"
    if was in ("", "0"):
        return LEAD + words
    return f"{LEAD}{words}; was {was}" + (f": {old}" if old else "")


def with_stack(text: str, name: str, like: str, models: Mapping[str, str]) -> str:
    """The text with a stack of these models, and the other keys of another stack."""
    import tomlkit

    document = tomlkit.parse(text)
    stacks: Any = document["stack"]
    if name in stacks:
        for role, offer in models.items():
            stacks[name][role] = offer
        return tomlkit.dumps(document)
    rows = [f"{_key(role)} = {_value(offer)}" for role, offer in models.items()]
    others = {key: value for key, value in stacks[like].unwrap().items() if key not in models}
    rows += [f"{_key(key)} = {_value(value)}" for key, value in others.items()]
    return "\n".join([text.rstrip("\n"), "", f"[stack.{name}]", *rows, ""])


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else _value(name)


def _value(value: Any) -> str:
    """A plain value as TOML, tables on one line."""
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
        )
    import tomlkit

    return str(tomlkit.item(value).as_string())


def with_ends_of(before: str, after: str) -> str:
    """A text whose lines end as those of another do, where they all end in a carriage return."""
    if "\r\n" not in before or "\n" in before.replace("\r\n", ""):
        return after
    return after.replace("\r\n", "\n").replace("\n", "\r\n")


def difference(name: str, before: str, after: str) -> str:
    """A unified diff of two texts."""
    lines = unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), name, f"{name}, measured"
    )
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def fresh_text(name: str, steps: Mapping[str, str]) -> str:
    """A workload of nothing but steps and a stack: role and offer are to be measured.

    ``steps``: the offer of each, by its name.
    """
    roles = {step: role_of(step) for step in steps}
    lines = [
        "# Written by 'costplan calibrate' from real usage; 'costplan estimate' prices it.",
        f'name = "{name}"',
        "",
        "[traffic]",
        "requests_per_month = 0",
        "",
    ]
    for step, role in roles.items():
        lines += ["[[step]]", f'name = "{step}"', f'model = "{role}"', "input_tokens = 0"]
        lines += ["output_tokens = 0", ""]
    lines.append("[stack.measured]")
    lines += [f'{role} = "{steps[step]}"' for step, role in roles.items()]
    return "\n".join(lines) + "\n"


def role_of(step: str) -> str:
    """A bare key made of a step's name."""
    word = "".join(
        character if character.isascii() and character.isalnum() else "-"
        for character in step.lower()
    )
    return "-".join(part for part in word.split("-") if part)[:60] or "chat"
