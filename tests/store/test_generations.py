"""Refreshed prices on disk: old or new, never a mix, and nothing that is damaged is billed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from costplan.catalog.lookup import Catalog
from costplan.problems import BadUsage
from costplan.store.files import generations
from costplan.store.files.shelves import RefreshedFolder, SlicedFolder, WholeFolder, layers
from costplan.store.files.writing import Busy

HEAD = 'vendor = "Acme"\ncurrency = "USD"\nsource.page = { at = "acme", confidence = "dataset" }\n'
MODEL = """
[[model]]
id = "acme/{name}"

[[model.price]]
origin = {{ since = 2026-01-01, checked = {checked}, source = "page" }}
unit = "token"
per = 1_000_000
rates = {{ input = {price}, output = 2 }}
"""


def file(price: int = 1, checked: str = "2026-06-01", name: str = "chat") -> dict[str, str]:
    return {"tokens/acme.toml": HEAD + MODEL.format(name=name, checked=checked, price=price)}


def price(folder: Path, name: str = "acme/chat") -> int | None:
    entry = Catalog(layers("user", folder, [])).find(name)
    return int(entry.item.card(date(2026, 7, 1)).rates.input) if entry else None


def generations_in(folder: Path) -> set[str]:
    root = folder / generations.FOLDER
    return {one.name for one in root.iterdir() if one.is_dir()}


def test_a_generation_is_read_after_it_is_written(tmp_path: Path) -> None:
    name = generations.write(tmp_path, file(), None)
    assert generations.current(tmp_path) == name
    assert price(tmp_path) == 1
    assert price(tmp_path, "acme/other") is None


def test_the_name_follows_from_the_content() -> None:
    one = generations.name_of(file())
    assert one == generations.name_of(file()) != generations.name_of(file(price=2))
    assert generations.name_of({"a": "bc"}) != generations.name_of({"ab": "c"})


def test_the_generation_before_stays_and_older_ones_go(tmp_path: Path) -> None:
    names: list[str | None] = [None]
    for cost in (1, 2, 3):
        names.append(generations.write(tmp_path, file(cost), names[-1]))
    assert generations_in(tmp_path) == set(names[-2:])
    assert price(tmp_path) == 3


def test_half_written_generations_are_not_seen_and_go(tmp_path: Path) -> None:
    first = generations.write(tmp_path, file(), None)
    root = tmp_path / generations.FOLDER
    (root / ".0123456789abcdef/tokens").mkdir(parents=True)
    (root / ".0123456789abcdef/tokens/acme.toml").write_text("half")
    (root / "fedcba9876543210").mkdir()
    (root / ".current").write_text("half")
    assert price(tmp_path) == 1
    second = generations.write(tmp_path, file(2), first)
    assert generations_in(tmp_path) == {first, second}
    assert price(tmp_path) == 2


def test_what_is_not_a_generation_is_left_alone(tmp_path: Path) -> None:
    root = tmp_path / generations.FOLDER
    (root / "notes").mkdir(parents=True)
    (root / "README.md").write_text("mine")
    generations.write(tmp_path, file(), None)
    assert (root / "notes").is_dir()
    assert (root / "README.md").read_text() == "mine"


def test_a_refresh_that_came_between_is_not_overwritten(tmp_path: Path) -> None:
    generations.write(tmp_path, file(1), None)
    with pytest.raises(Busy, match="has just changed"):
        generations.write(tmp_path, file(2), None)
    assert price(tmp_path) == 1


HOLD = """
import sys, time
from pathlib import Path
from costplan.store.files import generations
with generations._alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_refreshes_do_not_write_at_once_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    root = tmp_path / generations.FOLDER
    root.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(Busy, match="is writing"):
                generations.write(tmp_path, file(), None)
            assert price(tmp_path) is None
        finally:
            holder.kill()
    generations.write(tmp_path, file(), None)
    assert price(tmp_path) == 1


@pytest.mark.parametrize("text", ["", "../../etc", "0123456789abcdef", "x" * 1000, "\x00"])
def test_a_pointer_that_names_nothing_is_an_error(tmp_path: Path, text: str) -> None:
    generations.write(tmp_path, file(), None)
    (tmp_path / "refreshed/current").write_text(text)
    with pytest.raises(BadUsage, match="current"):
        price(tmp_path)


def test_an_edited_file_is_an_error(tmp_path: Path) -> None:
    name = generations.write(tmp_path, file(), None)
    path = tmp_path / "refreshed" / name / "tokens/acme.toml"
    path.write_text(path.read_text().replace("input = 1", "input = 0"))
    with pytest.raises(BadUsage, match="not as the refresh wrote it"):
        price(tmp_path)


def test_a_file_that_was_added_is_an_error(tmp_path: Path) -> None:
    name = generations.write(tmp_path, file(), None)
    path = tmp_path / "refreshed" / name / "tokens/other.toml"
    path.write_text(file()["tokens/acme.toml"].replace("acme/", "other/"))
    with pytest.raises(BadUsage, match="not as the refresh wrote it"):
        price(tmp_path, "other/chat")


def test_missing_sums_are_an_error(tmp_path: Path) -> None:
    name = generations.write(tmp_path, file(), None)
    os.remove(tmp_path / "refreshed" / name / "sums")
    with pytest.raises(BadUsage, match="which is not there"):
        price(tmp_path)


def test_own_files_lie_over_refreshed_ones(tmp_path: Path) -> None:
    generations.write(tmp_path, file(1), None)
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens/acme.toml").write_text(file(7)["tokens/acme.toml"])
    assert price(tmp_path) == 7


def test_own_files_do_not_hold_the_refreshed_ones(tmp_path: Path) -> None:
    generations.write(tmp_path, file(1), None)
    assert list(WholeFolder("user", tmp_path).ids()) == []


@pytest.mark.parametrize(("checked", "expected"), [("2026-05-31", 1), ("2026-06-02", 5)])
def test_a_shelf_below_that_was_read_later_wins(
    tmp_path: Path, checked: str, expected: int
) -> None:
    """A newer release of the catalogue is not hidden by an older refresh."""
    below = tmp_path / "below"
    (below / "tokens").mkdir(parents=True)
    (below / "tokens/acme.toml").write_text(file(5, checked)["tokens/acme.toml"])
    name = generations.write(tmp_path, file(1), None)
    shelves = [SlicedFolder("built-in", below)]
    shelves.append(RefreshedFolder(tmp_path / "refreshed" / name, Catalog(tuple(shelves))))
    entry = Catalog(shelves).find("acme/chat")
    assert entry is not None
    assert entry.item.card(date(2026, 7, 1)).rates.input == expected


def test_only_the_blocks_named_are_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three thousand refreshed models cost a bill no more than the two that it names."""
    models = [MODEL.format(name=f"m{n}", checked="2026-06-01", price=n) for n in range(3_000)]
    generations.write(tmp_path, {"tokens/acme.toml": HEAD + "".join(models)}, None)
    parsed: list[int] = []
    from costplan.store.files import shelves
    from costplan.store.files.text import parse_toml

    def counted(name: str, text: str) -> dict:
        parsed.append(text.count("[[model]]"))
        return parse_toml(name, text)

    monkeypatch.setattr(shelves, "parse_toml", counted)
    catalog = Catalog(layers("user", tmp_path, []))
    assert [int(catalog.get(f"acme/m{n}").item.price[0].rates.input) for n in (7, 2_999)] == [
        7,
        2_999,
    ]
    assert parsed == [1, 1], "a block each, with the head"
