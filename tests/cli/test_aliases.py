"""What the command line says when somebody names an entry by an alias."""

from __future__ import annotations

import json
from pathlib import Path

from run import CONTROL, WORKLOAD, costplan

ALIAS, MEANT = "anthropic/claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"
SAID = f"{ALIAS} is an alias of {MEANT}"
OWN = """
[prices]
vendor = "Acme"
source.page = { at = "acme.test", confidence = "vendor" }

[[prices.model]]
id = "acme/one"
aliases = ["acme/[red]x[/red]\\u001b[31m"]

[[prices.model.price]]
origin = { since = 2026-01-01, checked = 2026-11-01, source = "page" }
per = 1_000_000
rates = { input = 1, output = 10 }
"""


def joined(text: str) -> str:
    return " ".join(text.split())


def test_price_show_and_estimate_name_the_entry_that_an_alias_means(tmp_path: Path) -> None:
    at = ("--at", "2026-11-22")
    table = costplan("price", ALIAS, "input_tokens=1000", *at, folder=tmp_path)
    assert SAID in joined(table.out)
    data = costplan("price", ALIAS, "input_tokens=1", *at, "--format", "json", folder=tmp_path)
    assert SAID in json.loads(data.out)["notes"]
    page = costplan("pricing", "show", ALIAS, *at, folder=tmp_path)
    assert page.out.splitlines()[:2] == [MEANT, SAID]
    shown = costplan("pricing", "show", ALIAS, *at, "--format", "json", folder=tmp_path)
    assert json.loads(shown.out)["entry"]["asked_as"] == ALIAS
    shown = costplan("pricing", "show", MEANT, *at, "--format", "json", folder=tmp_path)
    assert json.loads(shown.out)["entry"]["asked_as"] is None
    assert json.loads(shown.out)["retires"] == "2026-11-30"
    text = WORKLOAD.replace("openai/gpt-6.1-terra", ALIAS)
    plan = costplan("estimate", "-", "--as-of", "2026-11-22", folder=tmp_path, stdin=text)
    assert plan.code == 0
    full = costplan("estimate", "-", "--full", "--as-of", "2026-11-22", folder=tmp_path, stdin=text)
    assert SAID in joined(full.out)
    assert "retires on 2026-11-30, in this month" in joined(plan.out)


def test_a_hostile_alias_stays_text(tmp_path: Path) -> None:
    text = WORKLOAD.replace('"openai/gpt-6.1-terra"', '"acme/[red]x[/red]\\u001b[31m"') + OWN
    for env in ({}, {"FORCE_COLOR": "1"}):
        ran = costplan(
            "estimate", "-", "--full", "--as-of", "2026-11-22", folder=tmp_path, stdin=text, env=env
        )
        assert ran.code == 0, ran.err
        assert "acme/[red]x[/red]\\x1b[31m is an alias of acme/one" in joined(ran.out)
        if not env:
            assert not CONTROL.search(ran.out)
