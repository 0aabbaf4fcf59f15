# ruff: noqa: E501 (tables of odd values)
"""Cases of ``make fuzz``: files that are damaged, and the command that reads them.

Every case is told by its number and a seed alone, so that any of them can be run again.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import tomli_w
from damage import TEXTS, at_random, damaged, words
from run import DAY, ROOT, WORKLOAD, costplan

from costplan.cli import app
from costplan.cli.common import tree

POLICIES = (
    """\
stale_after_days = 90
exchange.usd_per_eur = { rate = 1.10, date = 2026-11-20, source = "ECB" }
budget = { vendor_share = 0.6, overridden_prices = 0, allow_unpriced = [], allow_stale = [] }
""",
    """\
[budget]
monthly_total = { warn = 2_500, deny = 3_000 }
min_reliability = 0.98
component.tokens = 1_000
increase_percent = { warn = 5 }
allow_unpriced = ["aws/agentcore-runtime"]
[[policy]]
name = "people, not tokens, are the cost"
deny = "component_tokens > 0.5 * total_monthly"
message = "tokens are over half of the bill"
[[policy]]
name = "a seat stays cheap"
warn = "seats > 0 and total_monthly / seats > 800"
""",
)
SHARES = {
    "workload": 4,
    "catalogue": 3,
    "policy": 2,
    "saved": 5,
    "lock": 2,
    "upstream": 1,  # ten times as dear: a refresh reads the whole catalogue
    "command line": 3,
}
KINDS = tuple(SHARES)
TURNS = tuple(kind for kind, share in SHARES.items() for _ in range(share))
ONE_IN = 10
"""One case in so many is damaged byte by byte, which mostly tries the parsers."""


class Case(NamedTuple):
    """What a command is run on. ``read``: the file that is under test; ``kind``: what it is."""

    kind: str
    arguments: tuple[str, ...]
    files: dict[str, bytes]
    read: str = ""


def toml(text: str) -> Any:
    return tomllib.loads(text)


@cache
def workloads() -> tuple[Any, ...]:
    paths = [*sorted((ROOT / "examples").glob("*.toml")), ROOT / "examples/terms/costplan.toml"]
    return (toml(WORKLOAD), *(toml(path.read_text()) for path in paths))


@cache
def catalogues() -> tuple[tuple[str, Any], ...]:
    """Files of prices by the category that they lie in."""
    paths = [
        *(ROOT / "tests/golden/pricing").rglob("*.toml"),
        *(ROOT / "examples/terms/pricing").rglob("*.toml"),
        *(ROOT / "pricing").rglob("*.toml"),
    ]
    small = sorted(path for path in paths if path.stat().st_size < 40_000)
    return tuple((path.parent.name, toml(path.read_text())) for path in small)


@cache
def saved() -> tuple[Any, ...]:
    paths = [
        *(ROOT / "tests/data/saved").glob("*.json"),
        *(ROOT / "tests/golden").rglob("*.json"),
    ]
    found = [json.loads(path.read_text()) for path in sorted(paths)]
    return tuple(one for one in found if isinstance(one, dict))


@cache
def upstream() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "upstream.json").read_text())
    return found


@cache
def locks(folder: Path) -> tuple[Any, ...]:
    """What ``pricing lock`` writes for the examples, the workloads beside it."""
    found = []
    for data in workloads():
        for name, text in _beside(data).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text)
        ran = costplan("pricing", "lock", "costplan.toml", *DAY, folder=folder)
        if ran.code == 0:
            found.append((data, toml((folder / "costplan.lock").read_text())))
            (folder / "costplan.lock").unlink()
    assert found, "no example can be locked"
    return tuple(found)


def written(data: Any) -> bytes:
    """As TOML; as JSON, which is then no TOML, where TOML has no words for the damage."""
    try:
        return tomli_w.dumps(data).encode("utf-8", "surrogatepass")
    except (TypeError, AttributeError, ValueError):
        return json.dumps(data, default=str).encode()


def _beside(data: Any) -> dict[str, bytes]:
    """A workload, with the prices that the example of terms has beside it."""
    terms = ROOT / "examples/terms/pricing/vector-db/cluster.toml"
    own = (
        {"pricing/vector-db/cluster.toml": terms.read_bytes()}
        if data.get("name") == "terms"
        else {}
    )
    return {"costplan.toml": written(data), **own}


def case(number: int, seed: int, folder: Path) -> Case:
    """The case of a number. ``folder`` is where locks may be written for it."""
    chance = Random(f"{seed}:{number}")
    kind = chance.choice(TURNS)
    return MAKERS[kind](chance, folder)


def _damage(
    chance: Random, data: Any, others: tuple[Any, ...], write: Callable[[Any], bytes]
) -> bytes:
    if chance.randrange(ONE_IN) == 0:
        return at_random(write(data), chance)
    return write(damaged(data, chance, others, _words(others)))


def _words(others: tuple[Any, ...]) -> dict[str, list[Any]]:
    if id(others) not in WORDS:
        WORDS[id(others)] = (others, words(others))
    return WORDS[id(others)][1]


WORDS: dict[int, tuple[Any, dict[str, list[Any]]]] = {}


def _json(data: Any) -> bytes:
    return json.dumps(data, default=str).encode()


def _workload(chance: Random, folder: Path) -> Case:
    data = chance.choice(workloads())
    files = {**_beside(data), "costplan.toml": _damage(chance, data, workloads(), written)}
    way = chance.choice(
        (
            ("estimate", *DAY, "--format", "json"),
            ("estimate", *DAY, "--format", chance.choice(("html", "focus", "markdown", "table"))),
            ("compare", *DAY, "--format", "json"),
            ("compare", *DAY, "--levers"),
            ("check", *DAY, "--format", "json", "--max-total", "1000"),
            ("diff", "before.toml", "costplan.toml", *DAY, "--format", "json"),
            ("validate", "costplan.toml"),
            ("pricing", "lock", *DAY),
        )
    )
    if way[0] == "diff":
        files["before.toml"] = written(data)
    return Case("workload", way, files, "costplan.toml")


def _catalogue(chance: Random, folder: Path) -> Case:
    category, data = chance.choice(catalogues())
    every = tuple(one for _, one in catalogues())
    files = {
        f"pricing/{category}/mine.toml": _damage(chance, data, EVERY.setdefault(0, every), written)
    }
    files = {**_beside(chance.choice(workloads())), **files}
    names = [one.get("id") for key in ("offer", "model") for one in data.get(key, [])] or ["x/y"]
    way = chance.choice(
        (
            ("estimate", *DAY, "--format", "json"),
            ("validate", "costplan.toml"),
            ("pricing", "audit", "pricing", "--format", "json"),
            ("pricing", "list", "--format", "json"),
            ("pricing", "show", str(chance.choice(names))),
            ("price", str(chance.choice(names)), "--format", "json", *DAY),
            ("pricing", "report", "pricing"),
        )
    )
    return Case("catalogue", way, files)


EVERY: dict[int, tuple[Any, ...]] = {}


def _policy(chance: Random, folder: Path) -> Case:
    policies = EVERY.setdefault(1, tuple(toml(one) for one in POLICIES))
    files = {
        **_beside(chance.choice(workloads())),
        "house.toml": _damage(chance, chance.choice(policies), policies, written),
    }
    way = ("check", *DAY, "--policy", "house.toml", "--format", "json")
    return Case("policy", way, files, "house.toml")


def _saved(chance: Random, folder: Path) -> Case:
    data = chance.choice(saved())
    files = {"saved.json": _damage(chance, data, saved(), _json)}
    way = chance.choice(
        (
            ("report", "saved.json", "--format", "json"),
            ("report", "saved.json", "--format", "html"),
            ("report", "saved.json", "--format", "csv", "--group-by", "component"),
            ("check", "saved.json", "--format", "json", "--max-total", "1000"),
            ("diff", "saved.json", "before.json", "--format", "json"),
            ("comment", "github", "saved.json", "--dry-run"),
        )
    )
    if way[0] == "diff":
        files["before.json"] = _json(data)
    return Case("saved", way, files, "saved.json")


def _lock(chance: Random, folder: Path) -> Case:
    every = locks(folder)
    workload, data = chance.choice(every)
    others = EVERY.setdefault(2, tuple(one for _, one in every))
    files = {
        **_beside(workload),
        "costplan.lock": _damage(chance, data, others, written),
    }
    way = chance.choice(
        (
            ("estimate", *DAY, "--format", "json"),
            ("estimate", *DAY, "--locked"),
            ("pricing", "lock", "--check", *DAY),
            ("pricing", "lock", "--update", *DAY),
            ("pricing", "diff", "costplan.lock", "now.lock", "--format", "json"),
        )
    )
    if "now.lock" in way:
        files["now.lock"] = written(data)
    return Case("lock", way, files, "costplan.lock")


def _upstream(chance: Random, folder: Path) -> Case:
    name = chance.choice(list(upstream()))
    others = EVERY.setdefault(3, tuple(upstream().values()))
    files = {"answer.json": _damage(chance, upstream()[name], others, _json)}
    given = f"{name}=answer.json" if chance.random() < 0.8 else "answer.json"
    way = ("pricing", "refresh", "--from", given, "--to", "pricing", "--format", "json")
    if chance.random() < 0.5:
        way = (*way, "--dry-run")
    return Case("upstream", way, files, "answer.json")


def _command_line(chance: Random, folder: Path) -> Case:
    path, command = chance.choice(commands())
    arguments = list(path.split())
    for parameter in command.params:
        if chance.random() < (0.25 if tree.is_option(parameter) else 0.8):
            if tree.is_option(parameter):
                arguments.append(chance.choice(tree.names(parameter)))
            if not tree.is_option(parameter) or tree.takes_value(parameter):
                arguments.append(_word(parameter, chance))
    if chance.randrange(ONE_IN) == 0:
        chance.shuffle(arguments)
    arguments = [one.replace("\x00", "") for one in arguments]  # the system takes none
    files = {
        "costplan.toml": WORKLOAD.encode(),
        "saved.json": _json(chance.choice(saved())),
        "house.toml": POLICIES[0].encode(),
    }
    return Case("command line", tuple(arguments), files)


@cache
def commands() -> tuple[tuple[str, Any], ...]:
    """Every command but those that would use the network or a terminal."""
    networked = {"pricing refresh", "comment"}
    return tuple((path, command) for path, command in tree.leaves(app([])) if path not in networked)


def _word(parameter: Any, chance: Random) -> str:
    fixed = tree.fixed_values(parameter)
    if fixed and chance.random() < 0.7:
        return chance.choice(fixed)
    word = chance.choice((*PLAIN, *PLAIN, *TEXTS))
    return word.encode("utf-8", "replace").decode()


PLAIN = (
    "costplan.toml", "saved.json", "house.toml", "a", "b", "2026-11-22", "0", "1", "-1", "1e999", "nan",
    "0.5", "10%", "tokens=1000", "step.answer.input_tokens=5", "traffic=1", "stack.a.chat=x/y", "a.b.c=[1",
    "usd_per_eur=1.1@2026-11-20", "usd_per_eur=0@2026-11-20", "component=tokens", "component", "json=out.json",
    "openai/gpt-6.1-terra", "anthropic/claude-opus-5", "github", "gitlab", "minimal", "9999-12-31", "0001-01-01",
    "2026-11-22T25:00", "missing.toml", ".", "-", "--", "--format", "vendor_share", "x.json", "pinecone/standard",
)  # fmt: skip

MAKERS: dict[str, Callable[[Random, Path], Case]] = {
    "workload": _workload,
    "catalogue": _catalogue,
    "policy": _policy,
    "saved": _saved,
    "lock": _lock,
    "upstream": _upstream,
    "command line": _command_line,
}
