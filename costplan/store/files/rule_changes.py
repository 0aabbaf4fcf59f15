"""What a change does to the rules and prices that judge it: no file loosens its judge unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from costplan.facts import Fact, fact, unique
from costplan.problems import BadUsage, CostplanError
from costplan.store.files import generations
from costplan.store.files.git import Repository
from costplan.store.files.revisions import PRICES
from costplan.store.files.text import LARGEST_FILE, decode, parse_toml, read_bytes
from costplan.store.files.workloads import LOCK_NAME

RULES = ("budget", "policy", "stale_after_days", "currency", "exchange")
"""Keys that decide what a check lets pass: told of value by value."""
TERMS = ("prices", "discount", "commitment", "credit")
"""Keys that decide what a price comes to: told of by their name."""
TOLD = 6
"""Changes of one file, and files, that are told of by name."""

Files = Mapping[str, bytes]


def rule_changes(
    path: Path, base: str, head: str | None = None, policies: Sequence[Path] = ()
) -> list[Fact]:
    """What a workload's head says otherwise than its base of budget, policies, prices and lock, and
    what became of ``policies`` that lie in a repository themselves.

    ``head`` None: as it lies on disk. Empty where the base has no such workload; one fact where
    git cannot tell, as in a clone that lacks the base.
    """
    try:
        return _changes(path, base, head, policies)
    except BadUsage as error:
        return [fact("rules-untold", base, reason=str(error.message))]


def _changes(path: Path, base: str, head: str | None, policies: Sequence[Path]) -> list[Fact]:
    repository = Repository.find(path)
    repository.commit(base)
    try:
        if not repository.exists_at(base, repository.inside(path)):
            return []
        before = _at(repository, path, base)
    except BadUsage as error:  # a file that is too large, or a link: told, and no reason to stop
        return [fact("rules-not-compared", path.name, reason=str(error))]
    after = _on_disk(path) if head is None else _at(repository, path, head)
    facts = _told(path.name, before.pop(path.name), after.pop(path.name, b""), (*RULES, *TERMS))
    return [*facts, *_files(before, after), *_policies(base, policies)]


def _at(repository: Repository, path: Path, revision: str) -> dict[str, bytes]:
    """The workload's own text, its lock and its prices in a revision, by name."""
    inside = repository.inside(path)
    beside = inside[: -len(path.name)]
    contents = {
        name: repository.read_at(revision, beside + name)
        for name in (path.name, LOCK_NAME)
        if repository.exists_at(revision, beside + name)
    }
    if repository.exists_at(revision, beside + PRICES):
        prices = repository.folder_at(revision, beside + PRICES, generations.READ)
        contents |= {f"{PRICES}/{name}": data for name, data in prices.items()}
    return contents


def _on_disk(path: Path) -> dict[str, bytes]:
    """The same as it lies on disk."""
    folder, prices = path.parent, path.parent / PRICES
    files = [path, folder / LOCK_NAME]
    files += [file for file in prices.rglob("*") if str(file).endswith(generations.READ)]
    return {
        file.relative_to(folder).as_posix(): read_bytes(file, LARGEST_FILE)
        for file in files
        if file.is_file()
    }


def _policies(base: str, policies: Iterable[Path]) -> Iterable[Fact]:
    for path in policies:
        try:
            repository = Repository.find(path)
            inside = repository.inside(path)
            if not repository.exists_at(base, inside):
                yield fact("policy-is-new", path.name, base=base)
                continue
            before = repository.read_at(base, inside)
        except BadUsage:  # outside of what the change can reach, or of another repository
            continue
        yield from _told(path.name, before, read_bytes(path, LARGEST_FILE), RULES)


def _told(name: str, before: bytes, after: bytes, keys: Iterable[str]) -> list[Fact]:
    """A fact for each rule that was added, taken away or changed; the first of many."""
    was, now = (_rules(name, data) for data in (before, after))
    if was is None or now is None:
        return [fact("rules-unreadable-before", name)]
    said: list[Fact] = []
    for key in keys:
        if key in TERMS:
            said += [fact("table-changed", name, table=key)] if was.get(key) != now.get(key) else []
            continue
        old, new = dict(_leaves(key, was.get(key))), dict(_leaves(key, now.get(key)))
        for place in dict.fromkeys([*old, *new]):
            if old.get(place) != new.get(place):
                values = {"before": old.get(place, "none"), "now": new.get(place, "none")}
                said.append(fact("rule-changed", name, rule=place, **values))
    return _first(said, "more-rules-changed", name)


def _rules(name: str, data: bytes) -> Mapping[str, Any] | None:
    try:
        return parse_toml(name, decode(data, name, LARGEST_FILE))
    except CostplanError:
        return None


def _leaves(place: str, value: object) -> Iterable[tuple[str, str]]:
    """Every value of a table with its place; the tables of an array go by their name."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(f"{place}.{key}", inner)
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for at, item in enumerate(value):
            yield from _leaves(f"{place} '{item.get('name', at)}'", item)
    elif value is not None:
        yield place, str(value)


def _files(before: Files, after: Files) -> list[Fact]:
    """The lock and the files of prices that are not as they were; refreshed ones as a whole."""
    said: list[Fact] = []
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if was != now:
            refreshed = name.startswith(f"{PRICES}/{generations.FOLDER}/")
            word = "new" if was is None else "gone" if now is None else "changed"
            whole = fact("file-changed", f"{PRICES}/{generations.FOLDER}", how="changed")
            said.append(whole if refreshed else fact("file-changed", name, how=word))
    return _first(unique(said), "more-files-changed")


def _first(told: list[Fact], rest: str, name: str = "") -> list[Fact]:
    more = len(told) - TOLD
    return told if more <= 0 else [*told[:TOLD], fact(rest, name, more=more)]
