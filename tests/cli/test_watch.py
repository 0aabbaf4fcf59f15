"""``--watch``: drawn again when the file is saved or a value is typed, whole at every moment."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from run import DAY, ROOT, costplan

from costplan.api.estimating import BESIDE, Locking, estimate_opened
from costplan.api.watching import Watch, since
from costplan.cli.common.watching import Screen, Tried, moved, typed
from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage
from costplan.render import Look, render
from costplan.store.files.text import DocumentError

EXAMPLE = ROOT / "examples" / "minimal.toml"
AT = date(2026, 11, 22)


def work(opened: Any, catalog: Any) -> EstimateDocument:
    return estimate_opened(opened, AT, catalog=catalog)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    target = tmp_path / "costplan.toml"
    shutil.copy(EXAMPLE, target)
    return target


def save(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


class Script:
    """What a reader does, a step a look at the keyboard: a line typed, or a file saved."""

    def __init__(self, *steps: Any) -> None:
        self.steps: Iterator[Any] = iter(steps)

    def __call__(self) -> str | None:
        try:
            step = next(self.steps)
        except StopIteration:
            raise EOFError from None
        if isinstance(step, str):
            return step
        step()
        return None


def pages(file: Path, capsys: pytest.CaptureFixture[str], *steps: Any) -> list[str]:
    """What stands on the terminal after each drawing."""
    screen = Screen(
        Watch(str(file), BESIDE, work),
        lambda document, height: render(document, "table", Look(width=80, height=height)),
        Tried(),
        [],
    )
    screen.run(Script(*steps), lambda seconds: None)
    return capsys.readouterr().out.split("\x1b[H\x1b[2J\x1b[3J")[1:]


def total(page: str) -> str:
    (line,) = [line for line in page.splitlines() if line.startswith("total a month")]
    return line.split()[-1]


def test_a_saved_file_is_drawn_again_with_what_moved(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def twice() -> None:
        save(file, "10_000", "123_456")

    first, second = pages(file, capsys, lambda: None, twice, lambda: None)
    assert total(first) != total(second)
    assert "since the last page" not in first
    assert "since the last page: " in second
    assert total(second) == total(costplan("estimate", str(file), *DAY, folder=ROOT).out)


def test_typed_values_hold_until_they_are_taken_back(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, more, again = pages(
        file, capsys, "traffic.requests_per_month = 123_456", "traffic.requests_per_month="
    )
    assert "changed here: traffic.requests_per_month=123_456" in more
    assert total(plain) != total(more)
    assert total(again) == total(plain)
    assert "changed here" not in again


def test_a_wrong_value_is_said_and_taken_back(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, wrong, reset = pages(file, capsys, "traffic.requests_per_month=-1", "reset")
    assert "must be at least 0" in wrong
    assert "the change was taken back" in wrong
    assert total(wrong) == total(plain) == total(reset)


def test_a_file_with_a_fault_leaves_the_last_sound_page(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        file.write_text("x = ", encoding="utf-8")

    def gone() -> None:
        file.unlink()

    def mended() -> None:
        shutil.copy(EXAMPLE, file)

    steps = (broken, gone, mended, lambda: None)
    plain, faulty, missing, sound = pages(file, capsys, *steps)
    assert "not TOML" in faulty
    assert "above: as it was before" in faulty
    assert total(faulty) == total(plain)
    assert "error: " in missing
    assert total(sound) == total(plain)
    assert "nothing moved" in sound


def test_prices_beside_the_file_are_looked_at_too(file: Path) -> None:
    watch = Watch(str(file), BESIDE, work)
    assert watch.saved()
    assert watch.again().estimates
    assert not watch.saved()
    folder = file.parent / "pricing" / "tokens"
    folder.mkdir(parents=True)
    assert watch.saved()
    (folder / "own.toml").write_text("", encoding="utf-8")
    assert watch.saved()
    assert not watch.saved()
    with pytest.raises(DocumentError, match="missing key 'vendor'"):
        watch.again()


def test_a_scenario_is_laid_over_the_file_and_taken_off(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = file.read_text(encoding="utf-8")
    launch = '\n[scenario.launch]\n"traffic.requests_per_month" = 90_000\n'
    file.write_text(text + launch, encoding="utf-8")
    lines = ("scenario launch", "scenario", "scenario lunch")
    plain, launched, again, unknown = pages(file, capsys, *lines)
    assert "changed here: scenario launch" in launched
    assert total(launched) != total(plain) == total(again)
    assert "the change was taken back" in unknown
    assert "launch" in unknown.split("error: ")[1]


@pytest.mark.parametrize(
    ("line", "before", "after"),
    [
        ("a.b=2", ("a.b=1", "c=3"), ("c=3", "a.b=2")),
        (" a.b = ", ("a.b=1",), ()),
        ("reset", ("a.b=1",), ()),
        ("", ("a.b=1",), ("a.b=1",)),
        ("nonsense", ("a.b=1",), ("a.b=1",)),
        ("=5", (), ()),
    ],
)
def test_lines(line: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    asked = typed(line, Tried(before, "launch"))
    assert asked.tried == Tried(after, "" if line == "reset" else "launch")
    assert not asked.ends
    assert bool(asked.said) == (line in ("nonsense", "=5"))


def test_words_that_end_it() -> None:
    assert all(typed(word, Tried()).ends for word in ("q", "quit", " exit "))
    assert typed("?", Tried()).said


def test_what_moved_is_told_in_money_of_one_stack_and_in_shares_of_several() -> None:
    from costplan.api.library import estimate, load_workload

    example = ROOT / "examples" / "support-agent.toml"
    doubled = load_workload(example, changes="traffic.requests_per_month=20_000")
    before, after = estimate(example, as_of=AT), estimate(doubled, as_of=AT)
    told = since(before, after)
    assert told is not None
    assert "portable +" in moved(told)
    assert "$" not in moved(told)
    alone = since(before.only("portable"), after.only("portable"))
    assert alone is not None
    assert moved(alone).startswith("portable +$")
    assert since(None, after) is None


@pytest.mark.parametrize(
    "extra",
    [
        ["--format", "json"],
        ["--scenario", "a", "--scenario", "b"],
        ["--out", "x.txt"],
        ["--strict"],
        ["--summary"],
        ["--fields", "offer"],
    ],
)
def test_what_goes_with_no_watch(extra: list[str], file: Path) -> None:
    ran = costplan("estimate", str(file), "--watch", *extra, folder=file.parent)
    assert ran.code == 2
    assert "--watch draws a table on the terminal and nothing else" in ran.err
    assert not (file.parent / "x.txt").exists()


def test_a_pipe_is_no_terminal(file: Path) -> None:
    for command in ("estimate", "compare"):
        ran = costplan(command, str(file), "--watch", folder=file.parent)
        assert (ran.code, ran.out) == (2, "")
        assert "--watch needs a terminal" in ran.err


def test_standard_input_cannot_be_saved_again() -> None:
    with pytest.raises(BadUsage, match="cannot be watched"):
        Watch("-", Locking(), work)


@pytest.mark.skipif(os.name == "nt", reason="no pseudo-terminals")
@pytest.mark.parametrize("command", ["estimate", "compare"])
def test_on_a_real_terminal(command: str, file: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    process = subprocess.Popen(
        [sys.executable, "-m", "costplan", command, file.name, "--watch", *DAY],
        cwd=file.parent,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    )
    os.close(theirs)
    try:
        wait_for(ours, "quit to end")
        os.write(ours, b"traffic.requests_per_month=123456\n")
        wait_for(ours, "changed here: traffic.requests_per_month=123456")
        os.write(ours, b"quit\n")
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def wait_for(terminal: int, text: str) -> None:
    seen = ""
    until = monotonic() + 60
    while text not in seen:
        assert monotonic() < until, seen
        try:
            seen += os.read(terminal, 65536).decode(errors="replace")
        except BlockingIOError:
            sleep(0.02)


@pytest.mark.parametrize("lines", [24, 40])
def test_four_stacks_fit_the_terminal_whatever_stands_below(
    lines: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINES", str(lines))
    monkeypatch.setenv("COLUMNS", "80")
    target = tmp_path / "costplan.toml"
    shutil.copy(ROOT / "examples" / "support-agent.toml", target)
    more = ("traffic.requests_per_month = 123_456", "") + (("?", "a=1") if lines == 40 else ())
    for page in pages(target, capsys, *more):
        assert sum(max(1, -(-len(line) // 80)) for line in page.split("\n")) <= lines
        assert total(page)
        assert "\npeople are " in page
        assert ("--lines: " in page) == (lines == 40), "what waits behind a flag gives way"
