"""What people write at first: each is refused with a remedy that can be copied into the file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from run import DAY, WORKLOAD, costplan

from costplan.quantity import spoken, toml_number

ASKED = "requests_per_month = 1_000"
TERRA = '"openai/gpt-6.1-terra"'
STEP = 'model = "chat"'
NAMED = 'name = "answer"'

WRITTEN = {
    "thousands of a text": (ASKED, 'requests_per_month = "50k"', "5:22", "write 50_000"),
    "commas": (ASKED, "requests_per_month = 50,000", "5:24", "write 50_000"),
    "a letter": (ASKED, "requests_per_month = 1.5M", "5:25", "write 1_500_000"),
    "percent": (STEP, f"success = 97 %\n{STEP}", "9:14", "write 0.97"),
    "percent as text": (STEP, f'success = "97%"\n{STEP}', "9:11", "write 0.97"),
    "percent as a share": (STEP, f"success = 97\n{STEP}", "9:11", "97 % is 0.97"),
    "dollars": ('currency = "USD"', 'currency = "usd"', "2:12", "write USD"),
    "retries": (STEP, f"{STEP}\nretries = 2", "10:1", "did you mean 'max_attempts'?"),
    "OpenAI's words": ("input_tokens", "prompt_tokens", "10:1", "did you mean 'input_tokens'?"),
    "a model without its vendor": (
        TERRA,
        '"claude-sonnet-5-5"',
        "14:8",
        "did you mean 'anthropic/claude-sonnet-5-5' or",
    ),
    "another vendor's model": (
        TERRA,
        '"openai/claude-sonnet-5-5"',
        "14:8",
        "did you mean 'anthropic/claude-sonnet-5-5' or",
    ),
    "a model in place of a role": (
        STEP,
        f"model = {TERRA}",
        "13:8",
        f"a role is a name of your own, such as chat: a stack says chat = {TERRA}",
    ),
    "a runtime that the file has not": (
        f"chat = {TERRA}",
        f'chat = {TERRA}\nruntime = "aws/fargate"',
        "15:1",
        "a bill has one where the file has [runtime]: 'costplan explain runtime'",
    ),
    "a step named twice": (
        "[stack.a]",
        f"[[step]]\n{NAMED}\n{STEP}\ninput_tokens = 1\n\n[stack.a]",
        "14:8",
        "two steps are named 'answer'",
    ),
}


@pytest.mark.parametrize(("old", "new", "at", "says"), WRITTEN.values(), ids=WRITTEN)
def test_what_is_written_at_first(old: str, new: str, at: str, says: str, tmp_path: Path) -> None:
    assert old in WORKLOAD
    (tmp_path / "w.toml").write_text(WORKLOAD.replace(old, new, 1), encoding="utf-8")
    ran = costplan("estimate", "w.toml", *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert f"w.toml:{at}\n" in ran.err
    assert says in ran.err


CHANGES = {
    "stack.a.chat=gpt-4o": "unknown offer 'gpt-4o'\n   = help: did you mean 'openai/gpt-4o' or",
    "step.answer.success=99%": "'success' must be a number, not a string\n   = help: write 0.99",
    "answer.success=0.9": "unknown key 'answer'\n   = help: did you mean 'step.answer.success'?",
    "stack.a.judge=openai/gpt-4o": "no step, job or part uses the role 'judge'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_blamed_and_not_the_file(change: str, tmp_path: Path) -> None:
    """The file holds nothing of it: neither its line nor another value is underlined."""
    (tmp_path / "w.toml").write_text(WORKLOAD, encoding="utf-8")
    ran = costplan("estimate", "w.toml", "--set", change, *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: --set {change}: {CHANGES[change]}")
    assert "-->" not in ran.err


def test_limits_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD, encoding="utf-8")
    ran = costplan("check", "w.toml", "--max-total", "60,000", *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "'60,000' is not a number\n   = help: write 60_000" in ran.err


SPOKEN = {
    "10_000": "10000",
    "10,000": "10000",
    "1 500 000": "1500000",
    "1,234.5": "1234.5",
    "25k": "25000",
    "1.5M": "1500000",
    ".5": "0.5",
    "99 %": "0.99",
    "$4": "4",
}
NO_NUMBERS = ["", "k", "1,5", "1,23", "12,3456", "1.2.3", "-1", "1e5", "0x10", "5 USD", "1" * 31]


def test_numbers_as_people_write_them() -> None:
    assert {text: spoken(text) for text in SPOKEN} == {
        text: Decimal(number) for text, number in SPOKEN.items()
    }
    assert [spoken(text) for text in NO_NUMBERS] == [None] * len(NO_NUMBERS)
    assert [toml_number(Decimal(number)) for number in ("1234.5", "0.97", "0")] == [
        *("1_234.5", "0.97", "0")
    ]
