"""``costplan diff --base`` and ``check --base`` in real repositories: whose prices, whose lock."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from ci_runner import BASE, GIT, HEAD, commit, git, repository
from run import DAY, WORKLOAD, Ran, costplan, files_below

from costplan.store.files import generations

D = Decimal
OWN = WORKLOAD.replace("openai/gpt-6.1-terra", "me/small")
PRICES = """\
vendor = "Me"
currency = "USD"
source.list = {{ at = "me.test/prices", confidence = "vendor" }}

[[model]]
id = "me/small"

[[model.price]]
origin = {{ since = 2026-01-01, checked = 2026-10-01, source = "list" }}
unit = "token"
per = 1_000_000
rates = {{ input = {input}, output = 2 }}
"""
SHELF = "pricing/tokens/me.toml"


def diff(folder: Path, *arguments: str) -> Any:
    ran = costplan("diff", *arguments, *DAY, "--format", "json", folder=folder)
    assert (ran.code, ran.err) == (0, ""), ran.err
    (stack,) = ran.data["stacks"]
    assert sum(stack["causes"].values()) == stack["difference"]
    return stack


def causes(stack: Any) -> dict[str, Decimal]:
    return {name: value for name, value in stack["causes"].items() if value}


def test_the_last_commit_s_cost_through_the_process(tmp_path: Path) -> None:
    repository(tmp_path, BASE, HEAD)
    ran = costplan("diff", "--base", "HEAD~1", *DAY, "--format", "json", folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    (stack,) = ran.data["stacks"]
    lines = {line["charge"]: (line["base"], line["head"]) for line in stack["lines"]}
    million = D(10**6)
    assert lines == {
        "input": (1000 * 1000 * D(1) / million, 1000 * 1000 * D(1) / million),
        "output": (1000 * 500 * D(5) / million, 1000 * 700 * D(5) / million),
    }
    assert stack["difference"] == sum(head - base for base, head in lines.values()) == 1
    assert causes(stack) == {"intensity": D(1)}


def test_each_revision_s_own_prices_are_used(tmp_path: Path) -> None:
    repository(tmp_path)
    commit(tmp_path, "one", **{"costplan.toml": OWN, SHELF: PRICES.format(input=1)})
    commit(tmp_path, "two", **{SHELF: PRICES.format(input=3)})
    # 1,000 requests of 1,000 input tokens: a million at 1, then at 3
    assert causes(diff(tmp_path, "--base", "HEAD~1")) == {"price": D(2)}
    assert causes(diff(tmp_path, "--base", "HEAD~1", "--head", "HEAD")) == {"price": D(2)}
    (tmp_path / SHELF).write_text(PRICES.format(input=5), encoding="utf-8")
    assert causes(diff(tmp_path, "--base", "HEAD")) == {"price": D(2)}
    assert causes(diff(tmp_path, "--base", "HEAD~1")) == {"price": D(4)}


def test_refreshed_prices_of_a_revision_are_its_own_too(tmp_path: Path) -> None:
    repository(tmp_path)
    folder, name = tmp_path / "pricing", "tokens/me.toml"
    first = generations.write(folder, {name: PRICES.format(input=1)}, None)
    commit(tmp_path, "one", **{"costplan.toml": OWN})
    assert causes(diff(tmp_path, "--base", "HEAD")) == {}
    generations.write(folder, {name: PRICES.format(input=3)}, first)
    commit(tmp_path, "two")
    assert causes(diff(tmp_path, "--base", "HEAD~1")) == {"price": D(2)}
    assert causes(diff(tmp_path, "--base", "HEAD~1", "--head", "HEAD")) == {"price": D(2)}


def test_each_revision_s_own_lock_pins_its_prices(tmp_path: Path) -> None:
    repository(tmp_path)
    commit(tmp_path, "one", **{"costplan.toml": OWN, SHELF: PRICES.format(input=1)})
    assert costplan("pricing", "lock", *DAY, folder=tmp_path).code == 0
    commit(tmp_path, "locked")
    commit(tmp_path, "dearer", **{SHELF: PRICES.format(input=3)})
    assert causes(diff(tmp_path, "--base", "HEAD~1")) == {}
    assert causes(diff(tmp_path, "--base", "HEAD~1", "--no-lock")) == {"price": D(2)}
    assert costplan("pricing", "lock", "--update", *DAY, folder=tmp_path).code == 0
    commit(tmp_path, "taken anew")
    assert causes(diff(tmp_path, "--base", "HEAD~1")) == {"price": D(2)}
    (tmp_path / "costplan.lock").unlink()
    ran = costplan("diff", "--base", "HEAD", *DAY, folder=tmp_path)
    assert "prices pinned by costplan.lock of 2026-11-22 before, by no lock now" in ran.out


def test_two_revisions_do_not_need_the_disk(tmp_path: Path) -> None:
    repository(tmp_path, BASE, HEAD)
    (tmp_path / "costplan.toml").unlink()
    stack = diff(tmp_path, "--base", "HEAD~1", "--head", "HEAD", "costplan.toml")
    assert stack["difference"] == 1
    (tmp_path / "costplan.toml").write_text("broken = ", encoding="utf-8")
    assert diff(tmp_path, "--base", "HEAD~1", "--head", "HEAD")["difference"] == 1


def test_a_workload_in_a_subfolder_and_from_another_folder(tmp_path: Path) -> None:
    repository(tmp_path / "code", BASE, HEAD, name="team a/cost plan.toml")
    file = "code/team a/cost plan.toml"
    assert diff(tmp_path, "--base", "HEAD~1", file)["difference"] == 1
    assert (
        diff(tmp_path / "code" / "team a", "--base", "main~1", "cost plan.toml")["difference"] == 1
    )


def shallow(tmp_path: Path) -> Path:
    repository(tmp_path / "origin", BASE, HEAD)
    git(tmp_path, "clone", "--quiet", "--depth=1", (tmp_path / "origin").as_uri(), "code")
    return tmp_path / "code"


REFUSED = [
    ("mian", "'mian' is no revision of", "did you mean 'main'?"),
    ("-x", "'-x' is no name of a revision", ""),
    ("$(touch x)", "'$(touch x)' is no revision", ""),
    ("a\nb", "is no name of a revision", ""),
    ("", "is no name of a revision", ""),
    ("HEAD:costplan.toml", "is no revision of", ""),
]


@pytest.mark.parametrize(("name", "words", "remedy"), REFUSED, ids=[one[0] for one in REFUSED])
def test_a_revision_that_is_none(tmp_path: Path, name: str, words: str, remedy: str) -> None:
    repository(tmp_path, BASE, HEAD)
    refused(tmp_path, name, words, remedy)


def refused(folder: Path, revision: str, words: str, remedy: str) -> None:
    """Exit 2 with words and a remedy; nothing written, neither --out nor --save."""
    before = files_below(folder)
    ran: Ran = costplan(
        "diff",
        f"--base={revision}",
        "--out=out.txt",
        "--save=json=out.json",
        folder=folder,
        env=GIT,
    )
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert remedy in ran.err
    assert files_below(folder) == before


def test_no_repository_and_a_shallow_clone(tmp_path: Path) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "costplan.toml").write_text(BASE, encoding="utf-8")
    refused(folder, "HEAD", "is not in a git repository", "")
    code = shallow(tmp_path)
    refused(code, "HEAD~1", "is no revision of", "git fetch --unshallow")


def test_the_day_s_other_side_and_both_saved(tmp_path: Path) -> None:
    """A saved side gives its day to the other; two saved ones keep theirs and say so."""
    repository(tmp_path, BASE)
    for stem, day, text in (("one", "2026-11-22", BASE), ("two", "2026-11-20", HEAD)):
        (tmp_path / f"{stem}.toml").write_text(text.replace("probe", stem), encoding="utf-8")
        saved = ("--as-of", day, "--format", "json", "--out", f"{stem}.json")
        assert costplan("estimate", f"{stem}.toml", *saved, folder=tmp_path).code == 0
    ran = costplan("diff", "two.json", "costplan.toml", "--format", "json", folder=tmp_path)
    assert (ran.data["base_as_of"], ran.data["head_as_of"]) == ("2026-11-20", "2026-11-20")
    ran = costplan("diff", "one.json", "two.json", folder=tmp_path)
    assert "the workload was called 'one', now 'two'" in ran.out
    assert "prices of 2026-11-22 against prices of 2026-11-20" in ran.out
    ran = costplan("diff", "one.json", "two.json", *DAY, folder=tmp_path)
    assert (ran.code, "saved estimates" in ran.err) == (2, True)


def test_another_exchange_rate_is_price(tmp_path: Path) -> None:
    for stem, rate in (("old", "1.25"), ("new", "1.00")):
        text = WORKLOAD.replace('"USD"', '"EUR"') + (
            f'[exchange]\nusd_per_eur = {{ rate = {rate}, date = 2026-11-20, source = "me" }}\n'
        )
        (tmp_path / f"{stem}.toml").write_text(text, encoding="utf-8")
    stack = diff(tmp_path, "old.toml", "new.toml")
    # 3.50 USD are 2.80 EUR at 1.25 and 3.50 EUR at 1
    assert (stack["base"]["total_monthly"], stack["head"]["total_monthly"]) == (D("2.8"), D("3.5"))
    assert causes(stack) == {"price": D("0.7")}


def test_one_offer_in_two_steps_is_counted_once_a_line(tmp_path: Path) -> None:
    twice = (
        BASE + '[[step]]\nname = "again"\nmodel = "chat"\ninput_tokens = 100\noutput_tokens = 0\n'
    )
    for stem, text in (("old", BASE), ("new", twice)):
        (tmp_path / f"{stem}.toml").write_text(text, encoding="utf-8")
    stack = diff(tmp_path, "old.toml", "new.toml")
    assert sum(line["head"] for line in stack["lines"]) == stack["head"]["total_monthly"]
    assert causes(stack) == {"mix": D("0.1")}  # a step that was not there: 100,000 tokens at 1
    names = [(line["role"], line["offer"], line["charge"]) for line in stack["lines"]]
    assert len(names) == len(set(names))


def test_fewer_trusted_answers_at_the_same_cost_are_a_change(tmp_path: Path) -> None:
    text = BASE.replace("output_tokens = 500", "output_tokens = 500\nsuccess = 0.97")
    (tmp_path / "old.toml").write_text(text, encoding="utf-8")
    (tmp_path / "new.toml").write_text(text.replace("0.97", "0.90"), encoding="utf-8")
    stack = diff(tmp_path, "old.toml", "new.toml")
    assert (stack["kind"], stack["difference"]) == ("changed", 0)
    for form in ("table", "markdown"):
        ran = costplan("diff", "old.toml", "new.toml", *DAY, "--format", form, folder=tmp_path)
        assert "costs the same ($3.50)" in ran.out
        assert "trusted 97.00 % -" in ran.out
        assert "silent failures 30 -" in ran.out
    ran = costplan("diff", "old.toml", "old.toml", *DAY, folder=tmp_path)
    assert "unchanged ($3.50)" in ran.out


def test_a_check_s_baseline_is_a_revision(tmp_path: Path) -> None:
    repository(tmp_path, BASE, HEAD)
    gate = ("check", *DAY, "--base", "HEAD~1", "--format", "json")
    ran = costplan(*gate, "--max-increase", "30%", "--max-increase", "0.5", folder=tmp_path)
    figures = {one["rule"]: (one["figure"], one["status"]) for one in ran.data["verdicts"]}
    assert ran.code == 1
    assert figures["increase"] == (D(1), "deny")  # 3.50 becomes 4.50
    assert figures["increase_percent"][1] == "pass"
    assert ran.data["baseline"] == "HEAD~1:costplan.toml"
    without = costplan(*gate, folder=tmp_path)  # no rule compares: the base is not even looked at
    assert (without.code, without.data["baseline"]) == (1, None)
    for words, arguments in (
        ("two baselines", ("--baseline", "costplan.toml", "--max-increase", "1")),
        ("'HEAD~9' is no revision", ("--base", "HEAD~9", "--max-increase", "1")),
    ):
        base = () if "--base" in arguments else ("--base", "HEAD~1")
        ran = costplan("check", *DAY, *base, *arguments, folder=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert words in ran.err


def test_several_formats_from_one_run(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text(HEAD, encoding="utf-8")
    names = {"json": "a.json", "junit": "b.xml", "sarif": "c.sarif", "markdown": "d.md"}
    saves = [f"--save={form}={name}" for form, name in names.items()]
    ran = costplan("check", *DAY, *saves, folder=tmp_path)
    assert ran.code == 1
    for form, name in names.items():
        alone = costplan("check", *DAY, "--format", form, folder=tmp_path)
        assert (tmp_path / name).read_text(encoding="utf-8") == alone.out
    for bad in ("json", "jsn=x", "json=", "json=-", "json=costplan.toml"):
        ran = costplan("check", *DAY, f"--save={bad}", folder=tmp_path)
        assert ran.code == 2, bad
    twice = ("--save=json=x", "--save=junit=x")
    assert costplan("check", *DAY, *twice, folder=tmp_path).code == 2
    assert (tmp_path / "costplan.toml").read_text(encoding="utf-8") == HEAD


def test_several_workloads_are_validated_and_each_fault_is_shown(tmp_path: Path) -> None:
    for stem, text in (("a", BASE), ("b", "x = 1"), ("c", "broken = ")):
        (tmp_path / f"{stem}.toml").write_text(text, encoding="utf-8")
    ran = costplan("validate", "a.toml", "b.toml", "c.toml", folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "a.toml: valid" in ran.err
    assert "b.toml:1:" in ran.err
    assert "c.toml:1:" in ran.err
