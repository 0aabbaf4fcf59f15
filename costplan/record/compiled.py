"""Functions written for one kind of record, for documents of thousands of its kind.

A reader that looks into a table of fields for each key takes twice as long as one that has been
written for them, and to write one takes a millisecond. So a record's reader and writer are
generated when ``MANY`` of its kind have been seen, as ``dataclasses`` generates its own. What is
generated takes what is right at a glance; anything else goes the ordinary way, which alone knows
what to say about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

MANY = 200
"""Records of a kind, from which on it is worth the time to generate a function for it."""


def quick_reader(
    parts: Sequence[tuple[str, type, Sequence[Any]]],
    usual: frozenset[str],
    bad: Any,
    check: Callable[[Any], Iterable[Any]] | None,
    slow: Callable[..., Any],
) -> Callable[..., Any]:
    """A reader of objects with the ``usual`` keys.

    ``parts``: the record first, then those inside it whose keys stand among its own, each with the
    name of its field, its type and its fields, as ``reading`` has them.
    """
    fields = [(at, field) for at, (_, _, own) in enumerate(parts) for field in own]
    given: dict[str, Any] = {"bad": bad, "check": check, "slow": slow, "usual": usual}
    given["get"] = itemgetter(*(field.key for _, field in fields))
    tests: list[str] = []
    calls: list[list[str]] = [[] for _ in parts]
    for number, (part, field) in enumerate(fields):
        test, value = _test(number, field, given)
        tests.append(test)
        calls[part].append(f"{field.name}={value}")
    for at, (name, kind, _) in reversed([*enumerate(parts)]):
        given[f"kind{at}"] = kind
        if at:
            calls[0].append(f"{name}=kind{at}({', '.join(calls[at])})")
    names = ", ".join(f"v{number}" for number in range(len(fields)))
    joined = " and\n            ".join(tests)
    source = f"""
def read(value, path, problems):
    if value.__class__ is dict and value.keys() == usual:
        {names} = get(value)
        if ({joined}):
            record = kind0({", ".join(calls[0])})
            {"for problem in check(record): problems.append(problem.under(path))" if check else ""}
            return record
    return slow(value, path, problems)
"""
    reader: Callable[..., Any] = _function(source, "read", given)
    return reader


def _test(number: int, field: Any, given: dict[str, Any]) -> tuple[str, str]:
    """What tells that a key's value is right, and the expression that makes the field's of it."""
    value, quick = f"v{number}", field.quick
    if quick is None:
        given[f"r{number}"], given[f"n{number}"] = field.read, field.put
        expression = f"(t{number} := r{number}({value}, (), [])) is not bad"
        return expression, f"t{number}" if field.put is None else f"n{number}(t{number})"
    given[f"c{number}"] = quick.kind
    test = f"{value}.__class__ is c{number}"
    if quick.words:
        test += f" and {quick.words.format(value)}"
    elif quick.holds is not None:
        given[f"h{number}"] = quick.holds
        test += f" and h{number}({value})"
    if quick.bound is not None:
        given[f"b{number}"] = quick.bound
        test += f" and b{number}({value})"
    if quick.turn is not None:
        given[f"t{number}"] = quick.turn
        test += f" and (m{number} := t{number}({value})) is not None"
        return f"({test})", f"m{number}"
    return f"({value} is None or {test})" if field.nullable else test, value


def quick_getter(paths: Sequence[str], keys: Sequence[str], turns: Sequence[Any]) -> Any:
    """What writes the keys that are always there."""
    given: dict[str, Any] = {}
    heads = sorted({path.partition(".")[0] for path in paths if "." in path})
    lines = [f"    of_{head} = record.{head}" for head in heads]
    pairs = []
    for number, (path, key, turn) in enumerate(zip(paths, keys, turns, strict=True)):
        head, dot, rest = path.partition(".")
        value = f"of_{head}.{rest}" if dot else f"record.{path}"
        if turn is not None:
            given[f"w{number}"] = turn
            value = f"w{number}({value})"
        pairs.append(f"{key!r}: {value}")
    body = "\n".join([*lines, f"    return {{{', '.join(pairs)}}}"])
    return _function(f"def write(record):\n{body}\n", "write", given)


def _function(source: str, name: str, given: dict[str, Any]) -> Any:
    """The function of a source that was made here, of the names of fields alone."""
    exec(source, given)  # noqa: S102  nothing of a document reaches it
    return given[name]
