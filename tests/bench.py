"""Speed, as ratios within one run: never a timed test.

    python tests/bench.py [--turns 15]

Builds the wheel, installs it in a temporary folder, and prints minima over turns: each turn runs
every command once, so that a slow moment of the machine meets them all. Exits 1 where a ratio or
the memory of an estimate is above its limit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKLOAD = ROOT / "examples" / "support-agent.toml"
LARGEST = {
    "openrouter": "openrouter/openai/gpt-4o",
    "bedrock": "bedrock/amazon.nova-pro-v1:0",
    "azure": "azure/gpt-4o",
    "vercel": "vercel/openai/gpt-4o",
    "openai": "openai/gpt-4o",
    "vertex": "vertex/gemini-2.5-flash",
    "fireworks": "fireworks/gpt-oss-120b",
    "huggingface": "huggingface/openai/gpt-oss-120b",
}
"""A model in each of the largest files."""
SEARCHES = {"exact": ["openai/gpt-4o"], "prefix": ["gpt-5"], "fuzzy": ["claude", "sonet"]}
LIMITS = {"estimate, table": 12.0, "price, one model": 8.0}
LIMITS |= {"compare, 4 stacks": 20.0, "compare, 4 stacks, json": 22.0}
LIMITS |= {f"price, {vendor}": 16.0 for vendor in LARGEST}
LIMITS |= {f"pricing search, {how}": 20.0 for how in SEARCHES}
"""Times a bare start of Python."""
MOST_DRAWN = {8_192: (1.5, 200_000_000), 100_000: (2.0, 500_000_000)}
"""Seconds and bytes that a month over so many draws may take."""
RANGED = {
    "traffic.requests_per_month": 10_000,
    "step.retrieve.success": 0.97,
    "step.reason.input_tokens": 3_000,
    "step.reason.output_tokens": 400,
    "step.reason.success": 0.9,
    "step.validate.output_tokens": 100,
    "step.validate.sensitivity": 0.85,
    "human.cost_per_case": 4,
    "index.knowledge.vectors": 500_000,
    "observability.bytes_per_span": 2_000,
    "runtime.active_cpu_seconds": 2,
}
"""Numbers of the README's example that are drawn, about these."""
MOST_MEMORY = 80_000_000
"""Bytes resident at the peak of one estimate."""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as folder:
        home = install(Path(folder))
        over = processes(home, turns) + memory(home)
        reports(home, turns, Path(folder))
        subprocess.run([home / "python", __file__, "--bills"], check=True)
        subprocess.run([home / "python", __file__, "--documents"], check=True)
        over += ranges(home)
    for name in over:
        print(f"over its limit: {name}", file=sys.stderr)
    sys.exit(1 if over else 0)


def install(folder: Path) -> Path:
    """The wheel in a fresh environment; returns its folder of programs."""
    run = {"check": True, "stdout": subprocess.DEVNULL}
    wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT]
    subprocess.run(wheel, **run)
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], **run)
    programs = folder / "env" / "bin"
    packages = [*folder.glob("costplan-*.whl"), "genai-prices==0.2.3", "numpy>=2.0"]
    subprocess.run([programs / "pip", "install", "-q", *packages], **run)
    return programs


def ranges(programs: Path) -> list[str]:
    """Months over draws, each in a process of its own; the names of those over their limits."""
    print(f"\n{'months over draws':34} {'ms':>8} {'limit':>8} {'MB':>8}")
    over = []
    for draws, (most, memory_most) in MOST_DRAWN.items():
        command = [programs / "python", __file__, "--draws", str(draws)]
        ran = subprocess.run(command, capture_output=True, check=True, text=True)
        seconds, still, lines, peak = (float(word) for word in ran.stdout.split())
        name = f"{draws:,} draws, 4 stacks, {lines:.0f} lines"
        print(f"{name:34} {seconds * 1e3:8.1f} {most * 1e3:8.0f} {peak / 1e6:8.1f}")
        print(f"{'  of that the same at 16 draws':34} {still * 1e3:8.1f}")
        if seconds > most or peak > memory_most:
            over.append(name)
    return over


