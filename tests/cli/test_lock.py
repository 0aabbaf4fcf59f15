"""``costplan.lock``: what it pins, what it says when the catalogue moves, what it refuses."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from pinned import MODELS, here, plans, project
from run import DAY, ROOT, Ran, costplan, files_below

from costplan.store.files.schemas import schema

DEARER = MODELS.replace("input = 2.00", "input = 4")


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A project, locked."""
    project(tmp_path)
    ran = here("pricing", "lock", *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (0, "")
    assert "costplan.lock: 3 entries" in ran.err
    return tmp_path


def estimate(folder: Path, *options: str, day: tuple[str, ...] = DAY) -> Ran:
    return here("estimate", "--format", "json", *day, *options, folder=folder)


def totals(ran: Ran) -> list[str]:
    assert ran.code == 0, ran.err
    return [str(one["total_monthly"]) for one in ran.data["estimates"]]


def test_a_lock_changes_nothing_but_the_note_of_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "support-agent.toml", tmp_path / "costplan.toml")
    before = estimate(tmp_path)
    assert here("pricing", "lock", *DAY, folder=tmp_path).code == 0
    after = estimate(tmp_path, "--locked")
    plain, pinned = before.data, after.data
    lock = pinned["catalog"].pop("lock")
    assert plain == pinned
    assert (lock["file"], lock["as_of"]) == ("costplan.lock", "2026-11-22")
    assert set(lock["offers"]) == set(plain["catalog"]["offers"])
    assert (lock["moved"], lock["missing"]) == ([], [])
    jsonschema.Draft202012Validator(json.loads(schema("estimate"))).validate(json.loads(after.out))
    assert estimate(tmp_path, "--no-lock").out == before.out


def test_prices_stay_when_the_catalogue_moves_and_the_move_is_named(locked: Path) -> None:
    was = estimate(locked)
    project(locked, DEARER)
    now = costplan("estimate", "--format", "json", *DAY, folder=locked)
    assert totals(now) == totals(was) == ["52", "52"]
    said = "mine/small: input: lock 2, catalogue 4 since 2026-01-01"
    assert now.data["catalog"]["lock"]["moved"] == [said]
    assert totals(estimate(locked, "--no-lock")) == ["54", "54"]
    table = here("estimate", *DAY, folder=locked, width=100)
    assert "prices pinned by costplan.lock of 2026-11-22" in table.out
    assert said in table.out
    compared = here("compare", *DAY, "--format", "json", folder=locked)
    assert any(said in note for note in compared.data["notes"])


def test_many_moves_do_not_hide_the_bill(locked: Path) -> None:
    rates = "input = 4, cache_read = 1, cache_write = 5, input_audio = 6, output_audio = 7"
    modes = "mode.batch = { times = 0.5 }\nmode.flex = { times = 0.5 }"
    now = MODELS.replace("rates = { input = 2.00, output = 10 }", f"rates = {{ {rates} }}\n{modes}")
    project(locked, now)
    ran = here("estimate", *DAY, folder=locked)
    assert ran.code == 0, ran.err
    moved = here("estimate", "--format", "json", *DAY, folder=locked).data["catalog"]["lock"]
    assert len(moved["moved"]) > 5
    count = f"the catalogue has moved in {len(moved['moved'])} prices: 'costplan pricing lock"
    assert ran.out.count("the catalogue has moved") == ran.out.count(count) == 1
    full = here("estimate", "--full", *DAY, folder=locked).out
    assert full.count("the catalogue has moved: ") == 5
    assert f"{len(moved['moved']) - 5} more have moved: 'costplan pricing lock --check'" in full


def test_a_price_announced_in_the_lock_applies_from_its_day(locked: Path) -> None:
    later = estimate(locked, "--locked", day=("--as-of", "2026-12-05"))
    assert totals(later) == ["53", "53"]


@pytest.mark.parametrize("command", ["estimate", "compare"])
def test_locked_refuses_every_difference_with_words(locked: Path, command: str) -> None:
    run = lambda: here(command, *DAY, "--locked", folder=locked)  # noqa: E731
    assert run().code == 0
    project(locked, DEARER, plans(team="21", solo="30"))
    ran = run()
    assert (ran.code, ran.out) == (3, "")
    assert "- mine/small: input: lock 2, catalogue 4 since 2026-01-01" in ran.err
    assert "- box/team: seats: lock 20, catalogue 21 since 2026-01-01" in ran.err
    (locked / "costplan.lock").unlink()
    ran = run()
    assert (ran.code, ran.out) == (3, "")
    assert "no costplan.lock beside" in ran.err


def test_what_is_only_read_again_is_no_difference(locked: Path) -> None:
    project(locked, MODELS.replace("checked = 2026-10-01", "checked = 2026-11-11"))
    assert estimate(locked, "--locked").code == 0
    assert here("pricing", "lock", "--check", *DAY, folder=locked).code == 0


