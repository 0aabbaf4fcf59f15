"""Documents in brief: --summary, --filter and --fields of every command, and the lean format."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from run import DAY, ROOT, Ran
from run import costplan as ran

from costplan.document.briefs import money, share
from costplan.document.summaries import SUMMARIES
from costplan.record.schema import json_schema

SUPPORT = str(ROOT / "examples" / "support-agent.toml")
PRICE = ("openai/gpt-6.1-terra", "input_tokens=1000", "output_tokens=500", "--at", "2026-11-22")
COMMANDS: dict[str, tuple[str, ...]] = {
    "estimate": ("estimate", SUPPORT, *DAY),
    "comparison": ("compare", SUPPORT, *DAY),
    "check": ("check", SUPPORT, *DAY, "--exit-zero"),
    "diff": ("diff", SUPPORT, str(ROOT / "examples" / "minimal.toml"), *DAY),
    "bill": ("price", *PRICE),
}
SMALLER = {"estimate": 20, "comparison": 50, "check": 3, "diff": 5, "bill": 1.5}
"""So many times smaller than the document a summary is at least."""


def costplan(*words: str) -> Ran:
    return ran(*words, folder=ROOT)


def brief(*words: str) -> Any:
    return costplan(*words, "--summary", "--format", "json").data


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_summary_keeps_its_schema_and_is_a_small_part_of_the_document(kind: str) -> None:
    made = costplan(*COMMANDS[kind], "--summary", "--format", "json")
    schema = json_schema(SUMMARIES[kind], kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(made.out), schema)
    assert made.data["kind"] == f"{kind}_summary"
    whole = costplan(*COMMANDS[kind], "--format", "json")
    assert len(made.out) < 8_000
    assert len(made.out) < len(whole.out) / SMALLER[kind]
    lean = costplan(*COMMANDS[kind], "--format", "lean")
    assert len(lean.out) < len(made.out) * 0.8
    assert lean.out == costplan(*COMMANDS[kind], "--summary").out


def test_the_figures_of_a_summary_are_those_of_the_document() -> None:
    whole, made = (
        costplan(*COMMANDS["estimate"], "--format", "json").data,
        brief(*COMMANDS["estimate"]),
    )
    for stack, short in zip(whole["estimates"], made["stacks"], strict=True):
        assert short["stack"] == stack["stack"]
        assert abs(stack["total_monthly"] - short["total_monthly"]) <= Decimal("0.005")
        assert short["at_least"] == stack["at_least"]
        assert short["trusted"] <= stack["reliability"]["trusted"]
        for part in stack["components"]:
            assert abs(part["total"] - short["components"][part["component"]]) <= Decimal("0.005")
        assert {one["offer"] for one in stack["unpriced"]} == {
            one["offer"] for one in short.get("unpriced", ())
        }
        dear = max(
            line["amount"] or 0 for part in stack["components"] for line in part["line_items"]
        )
        assert short["dearest"][0]["amount"] >= dear - Decimal("0.005")


def test_a_component_without_any_price_is_null_and_not_zero() -> None:
    only = ("--stack", "aws", "--filter", "offer=*titan*", "--filter", "variant=batch")
    (stack,) = brief(*COMMANDS["estimate"], *only)["stacks"]
    assert stack["at_least"] is True
    assert stack["components"] == {"tokens": None}


def test_a_filter_cuts_lines_before_the_summary_and_says_so() -> None:
    made = brief("estimate", SUPPORT, *DAY, "--stack", "portable", "--filter", "component=tokens")
    (stack,) = made["stacks"]
    assert list(stack["components"]) == ["tokens"]
    assert stack["total_monthly"] == stack["components"]["tokens"]
    assert "trusted" not in stack
    assert any("component=tokens" in one for one in stack["warnings"])


def test_fields_and_filters_are_those_of_report_on_every_command(tmp_path: Path) -> None:
    options = (
        "--fields",
        "stack,offer,amount",
        "--filter",
        "component=vector-db",
        "--format",
        "csv",
    )
    for name in ("estimate", "comparison"):
        saved = tmp_path / f"{name}.json"
        saved.write_text(costplan(*COMMANDS[name], "--format", "json").out)
        assert (
            costplan(*COMMANDS[name], *options).out == costplan("report", str(saved), *options).out
        )
    rows = costplan(*COMMANDS["bill"], "--fields", "charge,amount", "--format", "json").data["rows"]
    assert rows == [
        {"charge": "input", "amount": Decimal("0.001")},
        {"charge": "output", "amount": Decimal("0.0025")},
    ]


def test_verdicts_and_changes_are_rows_that_can_be_chosen(tmp_path: Path) -> None:
    check = costplan(*COMMANDS["check"], "--format", "json").data
    denied = [one for one in check["verdicts"] if one["status"] == "deny"]
    asked = ("--filter", "status=deny", "--fields", "stack,rule,where")
    rows = costplan(*COMMANDS["check"], *asked, "--format", "json").data["rows"]
    assert [(one["stack"], one["rule"]) for one in rows] == [
        (one["stack"], one["rule"]) for one in denied
    ]
    assert rows[0]["where"].rpartition(":")[2].isdecimal()
    saved = tmp_path / "check.json"
    saved.write_text(costplan(*COMMANDS["check"], "--format", "json").out)
    again = costplan("report", str(saved), *asked, "--format", "json").data["rows"]
    assert again == rows
    diff = costplan(*COMMANDS["diff"], "--format", "json").data
    moved = [one for stack in diff["stacks"] for one in stack["lines"] if one["kind"] != "same"]
    rows = costplan(*COMMANDS["diff"], "--fields", "offer", "--format", "json").data["rows"]
    assert [one["offer"] for one in rows] == [one["offer"] for one in moved] != []


def test_a_filter_never_turns_a_denial_into_a_pass() -> None:
    words = COMMANDS["check"][:-1]
    for extra in (("--filter", "status=pass"), ("--summary",), ("--fields", "stack")):
        assert costplan(*words, *extra).code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--summary", "--fields", "role"), "--summary shows no lines, and --fields does"),
        (("--summary", "--format", "html"), "--summary does not apply to --format html"),
        (("--fields", "rule", "--format", "svg"), "--fields does not apply to --format svg"),
        (("--fields", "rule"), "lines have no field 'rule'"),
        (("--filter", "amount=3"), "lines cannot be chosen by 'amount'"),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...], said: str) -> None:
    ran = costplan("estimate", SUPPORT, *DAY, *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_lean_text_is_read_back_as_what_it_was() -> None:
    """A text is quoted where it could be read as anything else."""
    from costplan.render.lean import text

    made = text(
        {
            "plain": "https://example.org/a b",
            "number": "1e5",
            "word": "true",
            "comma": "a,b",
            "line": "a\nb",
            "blank": "",
            "none": None,
            "list": ["a", "-", "3"],
            "rows": [{"a": Decimal("0.10"), "b": "x"}, {"a": None}],
        }
    )
    assert made == (
        'plain: https://example.org/a b\nnumber: "1e5"\nword: "true"\ncomma: "a,b"\n'
        'line: "a\\nb"\nblank: ""\nnone: \nlist[3]: a,"-","3"\nrows[2]{a,b}:\n  0.1,x\n  ,\n'
    )


def test_rounding_keeps_what_is_small_and_flatters_no_share() -> None:
    assert [money(Decimal(one)) for one in ("1234.5678", "0.00123456", "-3.999", "0")] == [
        Decimal("1234.57"),
        Decimal("0.001235"),
        Decimal("-4.00"),
        Decimal(0),
    ]
    assert share(Decimal("0.98999999")) == Decimal("0.989999")
    assert money(None) is share(None) is None