def drawn(draws: int) -> None:
    """The README's four stacks over draws of eleven of their numbers: seconds of the processor with
    drawing, those of 16 draws, lines, bytes at the peak."""
    import resource

    import numpy as np

    from costplan.risk.evaluate import spreads
    from costplan.store.files.shelves import open_catalog
    from costplan.store.files.workloads import open_workload

    opened = open_workload(str(WORKLOAD), [])
    catalog = open_catalog(opened.folder, opened.prices, opened.name, opened.text)
    day = date(2026, 11, 22)

    def month(count: int) -> float:
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            random = np.random.default_rng(1)
            values = {
                path: point * np.exp(random.normal(0, 0.01 if point < 1 else 0.3, count))
                for path, point in RANGED.items()
            }
            spreads(opened.workload, catalog, day, values)
            best = min(best, time.process_time() - start)
        return best

    still, seconds = month(16), month(draws)
    from costplan.plan.bill.estimate import estimate

    lines = sum(len(one.lines) for one in estimate(opened.workload, catalog, day).estimates)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, still, lines, peak * (1 if sys.platform == "darwin" else 1024))


def reports(programs: Path, turns: int, folder: Path) -> None:
    """A saved document of 100 stacks of 30 lines, read and drawn, against ``python -c pass``."""
    saved = folder / "saved.json"
    make = [programs / "python", __file__, "--write", saved]
    subprocess.run([str(part) for part in make], check=True)
    command = [programs / "costplan", "report", saved, "--format"]
    commands: dict[str, list[object]] = {"python -c pass": [programs / "python", "-c", "pass"]}
    forms = ["table", "json", "markdown", "html", "csv", "focus"]
    forms += ["junit", "sarif", "github", "gitlab"]
    commands |= {f"report, 100 stacks, {form}": [*command, form] for form in forms}
    print()
    race(programs, turns, commands)


def memory(programs: Path) -> list[str]:
    """The peak of one estimate, in a process of its own; its name if it is over the limit."""
    watch = "import resource, subprocess, sys\n"
    watch += "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)\n"
    watch += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    command = [programs / "python", "-c", watch, programs / "costplan", "estimate", WORKLOAD]
    ran = subprocess.run(
        [str(part) for part in command], cwd=programs, capture_output=True, check=True
    )
    peak = int(ran.stdout) * (1 if sys.platform == "darwin" else 1024)  # bytes there, else KiB
    print(f"{'estimate, peak memory':34} {peak / 1e6:8.1f} MB")
    return ["estimate, peak memory"] if peak > MOST_MEMORY else []


def processes(programs: Path, turns: int) -> list[str]:
    """Whole processes against ``python -c pass``; the names of those over their limits."""
    costplan, workload = programs / "costplan", str(WORKLOAD)
    commands: dict[str, list[object]] = {
        "python -c pass": [programs / "python", "-c", "pass"],
        "estimate, table": [costplan, "estimate", workload],
        "estimate, json": [costplan, "estimate", workload, "--format", "json"],
        "compare, 4 stacks": [costplan, "compare", workload],
        "compare, 4 stacks, json": [costplan, "compare", workload, "--format", "json"],
        "price, one model": [costplan, "price", "openai/gpt-4o", "input_tokens=1000"],
        "--version": [costplan, "--version"],
        "pricing show, one model": [costplan, "pricing", "show", "openrouter/openai/gpt-4o"],
        "pricing list, overview": [costplan, "pricing", "list"],
        "pricing list, all": [costplan, "pricing", "list", "--all"],
    }
    for vendor, name in LARGEST.items():
        commands[f"price, {vendor}"] = [costplan, "price", name, "input_tokens=1000"]
    for how, words in SEARCHES.items():
        commands[f"pricing search, {how}"] = [costplan, "pricing", "search", *words]
    ratios = race(programs, turns, commands)
    return [name for name, most in LIMITS.items() if ratios[name] > most]


