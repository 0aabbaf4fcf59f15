"""A large file of malformed, truncated and hostile logs: python hostile_logs.py BYTES FILE.

Whole lines of every source, broken in every way that a line can be: cut short, bytes changed,
nested without end, long without end, numbers of thousands of digits, keys of other types.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from test_sources import CASES

WRONG: tuple[Any, ...] = (None, [], {}, "", -1, 1.5, 10**40, True, "x" * 5_000, [[]], {"a": {}})


def lines(seed: int) -> Iterator[bytes]:
    """Lines without end, most of them broken."""
    dice = random.Random(seed)
    whole = [json.dumps(record).encode() for case in CASES.values() for record in case.records]
    while True:
        line = dice.choice(whole)
        match dice.randrange(12):
            case 0:
                yield line
            case 1 | 2:
                yield line[: dice.randrange(len(line))]
            case 3 | 4:
                at = dice.randrange(len(line))
                yield (
                    line[:at] + dice.randbytes(dice.randrange(1, 9)).replace(b"\n", b"") + line[at:]
                )
            case 5:
                yield b"[" * dice.randrange(1, 50_000)
            case 6:
                yield b'{"usage": {"input_tokens": ' + b"9" * dice.randrange(1, 9_000) + b"}}"
            case 7:
                yield dice.randbytes(dice.randrange(1, 2_000)).replace(b"\n", b"")
            case 8:
                yield json.dumps(damaged(json.loads(line), dice)).encode()
            case 9:
                yield json.dumps(damaged(json.loads(line), dice)).encode()
            case 10:
                yield b'{"model": "' + b"y" * dice.randrange(1, 200_000) + b'"}'
            case _:
                yield b'{"resourceSpans": [' + b'{"scopeSpans": [' * dice.randrange(1, 500)


def damaged(value: Any, dice: random.Random) -> Any:
    """A record with some values of another kind."""
    if dice.random() < 0.1:
        return dice.choice(WRONG)
    if isinstance(value, dict):
        return {key: damaged(one, dice) for key, one in value.items()}
    if isinstance(value, list):
        return [damaged(one, dice) for one in value]
    return value


def write(size: int, path: Path) -> None:
    """A file of that many bytes, the last line cut."""
    with path.open("wb") as file:
        left = size
        for line in lines(1):
            file.write(line[:left] + b"\n")
            left -= len(line) + 1
            if left <= 0:
                return


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