def test_an_offer_that_the_lock_lacks_is_named(locked: Path) -> None:
    text = (locked / "costplan.toml").read_text()
    (locked / "costplan.toml").write_text(text.replace('"mine/small"', '"openai/gpt-4o"'))
    ran = estimate(locked)
    assert ran.data["catalog"]["lock"]["missing"] == ["openai/gpt-4o"]
    strict = estimate(locked, "--locked")
    assert (strict.code, strict.out) == (3, "")
    assert "openai/gpt-4o: not in costplan.lock" in strict.err
    assert here("pricing", "lock", "--check", *DAY, folder=locked).code == 3
    assert here("pricing", "lock", *DAY, folder=locked).code == 0
    assert estimate(locked, "--locked").code == 0


def test_a_product_without_its_plan_is_chosen_among_pinned_plans(locked: Path) -> None:
    project(locked, offers=plans(team="20", solo="30", cheap="1"))
    ran = estimate(locked)
    assert totals(ran) == ["52", "52"]
    moved = ran.data["catalog"]["lock"]["moved"]
    assert moved == ["box: the catalogue also has box/cheap"]
    assert estimate(locked, "--locked").code == 3
    assert here("pricing", "lock", "--update", *DAY, folder=locked).code == 0
    assert totals(estimate(locked, "--locked")) == ["14", "52"]


def test_an_offer_gone_from_the_catalogue_is_still_priced(locked: Path) -> None:
    project(locked, MODELS.replace("mine/small", "mine/other"))
    ran = estimate(locked)
    assert totals(ran) == ["52", "52"]
    assert ran.data["catalog"]["lock"]["moved"] == ["mine/small: no longer in the catalogue"]
    assert here("pricing", "lock", *DAY, folder=locked).code == 0
    update = here("pricing", "lock", "--update", *DAY, folder=locked)
    assert update.code == 2
    assert "unknown offer 'mine/small'" in update.err


def test_only_a_named_offer_is_updated_and_the_change_is_shown(locked: Path) -> None:
    project(locked, DEARER, plans(team="21", solo="30"))
    ran = here("pricing", "lock", "--update-offer", "mine/small-latest", *DAY, folder=locked)
    assert ran.code == 0
    assert "mine/small" in ran.out
    assert "box/team" not in ran.out
    assert "+100 %" in ran.out
    assert totals(estimate(locked)) == ["54", "54"]
    unknown = here("pricing", "lock", "--update-offer", "mine/smal", *DAY, folder=locked)
    assert (unknown.code, unknown.out) == (2, "")
    assert "did you mean 'mine/small'" in unknown.err


def test_locking_again_keeps_prices_and_writes_nothing(locked: Path) -> None:
    before = files_below(locked)
    project(locked, DEARER)
    ran = here("pricing", "lock", "--as-of", "2026-11-30", folder=locked)
    assert (ran.code, ran.out) == (0, "")
    assert "up to date: 3 entries" in ran.err
    assert files_below(locked)["costplan.lock"] == before["costplan.lock"]


def test_two_workloads_of_a_folder_share_a_lock(locked: Path) -> None:
    text = (locked / "costplan.toml").read_text().replace("mine/small-latest", "openai/gpt-4o")
    (locked / "other.toml").write_text(text.replace('"mine/small"', '"openai/gpt-4o"'))
    assert here("pricing", "lock", "other.toml", *DAY, folder=locked).code == 0
    lock = (locked / "costplan.lock").read_text()
    assert 'workloads = ["costplan.toml", "other.toml"]' in lock
    assert here("estimate", "--locked", *DAY, folder=locked).code == 0
    assert here("estimate", "other.toml", "--locked", *DAY, folder=locked).code == 0
    (locked / "other.toml").write_text((locked / "costplan.toml").read_text())
    assert here("pricing", "lock", "other.toml", *DAY, folder=locked).code == 0
    assert "openai/gpt-4o" not in (locked / "costplan.lock").read_text()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("input = 2,", "input = 1,", ("edited by hand", "'mine/small' (", "costplan.lock:")),
        ("input = 2,", "imput = 2,", ("did you mean 'input'?", "costplan.lock:")),
        ("input = 2,", "input = ,", ("not TOML",)),
        ("entries = 3", "entries = 4", ("says that it holds 4 entries and holds 3",)),
        ("lock_version = 1", "lock_version = 3", ("reads versions 1 and 2",)),
        ("[[locked]]\nid", "[[ locked ]]\nid", ("says that it holds 3 entries and holds 2",)),
        ('names = ["mine/small-latest"', 'names = ["mine/small-latest", "a/b"', ("own aliases",)),
        ('at = "mine.test', 'at = "their.test', ("edited by hand",)),
        ('id = "mine/small"\nnames', 'id = "mine/large"\nnames', ("must hold 'mine/large'",)),
    ],
)
def test_a_lock_that_was_edited_is_never_priced(
    locked: Path, old: str, new: str, says: tuple[str, ...]
) -> None:
    path = locked / "costplan.lock"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    for options in ((), ("--locked",)):
        ran = estimate(locked, *options)
        assert ran.code in ((2,) if not options else (2, 3)), ran
        assert ran.out == ""
    if "mine/large" not in new:  # there the id is in no workload, so the catalogue prices it
        for part in says:
            assert part in estimate(locked).err


