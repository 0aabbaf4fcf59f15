"""``make fuzz``: damaged input to every command, and what must never come of it.

Each case runs the command in a child of its own, whose processor time and memory the system
counts; a case that failed is run again as ``python -m costplan``. What must hold: an exit code of
the documented ones, no traceback, at most 2 s of processor and 500 MB, JSON as its schema says with
no NaN and no negative total, and no exit 0 on a saved document that breaks its schema.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pickle
import re
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "cli")]

from cases import KINDS, Case, case, locks  # noqa: E402
from run import ROOT, Ran, costplan, process  # noqa: E402

CODES = (0, 1, 2, 3)
SECONDS, MEGABYTES = 2.0, 500
STOP_SECONDS, STOP_BYTES = 20, 3_000_000_000
"""Where the system ends a case, far above what fails it."""
SCHEMA_KINDS = (
    "estimate",
    "bill",
    "comparison",
    "diff",
    "check",
    "price-diff",
    "price-refresh",
    "audit",
)
PAGE = ROOT / "docs" / "quality.md"
ENVIRONMENT = {"COSTPLAN_DEBUG": "1"}  # a fault shows where


class Outcome(NamedTuple):
    """What a case came to. ``faults``: what must not be, in words."""

    number: int
    kind: str
    code: int
    seconds: float
    megabytes: float
    faults: tuple[str, ...]
    shown: str = ""


@cache
def schema(kind: str) -> Any:
    from jsonschema import Draft202012Validator

    ran = costplan("schema", kind, folder=ROOT)
    return Draft202012Validator(json.loads(ran.out))


def _broken(kind: Any, data: Any) -> str:
    """The first way in which a document breaks the schema of its kind; empty for none."""
    if kind not in SCHEMA_KINDS:
        return ""
    error = next(iter(schema(kind).iter_errors(data)), None)
    if error is None:
        return ""
    where = ".".join("[]" if isinstance(one, int) else str(one) for one in error.absolute_path)
    return f"{where}: {error.message[:150]}"


def _negative_total(data: Any) -> str:
    if isinstance(data, dict):
        for key, value in data.items():
            number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            if key.startswith("total") and number and value < 0:
                return f"{key} = {value}"
            if inside := _negative_total(value):
                return inside
    elif isinstance(data, list):
        for value in data:
            if inside := _negative_total(value):
                return inside
    return ""


def _constant(text: str) -> float:
    raise ValueError(f"{text} in the output")


def faults(given: Case, ran: Ran, seconds: float, megabytes: float) -> Iterator[str]:
    """Everything that must not be."""
    if ran.code not in CODES:
        yield f"exit {ran.code}"
    if "Traceback (most recent call last)" in ran.err:
        yield "traceback " + _last_words(ran.err)
    if seconds > SECONDS:
        yield f"{given.arguments[0]} over {SECONDS:g} s of processor"
    if megabytes > MEGABYTES:
        yield f"{given.arguments[0]} over {MEGABYTES} MB"
    if ran.code in CODES and ran.code != 2:
        yield from _bad_output(given, ran)


def _last_words(err: str) -> str:
    places = re.findall(r'File ".*?(costplan/[^"]+)", line (\d+), in (\S+)', err)
    last = err.strip().splitlines()[-1]
    return f"{':'.join(places[-1]) if places else ''} {last[:120]}"


def _bad_output(given: Case, ran: Ran) -> Iterator[str]:
    at = given.arguments.index("--format") + 1 if "--format" in given.arguments else 0
    if at and given.arguments[at : at + 1] == ("json",) and ran.out:
        try:
            data = json.loads(ran.out, parse_constant=_constant)
        except ValueError as error:
            yield f"{given.arguments[0]} prints no JSON: {error}"
            return
        if isinstance(data, dict):
            if wrong := _broken(data.get("kind"), data):
                yield f"{given.arguments[0]} breaks the schema of its {data['kind']}: {wrong}"
            if below := _negative_total(data):
                yield f"{given.arguments[0]} has a total below zero: {below.split()[0]}"
    elif re.search(r"\bNaN\b|(?<![\w-])-?Infinity\b", ran.out) and not _says(given):
        yield f"{given.arguments[0]} prints NaN"
    if given.kind == "saved" and ran.code in (0, 1):
        document = json.loads(given.files["saved.json"])
        newer = str(document.get("schema_version", "")) not in ("1.0", "1.1")
        if not newer and (wrong := _broken(document.get("kind"), document)):
            kind = document.get("kind")
            yield f"{given.arguments[0]} takes a {kind} that breaks its schema: {wrong}"


def _says(given: Case) -> bool:
    """Whether the input itself has the word, as a name."""
    everything = b"".join(given.files.values()) + " ".join(given.arguments).encode(
        "utf-8", "replace"
    )
    return b"NaN" in everything or b"Infinity" in everything


def write(given: Case, folder: Path) -> None:
    for name, data in given.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def in_a_child(given: Case) -> tuple[Ran, float, float]:
    """Run a case in a fork of this process: what it left, its processor seconds and peak MB."""
    with tempfile.TemporaryDirectory(prefix="fuzz") as name, tempfile.TemporaryFile() as left:
        write(given, Path(name))
        child = os.fork()
        if not child:
            status = 1
            try:
                resource.setrlimit(resource.RLIMIT_AS, (STOP_BYTES, STOP_BYTES))
                resource.setrlimit(resource.RLIMIT_CPU, (STOP_SECONDS, STOP_SECONDS + 1))
                ran = costplan(*given.arguments, folder=Path(name), env=ENVIRONMENT)
                left.write(pickle.dumps(tuple(ran)))
                left.flush()
                status = 0
            finally:
                os._exit(status)
        _, status, used = os.wait4(child, 0)
        left.seek(0)
        kept = left.read()
    if status or not kept:
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        word = signal.Signals(number).name if number else f"status {status}"
        ran = Ran(-1, "", f"ended by {word}")
    else:
        ran = Ran(*pickle.loads(kept))
    return ran, used.ru_utime + used.ru_stime, used.ru_maxrss / 1_000


def attempt(number: int, seed: int, scratch: Path) -> Outcome:
    given = case(number, seed, scratch)
    ran, seconds, megabytes = in_a_child(given)
    wrong = tuple(faults(given, ran, seconds, megabytes))
    shown = f"{given.arguments}\n{ran.err[-3_000:]}" if wrong else ""
    return Outcome(number, given.kind, ran.code, seconds, megabytes, wrong, shown)


def again(number: int, seed: int, scratch: Path) -> str:
    """A case as a real command: whether its exit code and a traceback are what the child had."""
    given = case(number, seed, scratch)
    with tempfile.TemporaryDirectory(prefix="fuzz") as name:
        write(given, Path(name))
        with contextlib.suppress(Exception):
            ran = process(*given.arguments, folder=Path(name))
            return f"as a process: exit {ran.code}; {ran.err.strip()[:300]}"
    return "as a process: no end within a minute, or no text"


def worker(first: int, count: int, step: int, seed: int) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="fuzz") as name:
        scratch = Path(name)
        locks(scratch)
        found = []
        for number in range(first, count, step):
            found.append(attempt(number, seed, scratch))
            for fault in found[-1].faults:
                print(f"--only {number}: {fault}", file=sys.stderr, flush=True)
            if number // step % 250 == 0 and not first:
                print(f"{number:,} of {count:,}", file=sys.stderr)
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--only", type=int, help="one case, shown in full")
    parser.add_argument("--write", action="store_true", help=f"write the figures to {PAGE.name}")
    given = parser.parse_args()
    if given.only is not None:
        return show(given.only, given.seed)
    begun = time.monotonic()
    with get_context("spawn").Pool(given.workers) as pool:
        parts = [(at, given.cases, given.workers, given.seed) for at in range(given.workers)]
        outcomes = [one for part in pool.starmap(worker, parts, 1) for one in part]
    took = time.monotonic() - begun
    failed = [one for one in outcomes if one.faults]
    report(failed, given.seed)
    page = figures(outcomes, given.seed, took, given.workers)
    print(page)
    if given.write:
        PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), page), encoding="utf-8")
    return 1 if failed else 0


def show(number: int, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="fuzz") as name:
        outcome = attempt(number, seed, Path(name))
        given = case(number, seed, Path(name))
        for path, data in given.files.items():
            print(f"--- {path}\n{data.decode('utf-8', 'replace')}")
        print(outcome.shown or given.arguments, outcome._replace(shown=""), sep="\n")
        print(again(number, seed, Path(name)))
    return 1 if outcome.faults else 0


def report(failed: list[Outcome], seed: int) -> None:
    """Each kind of fault once: how often, its first case, and that case as a real command."""
    kinds: dict[str, list[Outcome]] = {}
    for one in failed:
        for fault in one.faults:
            kinds.setdefault(re.sub(r"\d+(\.\d+)?|'[^']*'", "N", fault), []).append(one)
    with tempfile.TemporaryDirectory(prefix="fuzz") as name:
        for fault, outcomes in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
            first = outcomes[0]
            print(f"== {len(outcomes)} x {outcomes[0].kind}: {fault}")
            print(f"   --only {first.number}: {first.faults[0][:300]}\n   {first.shown[:200]!r}")
            print(f"   {again(first.number, seed, Path(name))}")


BEGIN, END = "<!-- fuzz -->", "<!-- end of fuzz -->"


def figures(outcomes: list[Outcome], seed: int, took: float, workers: int) -> str:
    """The run as Markdown."""
    codes = Counter((one.kind, one.code) for one in outcomes)
    rows = []
    for kind in KINDS:
        own = [one for one in outcomes if one.kind == kind]
        if not own:
            continue
        ends = " | ".join(f"{codes[kind, code]:,}" for code in CODES)
        slowest, largest = max(one.seconds for one in own), max(one.megabytes for one in own)
        failed = sum(bool(one.faults) for one in own)
        rows.append(
            f"| {kind} | {len(own):,} | {ends} | {failed} | {slowest:.2f} s | {largest:.0f} MB |"
        )
    return "\n".join(
        [
            BEGIN,
            "",
            f"{time.strftime('%Y-%m-%d', time.gmtime())}: {len(outcomes):,} cases of seed {seed}, "
            f"{took:,.0f} s with {workers} workers, "
            f"{sum(bool(one.faults) for one in outcomes)} failures.",
            "",
            "| what was damaged | cases | exit 0 | 1 | 2 | 3 | failures | slowest | most memory |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
            "",
            END,
        ]
    )


def replaced(text: str, part: str) -> str:
    """The page with its figures in place of those that were there."""
    before, _, rest = text.partition(BEGIN)
    return before + part + rest.partition(END)[2]


if __name__ == "__main__":
    raise SystemExit(main())