def race(programs: Path, turns: int, commands: dict[str, list[object]]) -> dict[str, float]:
    """Each command once a turn; prints the minima, and gives them as times the bare start."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    best = dict.fromkeys(commands, float("inf"))
    for turn in range(turns + 2):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(
                [str(part) for part in command],
                env=environment,
                cwd=programs,  # a folder without prices of its own
                stdout=subprocess.DEVNULL,
                check=True,
            )
            if turn >= 2:  # the first two write the bytecode
                best[name] = min(best[name], time.perf_counter() - start)
    bare = best["python -c pass"]
    print(f"{'whole process, minimum of ' + str(turns):34} {'ms':>8} {'x bare':>8}")
    for name, seconds in best.items():
        print(f"{name:34} {seconds * 1000:8.1f} {seconds / bare:8.1f}")
    return {name: seconds / bare for name, seconds in best.items()}


def bills() -> None:
    """One bill of four token kinds and a tier, against genai_prices.calc_price."""
    from genai_prices import Usage, calc_price

    from costplan.billing.book import Book
    from costplan.billing.tokens import TokenUsage
    from costplan.store.files.shelves import open_catalog

    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    usage = TokenUsage(
        input_tokens=Decimal(300_000),
        cache_read_tokens=Decimal(200_000),
        cache_write_tokens=Decimal(20_000),
        output_tokens=Decimal(2_000),
    )
    catalog = open_catalog()
    entry = catalog.get("openai/gpt-5.6-sol")
    book = Book()
    tariff = book.tariff(entry, at.date())
    theirs = Usage(
        input_tokens=300_000,
        cache_read_tokens=200_000,
        cache_write_tokens=20_000,
        output_tokens=2_000,
    )

    def ours() -> object:
        return tariff.bill(usage)

    def ours_with_lookup() -> object:
        return book.tariff(catalog.get("openai/gpt-5.6-sol"), at.date()).bill(usage)

    def genai() -> object:
        return calc_price(theirs, "gpt-5.6-sol", provider_id="openai", genai_request_timestamp=at)

    total = sum(line.amount for line in tariff.bill(usage))
    print(f"\nthe same request: costplan {total.normalize()}, genai-prices {genai().total_price}")
    best = {"costplan, priced": ours, "costplan, with lookup": ours_with_lookup, "genai": genai}
    seconds = dict.fromkeys(best, float("inf"))
    for _ in range(30):
        for name, call in best.items():
            start = time.perf_counter()
            for _ in range(300):
                call()
            seconds[name] = min(seconds[name], (time.perf_counter() - start) / 300)
    print(f"{'one bill, full line items':34} {'us':>8} {'genai/x':>8}")
    for name, one in seconds.items():
        print(f"{name:34} {one * 1e6:8.2f} {seconds['genai'] / one:8.1f}")


def graphs() -> None:
    """A graph of 20 steps with retries and a validator after every fourth, in process."""
    from costplan.outcomes.graph import Graph
    from costplan.outcomes.node import Node

    def solve(rho: float) -> object:
        nodes = []
        for at in range(20):
            follows = ((at + 1 if at < 19 else None, 1.0),)
            if at % 4 == 3:
                node = Node(
                    name=f"check {at}",
                    sees=frozenset(range(at)),
                    sensitivity=0.9,
                    false_positive=0.05,
                    restart=at - 3,
                    rounds=2,
                    then="human",
                    next=follows,
                )
            else:
                node = Node(
                    name=f"step {at}",
                    success=0.97,
                    detection=0.6,
                    attempts=2,
                    exhaust="human",
                    rho=rho,
                    next=follows,
                )
            nodes.append(node)
        return Graph(nodes, 0.98).outcomes()

    print(f"\n{'20 steps, 5 of them validators':34} {'ms':>8} {'states':>8}")
    for rho in (0.0, 0.5):
        best = float("inf")
        for _ in range(15):
            start = time.perf_counter()
            outcomes = solve(rho)
            best = min(best, time.perf_counter() - start)
        print(f"{'rho ' + str(rho):34} {best * 1000:8.2f} {outcomes.states:8}")


def options() -> None:
    """The README's four stacks with 60 other ways to run their steps: solved, then billed exactly.

    One to five attempts, three success rates, with and without the validator, with and without
    people; each is a workload of its own, and shares with the others what an evaluator keeps.
    Time of the processor: nothing here waits.
    """
    from costplan.outcomes.places import Turns
    from costplan.plan.bill.priced import Evaluator
    from costplan.store.files.shelves import open_catalog
    from costplan.store.files.workloads import open_workload
    from costplan.workload.solving import Rates, Solutions

    opened = open_workload(str(WORKLOAD), [])
    workload = opened.workload
    catalog = open_catalog(opened.folder, opened.prices, opened.name, opened.text)
    ways = [way(workload, *choice) for choice in product(*CHOICES)]
    best = dict.fromkeys(("solved", "billed"), float("inf"))
    for _ in range(5):
        evaluator, turns = Evaluator(catalog, date(2026, 11, 22)), Turns()
        known = [Solutions(one, turns=turns) for one in ways]
        pairs = [(one, stack) for one in known for stack in workload.stack]
        start = time.process_time()
        for one, stack in pairs:
            one.of(Rates.of(workload.stack[stack]))
        between = time.process_time()
        for one, stack in pairs:
            evaluator.total(one, stack)
        end = time.process_time()
        best["solved"] = min(best["solved"], between - start)
        best["billed"] = min(best["billed"], end - between)
    print(f"\n{str(len(pairs)) + ' options of four stacks':34} {'ms':>8} {'ms each':>8}")
    for name, seconds in best.items():
        print(f"{name:34} {seconds * 1e3:8.1f} {seconds * 1e3 / len(pairs):8.2f}")


CHOICES = ((1, 2, 3, 4, 5), ("0.95", "0.97", "0.99"), (True, False), (True, False))


def way(workload: object, attempts: int, success: str, check: bool, people: bool) -> object:
    """The workload with so many attempts, another success rate, the validator and people or not."""
    steps = []
    for step in workload.step:
        if step.judges and check:
            reject = replace(step.on_reject, max_attempts=attempts)
            steps.append(replace(step, on_reject=reject))
        elif step.model and not step.judges:
            steps.append(replace(step, max_attempts=attempts, success=Decimal(success)))
        elif not step.judges:
            steps.append(step)
    return replace(workload, step=tuple(steps), human=workload.human if people else None)


def big(stacks: int, lines: int) -> object:
    """A saved document of so many stacks of so many lines."""
    sys.path.insert(0, str(ROOT / "tests" / "report"))
    from report_cases import scaled

    from costplan.document.saved import parse

    return parse(scaled(stacks, lines))


def write(path: str) -> None:
    """The document that whole processes read."""
    from costplan.render import Look, render

    Path(path).write_text(render(big(100, 30), "json", Look()), encoding="utf-8")


def documents() -> None:
    """Drawing grows with the lines and no faster: time a line, up to 1,000 stacks of 200 lines."""
    from costplan.render import Look, render

    print(f"\n{'drawing, in process':34} {'ms':>8} {'us/line':>8}")
    for stacks, lines in ((10, 20), (100, 30), (1000, 200)):
        document = big(stacks, lines)
        for form in ("json", "csv"):
            best = float("inf")
            for _ in range(3):
                start = time.perf_counter()
                render(document, form, Look())
                best = min(best, time.perf_counter() - start)
            name = f"{form}, {stacks} x {lines}"
            print(f"{name:34} {best * 1e3:8.1f} {best * 1e6 / stacks / lines:8.2f}")


if __name__ == "__main__":
    if "--write" in sys.argv:
        write(sys.argv[-1])
    elif "--documents" in sys.argv:
        documents()
    elif "--draws" in sys.argv:
        drawn(int(sys.argv[-1]))
    elif "--bills" in sys.argv:
        bills()
        graphs()
        options()
    else:
        main()