def test_locking_again_mends_an_edited_entry(locked: Path) -> None:
    path = locked / "costplan.lock"
    sound = path.read_text()
    path.write_text(sound.replace("input = 2,", "input = 1,"))
    assert estimate(locked, "--locked").code == 3
    assert here("pricing", "lock", "--check", *DAY, folder=locked).code == 3
    assert here("pricing", "lock", *DAY, folder=locked).code == 0
    assert path.read_text() == sound


def test_line_ends_of_another_system_are_no_edit(locked: Path) -> None:
    path = locked / "costplan.lock"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert estimate(locked, "--locked").code == 0


def test_the_workloads_own_prices_win_and_are_not_pinned(locked: Path) -> None:
    own = MODELS.replace("input = 2.00", "input = 12").replace("[[model", "[[prices.model")
    own = own.replace('vendor = "Mine"', '[prices]\nvendor = "Mine"')
    with (locked / "costplan.toml").open("a") as file:
        file.write("\n" + own)
    assert totals(estimate(locked, "--locked")) == ["62", "62"]
    assert here("pricing", "lock", *DAY, folder=locked).code == 0
    assert "mine/small" not in (locked / "costplan.lock").read_text()


def test_standard_input_has_a_lock_only_by_name(locked: Path) -> None:
    text = (locked / "costplan.toml").read_text()
    project(locked, DEARER)
    plain = costplan("estimate", "-", "--format", "json", *DAY, folder=locked, stdin=text)
    assert "lock" not in plain.data["catalog"]
    by_name = costplan(
        "estimate",
        "-",
        "--lock",
        "costplan.lock",
        "--format",
        "json",
        *DAY,
        folder=locked,
        stdin=text,
    )
    assert totals(by_name) == ["52", "52"]
    for options, says in (
        (("--locked",), "for standard input"),
        (("--lock", "none.lock"), "none.lock does not exist"),
        (("--lock", "costplan.toml"), "unknown key"),
        (("--lock", "costplan.lock", "--no-lock"), "goes with neither"),
    ):
        ran = costplan("estimate", "-", *options, *DAY, folder=locked, stdin=text)
        assert (ran.code, ran.out) == (3 if options == ("--locked",) else 2, "")
        assert says in ran.err
    ran = costplan("pricing", "lock", "-", *DAY, folder=locked, stdin=text)
    assert (ran.code, ran.out) == (2, "")
    assert "--out" in ran.err


def test_a_killed_write_leaves_the_old_lock(locked: Path) -> None:
    before = (locked / "costplan.lock").read_bytes()
    project(locked, DEARER)
    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, signal, pathlib\n"
            "pathlib.Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
            "from costplan.cli import main\n"
            f"main(['pricing', 'lock', '--update', '--as-of', '{DAY[1]}'])",
        ],
        cwd=locked,
        env={**os.environ, "HOME": str(locked / "nobody")},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert (locked / "costplan.lock").read_bytes() == before
    assert estimate(locked).code == 0


def test_a_lock_is_never_written_over_its_workload(locked: Path) -> None:
    before = (locked / "costplan.toml").read_bytes()
    ran = here("pricing", "lock", "--out", "costplan.toml", *DAY, folder=locked)
    assert (ran.code, ran.out) == (2, "")
    assert (locked / "costplan.toml").read_bytes() == before


def test_eight_locks_at_once_keep_what_each_of_them_pins(tmp_path: Path) -> None:
    project(tmp_path)
    text = (tmp_path / "costplan.toml").read_text()
    names = [f"w{at}.toml" for at in range(8)]
    for name in names:
        (tmp_path / name).write_text(text.replace('name = "pinned"', f'name = "{name}"'))
    together(tmp_path, [["pricing", "lock", name, *DAY] for name in names], [0] * 8)
    lock = (tmp_path / "costplan.lock").read_text()
    assert [name for name in names if f'"{name}"' not in lock] == []
    assert not list(tmp_path.glob(".costplan*"))


def test_of_two_inits_at_once_one_is_told_that_the_file_is_there(tmp_path: Path) -> None:
    together(tmp_path, [["init"]] * 4, [0, 2, 2, 2])


def together(folder: Path, commands: list[list[str]], codes: list[int]) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "costplan", *command],
            cwd=folder,
            env={**os.environ, "HOME": str(folder / "nobody")},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    assert sorted(process.wait(120) for process in running) == codes
