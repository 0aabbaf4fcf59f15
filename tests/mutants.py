"""Whether the tests notice a changed operator: ``python tests/mutants.py`` (``make check-long``).

Picks places over the rooms that compute, with a seed: a comparison, an arithmetic operator, a
number or a boolean each. Changes one place at a time in a copy of the tree and runs the tests of
that room there, up to the first that fails. Prints which changes no test noticed, and fails where
fewer are noticed than ``FLOOR``; ``--write`` records the figures in docs/quality.md.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SEED, COUNT, FLOOR = 11, 40, 36
LONGEST = 300
"""Seconds of processor for one folder of tests: so a loop without an end is noticed."""
CANNOT_START = "the tests cannot start"
HEADING, END = "## Changed operators", "<!-- end of changed operators -->"
KEPT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")

BROAD = ("tests/golden", "tests/test_examples.py")
"""What follows the tests of each room: whole bills, and the figures that examples promise."""
PRICES = tuple(
    f"tests/cli/test_{name}.py"
    for name in (
        *("price", "price_list", "pricing", "pricing_audit", "pricing_diff", "lock"),
        *("own_prices_are_named", "aliases", "check_pinned"),
    )
)
"""Commands on prices: lists, searches, the audit and its report, what changed, what is pinned."""
TESTS: dict[str, tuple[str, ...]] = {
    "billing": ("tests/billing", "tests/compare", *BROAD, "tests/risk", "tests/usage"),
    "catalog": (
        *("tests/catalog", "tests/billing", "tests/audit", "tests/capacity", *BROAD),
        *("tests/store", "tests/cli"),
    ),
    "workload": (
        *("tests/workload", "tests/billing", "tests/reliability", *BROAD, "tests/plan"),
        *("tests/compare", "tests/capacity", "tests/risk"),
    ),
    "outcomes": ("tests/reliability", "tests/workload", "tests/capacity", *BROAD, "tests/compare"),
    "risk": (
        *("tests/risk", "tests/check/test_limits_on_draws.py", "tests/cli/test_ranges_command.py"),
        *("tests/compare", "tests/usage/test_calibrate.py"),
    ),
    "plan": (
        *("tests/diff", "tests/audit", "tests/forecast", "tests/check", "tests/plan", *PRICES),
        *("tests/compare", "tests/capacity", *BROAD, "tests/ci/test_diff_revisions.py"),
        "tests/usage",
    ),
}
"""The folders and files that hold each room, the slowest last: one after the other is run until one
of their tests fails, so that what survives is held by none of them."""

SWAPS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
}

EQUIVALENT: dict[str, str] = {
    "1 to 2 in cells = density[:-1:2] + 4.0 * density[1::2] + density[2::2]": (
        "the density has an odd number of points, and the last two of them start no cell: every "
        "second one up to the last or to the last but one are the same"
    ),
    "1 to 2 in counted[busy] = counted.get(busy, 0) + 1": (
        "every level counts twice as many slots, and only their proportions are used"
    ),
    "< to <= in return any(first < day <= last for day in priced.entry.turning_days())": (
        "a price that turns on the first of two days holds on both: it is compared, and nothing "
        "differs"
    ),
    "> to >= in return [result for result in results(step, node, more, seen) if result[0] > 0]": (
        "what has no chance is followed too, and adds nothing to any sum"
    ),
    "0 to 1 in self.bills = 0": "only how many came to it is read, before and after",
    '1 to 2 in if tariff.prices(-1)["cache_read"].base is None:': (
        "every tier below the first is the card itself"
    ),
    '1 to 2 in reason = tariff.prices(-1)["cache_read"].reason': (
        "every tier below the first is the card itself"
    ),
    ">= to > in return rounded(number) if number >= TENTH else grouped(number.normalize())": (
        "a tenth is 0.1 in either spelling"
    ),
    "< to <= in if span is not None and (_as_spelled(span.low) * _as_spelled(span.high)).sqrt()"
    " < least:": (
        "ends whose root is the sum of the parts to 28 digits are that sum, and written as one "
        "number with or without the range"
    ),
    "100_000 to 100001 in MOST_TURNS = 100_000": (
        "when what is kept is worked out anew: its figures are the same"
    ),
    "0 to 1 in keep: int = 0": "what is delivered carries no record on",
    "False to True in own: bool = False": "what is delivered carries no record on",
    "0 to 1 in edge = tier.above or tier.at_or_above or 0": (
        "a tier has one of the two, and neither is ever 0"
    ),
}
"""Changes that cannot be seen from outside, each with the reason."""


class Mutant(NamedTuple):
    """One change of a source file: the bytes from ``start`` to ``end`` give way to ``new``."""

    path: str
    line: int
    start: int
    end: int
    old: str
    new: str

    @property
    def room(self) -> str:
        return self.path.split("/")[1]

    def name(self, source: bytes) -> str:
        text = source.splitlines()[self.line - 1].decode().strip()
        return f"{self.path}:{self.line}: {self.old} to {self.new} in {text}"


def places(path: str, source: bytes) -> Iterator[Mutant]:
    """Every place of a file that can be changed, but for annotations, the making of text, and the
    ``strict`` of a ``zip``, which tells the program's own faults and changes no answer."""
    starts = [0]
    for text in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(text))

    def between(before: ast.expr, after: ast.expr, operator: ast.AST) -> Iterator[Mutant]:
        if type(operator) not in SWAPS:
            return
        old, new = SWAPS[type(operator)]
        assert before.end_lineno is not None
        assert before.end_col_offset is not None
        at = starts[before.end_lineno - 1] + before.end_col_offset
        upto = starts[after.lineno - 1] + after.col_offset
        sign = re.search(re.escape(old.encode()), source[at:upto])
        if sign is not None:
            start = at + sign.start()
            line = source.count(b"\n", 0, start) + 1
            yield Mutant(path, line, start, start + len(old), old, new)

    for node in _code(ast.parse(source)):
        if isinstance(node, ast.Compare):
            values = [node.left, *node.comparators]
            for at, operator in enumerate(node.ops):
                yield from between(values[at], values[at + 1], operator)
        elif isinstance(node, ast.BinOp) and not _is_text(node):
            yield from between(node.left, node.right, node.op)
        elif isinstance(node, ast.BoolOp):
            yield from between(node.values[0], node.values[1], node.op)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int):
            start = starts[node.lineno - 1] + node.col_offset
            assert node.end_col_offset is not None
            end = starts[node.lineno - 1] + node.end_col_offset
            new = str(not node.value if isinstance(node.value, bool) else node.value + 1)
            yield Mutant(path, node.lineno, start, end, source[start:end].decode(), new)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """What runs: no annotation, and nothing inside of an f-string."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns"):
            continue
        if isinstance(node, ast.keyword) and node.arg == "strict":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield child
                yield from _code(child)


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(part, ast.JoinedStr)
        or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        for part in (node.left, node.right)
    )


def chosen(count: int, seed: int) -> list[Mutant]:
    """As many places of each room as of any other, drawn with a seed."""
    dice, mutants = random.Random(seed), []
    for at, room in enumerate(sorted(TESTS)):
        known = [
            mutant
            for path in sorted((ROOT / "costplan" / room).rglob("*.py"))
            for mutant in places(str(path.relative_to(ROOT)), path.read_bytes())
        ]
        share = count // len(TESTS) + (at < count % len(TESTS))
        mutants += dice.sample(known, min(share, len(known)))
    return mutants


def first_failure(tests: Sequence[str], tree: Path) -> str | None:
    """The first of these tests that fails in a tree; None where all pass.

    Time is the processor's: on a busy machine a slow test is no test that noticed something.
    """
    options = ["-x", "-q", "-n", "0", "--no-header", "--tb=no", "-p", "no:cacheprovider"]
    options += ["-o", "timeout=0"]
    limit = f'ulimit -t {LONGEST}; exec "$@"'
    ran = subprocess.run(
        ["sh", "-c", limit, "sh", sys.executable, "-m", "pytest", *options, *tests],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode == 0:
        return None
    if ran.returncode < 0:
        return f"no end within {LONGEST} s of processor"
    failed = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", ran.stdout, re.MULTILINE)
    return failed[1] if failed else CANNOT_START


def notice(mutant: Mutant, tree: Path) -> str | None:
    """The first test that fails on a changed copy of the tree; None where all pass.

    Bytecode is told from its source by the second and the size alone: neither that of the change
    outlives it, nor that of the source hides it.
    """
    file = tree / mutant.path
    source, bytecode = file.read_bytes(), Path(cache_from_source(str(file)))
    bytecode.unlink(missing_ok=True)
    file.write_bytes(source[: mutant.start] + mutant.new.encode() + source[mutant.end :])
    try:
        failures = (first_failure([tests], tree) for tests in TESTS[mutant.room])
        return next((failure for failure in failures if failure is not None), None)
    finally:
        file.write_bytes(source)
        bytecode.unlink(missing_ok=True)


def fails_anyway(noticed: str, tree: Path) -> bool:
    """Whether the test that noticed a change fails on the tree without it too: the whole rooms need
    not be run first to know that."""
    return noticed.startswith("tests/") and first_failure([noticed], tree) is not None


def play(mutants: list[Mutant], workers: int) -> list[str | None]:
    """What notices each of the changes, some side by side, each worker in a copy of its own."""
    with TemporaryDirectory(prefix="mutants") as folder:
        Path(folder).chmod(0o755)  # some tests run a command as somebody else, who reads this copy
        trees = [Path(folder) / str(n) for n in range(workers)]
        for tree in trees:
            shutil.copytree(ROOT, tree, ignore=KEPT_OUT)
        for room, tests in TESTS.items():
            if first_failure(["--collect-only", *tests], trees[0]) is not None:
                sys.exit(f"the tests of {room} cannot start where nothing is changed")

        def some(worker: int) -> list[tuple[int, str | None]]:
            seen = []
            for at in range(worker, len(mutants), workers):
                mutant = mutants[at]
                noticed = notice(mutant, trees[worker])
                if noticed is not None and fails_anyway(noticed, trees[worker]):
                    raise SystemExit(f"{noticed} fails where nothing is changed")
                name = mutant.name((ROOT / mutant.path).read_bytes())
                print(f"{noticed or 'SURVIVES'}: {name}", flush=True)
                seen.append((at, noticed))
            return seen

        with ThreadPoolExecutor(workers) as pool:
            told = dict(pair for seen in pool.map(some, range(workers)) for pair in seen)
    return [told[at] for at in range(len(mutants))]


def summary(mutants: list[Mutant], noticed: list[str | None], seed: int) -> tuple[int, str]:
    """How many are noticed, and that in the words of docs/quality.md."""
    lines = ["| Room | Changed | Noticed |", "| --- | --: | --: |"]
    for room in sorted(TESTS):
        told = [test for mutant, test in zip(mutants, noticed, strict=True) if mutant.room == room]
        lines.append(f"| {room} | {len(told)} | {sum(test is not None for test in told)} |")
    total = sum(test is not None for test in noticed)
    lines += ["", f"{total} of {len(mutants)} noticed (seed {seed}). Not noticed:", ""]
    for mutant, test in zip(mutants, noticed, strict=True):
        if test is None:
            name = mutant.name((ROOT / mutant.path).read_bytes())
            why = EQUIVALENT.get(name.partition(": ")[2], "no test holds this yet")
            lines.append(f"- `{name}`: {why}")
    return total, "\n".join(lines)


def write(text: str) -> None:
    """The figures under their own heading; the rest of the page stays as it is."""
    page = ROOT / "docs" / "quality.md"
    before = page.read_text("utf-8") if page.exists() else "# How well the tests look\n"
    part = f"{HEADING}\n\nWritten by `python tests/mutants.py --write`.\n\n{text}\n\n{END}\n"
    if HEADING in before:
        head, _, rest = before.partition(HEADING)
        before = head + part + rest.partition(END + "\n")[2]
    else:
        before = before.rstrip("\n") + "\n\n" + part
    page.write_text(before, "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", action="store_true", help="record it in docs/quality.md")
    given = parser.parse_args()
    began = time.monotonic()
    mutants = chosen(given.count, given.seed)
    total, text = summary(mutants, play(mutants, given.workers), given.seed)
    print(f"\n{text}\n\n{time.monotonic() - began:.0f} s")
    if given.write:
        write(text)
    return 0 if total * COUNT >= FLOOR * len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
