"""``costplan init`` on a terminal: five questions with defaults, and a workload of the answers."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import tomllib
from pathlib import Path
from time import monotonic

import pytest
from run import DAY, ROOT, costplan

from costplan.cli.common.asking import QUESTIONS, number, replaceable, share
from costplan.problems import BadUsage
from costplan.store.files import starters

QUESTION_MARK = b"]: "
END = "\x04"
"""What a terminal takes for the end of what is typed."""


def talk(folder: Path, *answers: str, command: tuple[str, ...] = ()) -> tuple[int, str]:
    """The exit code of ``init`` on a terminal, and all that it showed. An answer is typed whenever
    it asks."""
    ours, theirs = pty.openpty()
    shown, waiting, left = b"", 0, list(answers)
    line = [sys.executable, "-m", "costplan", "init", *command]
    plain = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", "COLUMNS": "200"}
    with subprocess.Popen(
        line, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=plain
    ) as ran:
        os.close(theirs)
        end = monotonic() + 60
        while monotonic() < end:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    part = os.read(ours, 4096)
                except OSError:  # the other end is closed
                    break
                shown += part
            elif ran.poll() is not None:
                break
            if left and shown.count(QUESTION_MARK) > waiting:
                waiting = shown.count(QUESTION_MARK)
                answer = left.pop(0)
                os.write(ours, answer.encode() + b"\n" * (answer != END))
        code = ran.wait(30)
    os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


def test_defaults_are_the_template_as_it_is(tmp_path: Path) -> None:
    code, shown = talk(tmp_path, "support-agent", "", "", "", "")
    assert code == 0, shown
    assert shown.count(QUESTION_MARK.decode()) == 1 + len(QUESTIONS) == 5
    assert (tmp_path / "costplan.toml").read_text() == starters.text("support-agent")
    assert "now: costplan estimate\n" in shown


def test_answers_fill_what_was_assumed(tmp_path: Path) -> None:
    code, shown = talk(tmp_path, "voice", "lots", "25k", "99 %", "12.5", "3000")
    assert code == 0, shown
    assert "'lots' is not a number such as 10_000" in shown
    text = (tmp_path / "costplan.toml").read_text()
    data = tomllib.loads(text)
    assert data["name"] == "voice-agent"
    assert data["traffic"]["requests_per_month"] == 25_000
    assert data["target"] == {"reliability": 0.99, "loss_per_wrong_answer": 12.5}
    assert data["budget"] == {"monthly_total": 3_000}
    assert text.count("# your answer") == 4
    ran = costplan("estimate", *DAY, folder=tmp_path)
    assert ran.code == 0, ran.err


def test_a_number_of_the_list_and_nothing_left_out(tmp_path: Path) -> None:
    code, shown = talk(tmp_path, "1", "5_000", "", "", "")
    assert code == 0, shown
    data = tomllib.loads((tmp_path / "costplan.toml").read_text())
    assert data["traffic"] == {"requests_per_month": 5_000}
    assert "target" not in data
    assert "budget" not in data


def test_who_breaks_off_writes_nothing(tmp_path: Path) -> None:
    code, shown = talk(tmp_path, "rag", END)
    assert code == 130, shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", [("--template", "rag"), ("--size", "light"), ("--out", "-")])
def test_who_says_what_he_wants_is_asked_nothing(asked: tuple[str, str], tmp_path: Path) -> None:
    code, shown = talk(tmp_path, command=asked)
    assert code == 0, shown
    assert QUESTION_MARK.decode() not in shown


def test_a_file_that_is_there_is_said_before_the_questions(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text("mine")
    code, shown = talk(tmp_path)
    assert code == 2
    assert "is there already" in shown
    assert QUESTION_MARK.decode() not in shown


def test_a_pipe_is_asked_nothing(tmp_path: Path) -> None:
    ran = costplan("init", folder=tmp_path, stdin="7\n")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("wrote costplan.toml\ntemplate 'minimal': ")
    assert (tmp_path / "costplan.toml").read_text() == starters.text("minimal")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("10_000", "10_000"),
        ("10,000", "10_000"),
        ("25k", "25_000"),
        ("1.5m", "1_500_000"),
        (" 3 K ", "3_000"),
        ("0", "0"),
        (".5", "0.5"),
    ],
)
def test_numbers_as_people_write_them(text: str, meant: str) -> None:
    assert number(text) == meant


@pytest.mark.parametrize("text", ["", "-1", "1e9", "ten", "1.2.3", "9" * 40, "\u0663", "nan"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadUsage):
        number(text)


@pytest.mark.parametrize(("text", "meant"), [("99 %", "0.99"), ("0.5", "0.5"), ("99.5", "0.995")])
def test_shares_as_people_write_them(text: str, meant: str) -> None:
    assert share(text) == meant


def test_a_share_above_the_whole_is_refused() -> None:
    with pytest.raises(BadUsage):
        share("101")


@pytest.mark.parametrize("name", starters.names())
def test_every_template_takes_every_answer(name: str, tmp_path: Path) -> None:
    template = starters.text(name)
    keys = [question.key for question in QUESTIONS]
    answers = {key: "0.5" for key in keys if replaceable(starters.value(template, key))}
    assert len(answers) == len(QUESTIONS) - (name == "uncertain")  # whose traffic is a range
    text = starters.answered(template, answers)
    data = tomllib.loads(text)
    assert all(data[table][key] == 0.5 for table, key in answers)
    assert text.count("\n# ") == starters.text(name).count("\n# "), "comments stay"
    (tmp_path / "costplan.toml").write_text(text)
    ran = costplan("validate", *DAY, folder=tmp_path)
    assert ran.code == 0, ran.err
