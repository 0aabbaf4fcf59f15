"""Prices of one's own over the catalogue's: named with both figures wherever a bill is drawn, and
never taken from, or left out of, a place that nobody looks at."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from run import DAY, WORKLOAD, costplan

from costplan.store.files import generations

D = Decimal
BUDGET = WORKLOAD + "[budget]\nmonthly_total = 10\n"
MODEL = """\
[[{table}model]]
id = "{id}"
aliases = [{aliases}]

[[{table}model.price]]
origin = {{ since = 2026-01-01, checked = {checked}, source = "list" }}
per = 1_000_000
rates = {{ input = {input}, output = {output} }}
"""
HEAD = 'vendor = "{vendor}"\nsource.list = {{ at = "me.test/prices", confidence = "vendor" }}\n'


def prices(table: str = "", **given: object) -> str:
    """A file, or a table, that prices the probe's model at 0.1 and 0.2 in place of 1 and 5."""
    values = {
        "table": table,
        "id": "openai/gpt-6.1-terra",
        "aliases": "",
        "vendor": "OpenAI",
        "input": "0.1",
        "output": "0.2",
        "checked": "2026-11-01",
    } | given
    return (HEAD + MODEL).format_map(values)


def project(folder: Path, where: str | None, text: str | None = None, own: str = "") -> None:
    (folder / "w.toml").write_text(BUDGET + (f"[prices]\n{own}" if own else ""))
    if where is not None:
        path = folder / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(prices() if text is None else text)


SHELF = "pricing/tokens/openai.toml"
BOTH = ("input 0.1 in place of 1", "output 0.2 in place of 5")


@pytest.mark.parametrize("command", ["estimate", "compare", "check"])
@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_both_figures_are_drawn_with_every_bill(command: str, form: str, tmp_path: Path) -> None:
    project(tmp_path, SHELF)
    ran = costplan(command, "w.toml", *DAY, "--format", form, folder=tmp_path)
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.replace("\\_", "_").split())
    assert "the project's own price" in said or '"shelf": "project"' in said
    if form == "json" and command != "check":
        document = ran.data.get("estimate", ran.data)
        (override,) = document["catalog"]["overrides"]
        found = {one["price"]: (one["own"], one["hidden"]) for one in override["prices"]}
        assert (found["input"], found["output"]) == ((D("0.1"), D(1)), (D("0.2"), D(5)))
    else:
        for words in BOTH:
            assert words in said


def test_a_diff_names_what_only_its_head_prices_otherwise(tmp_path: Path) -> None:
    project(tmp_path, None)
    saved = ("estimate", "w.toml", *DAY, "--format=json", "--out")
    assert costplan(*saved, "base.json", folder=tmp_path).code == 0
    project(tmp_path, SHELF)
    assert costplan(*saved, "head.json", folder=tmp_path).code == 0
    ran = costplan("diff", "base.json", "head.json", folder=tmp_path)
    assert BOTH[0] in " ".join(ran.out.split())
    same = costplan("diff", "head.json", "head.json", folder=tmp_path)
    assert BOTH[0] not in " ".join(same.out.split())


def test_a_page_for_people_names_them_too(tmp_path: Path) -> None:
    project(tmp_path, SHELF)
    ran = costplan("estimate", "w.toml", *DAY, "--format", "html", folder=tmp_path)
    assert BOTH[0] in ran.out


SOURCES = {
    "project": (SHELF, None, "", {}),
    "workload": (None, None, prices("prices."), {}),
    "both, which would hide each other": (SHELF, None, prices("prices."), {}),
    "user": ("mine/tokens/openai.toml", None, "", {"COSTPLAN_PRICING": "mine"}),
    "alias": (SHELF, prices(id="openai/mine", aliases='"openai/gpt-6.1-terra"'), "", {}),
    "another vendor at the same price": (
        SHELF,
        prices(vendor="Elsewhere", input=1, output=5),
        "",
        {},
    ),
}


@pytest.mark.parametrize("name", SOURCES)
def test_a_policy_can_forbid_them_wherever_they_stand(name: str, tmp_path: Path) -> None:
    where, text, own, env = SOURCES[name]
    project(tmp_path, where, text, own)
    line = ("check", "w.toml", *DAY)
    assert costplan(*line, folder=tmp_path, env=env).code == 0
    ran = costplan(*line, "--max-overridden", "0", folder=tmp_path, env=env)
    assert (ran.code, "overridden prices: 1 is over the maximum of 0" in ran.err) == (1, True)
    (tmp_path / "house.toml").write_text(
        '[[policy]]\nname = "published prices"\ndeny = "overridden_prices > 0"\n'
    )
    assert costplan(*line, "--policy", "house.toml", folder=tmp_path, env=env).code == 1


def test_what_a_project_says_was_refreshed_is_the_project_s_word(tmp_path: Path) -> None:
    project(tmp_path, None)
    generations.write(tmp_path / "pricing", {"tokens/openai.toml": prices()}, None)
    line = ("check", "w.toml", *DAY, "--max-overridden", "0")
    ran = costplan(*line, folder=tmp_path)
    assert (ran.code, BOTH[0] in " ".join(ran.out.split())) == (1, True)
    (tmp_path / "pricing").rename(tmp_path / "mine")
    own = costplan(*line, folder=tmp_path, env={"COSTPLAN_PRICING": "mine"})
    assert (own.code, "own price" in own.out) == (0, False)  # a user's refresh is published prices


def test_a_stack_answers_for_the_offers_that_it_uses(tmp_path: Path) -> None:
    project(tmp_path, SHELF)
    (tmp_path / "w.toml").write_text(WORKLOAD + '[stack.b]\nchat = "openai/gpt-6-luna"\n')
    line = ("check", "w.toml", *DAY, "--max-overridden", "0", "--format", "json")
    ran = costplan(*line, folder=tmp_path)
    found = {one["stack"]: (one["status"], one["figure"]) for one in ran.data["verdicts"]}
    assert found == {"a": ("deny", 1), "b": ("pass", 0)}


def test_what_changes_nothing_is_no_news(tmp_path: Path) -> None:
    project(tmp_path, "pricing/tokens/me.toml", prices(id="me/small", vendor="Me"))
    ran = costplan("check", "w.toml", *DAY, "--max-overridden", "0", folder=tmp_path)
    assert (ran.code, "own price" in ran.out) == (0, False)


def test_a_lock_that_says_otherwise_counts_and_is_told_once(tmp_path: Path) -> None:
    project(tmp_path, None, own=prices("prices."))
    (tmp_path / "w.toml").write_text(BUDGET)
    assert costplan("pricing", "lock", "w.toml", *DAY, folder=tmp_path).code == 0
    clean = costplan("check", "w.toml", *DAY, "--max-overridden", "0", folder=tmp_path)
    assert clean.code == 0
    project(tmp_path, SHELF)  # a project's price is what the lock is asked to take on
    assert costplan("pricing", "lock", "w.toml", "--update", *DAY, folder=tmp_path).code == 0
    (tmp_path / SHELF).unlink()
    ran = costplan("check", "w.toml", *DAY, "--max-overridden", "0", folder=tmp_path)
    assert ran.code == 1
    assert " ".join(ran.out.split()).count("input: lock 0.1, catalogue 1") == 1


def test_a_stale_price_that_is_said_to_be_checked_again_is_told_of(tmp_path: Path) -> None:
    project(tmp_path, SHELF, prices(input=1, output=5, checked="2027-01-10"))
    ran = costplan("check", "w.toml", "--as-of", "2027-01-15", folder=tmp_path)
    assert "checked 2027-01-10 in place of 2026-" in " ".join(ran.out.split())


WRONG = {
    "beside the categories": ("pricing/openai.toml", "is not where they are looked for"),
    "in capitals": ("pricing/tokens/openai.TOML", "is not where they are looked for"),
    "a folder too deep": ("pricing/tokens/more/openai.toml", "is not where they are looked for"),
    "in no category": ("pricing/models/openai.toml", "is not a category"),
}


@pytest.mark.parametrize("name", WRONG)
def test_prices_where_nobody_looks_are_an_error(name: str, tmp_path: Path) -> None:
    where, says = WRONG[name]
    project(tmp_path, where)
    for command in ("estimate", "check"):
        ran = costplan(command, "w.toml", *DAY, folder=tmp_path)
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("[[ offer ]]\n", True),
        ("[['model']]\n", True),
        ("model = [{ id = 'me/small' }]\n", True),
        ('"offer" = [ # of ours\n  # one\n\n  {\n    id = "me/small",\n  },\n]\n', True),
        ("model = 'me/small'\n", False),
        ("model = ['me/small']\n", False),
        ("[model]\nid = 1\n", False),
        ("models = [{ id = 1 }]\n", False),
        ("\n" * 1_000_000, False),  # in seconds
    ],
)
def test_prices_are_seen_however_they_are_written(text: str, held: bool, tmp_path: Path) -> None:
    project(tmp_path, None)
    (tmp_path / "pricing").mkdir()
    (tmp_path / "pricing" / "notes.toml").write_text(text)
    ran = costplan("check", "w.toml", *DAY, folder=tmp_path)
    assert ("is not where they are looked for" in ran.err) is held
    assert ran.code == (2 if held else 0)


LINKS = ("pricing", "pricing/tokens", "pricing/tokens/openai.toml", "pricing/refreshed/current")


@pytest.mark.parametrize("where", [*LINKS, "costplan.lock"])
def test_a_link_to_nothing_is_no_absence(where: str, tmp_path: Path) -> None:
    project(tmp_path, None)
    path = tmp_path / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to("gone")
    for command in ("estimate", "check"):
        ran = costplan(command, "w.toml", *DAY, folder=tmp_path)
        assert (ran.code, ran.out) == (2, ""), where
        assert where in ran.err


def test_a_user_s_folder_that_is_a_link_to_nothing_is_no_absence(tmp_path: Path) -> None:
    project(tmp_path, None)
    (tmp_path / "config" / "costplan").mkdir(parents=True)
    (tmp_path / "config" / "costplan" / "pricing").symlink_to("gone")
    env = {"XDG_CONFIG_HOME": str(tmp_path / "config")}
    ran = costplan("check", "w.toml", *DAY, folder=tmp_path, env=env)
    assert (ran.code, "link to nothing" in ran.err) == (2, True)


@pytest.mark.parametrize("where", ["pricing", "costplan.lock"])
def test_a_file_in_place_of_a_folder_or_the_other_way_round(where: str, tmp_path: Path) -> None:
    project(tmp_path, None)
    if where == "pricing":
        (tmp_path / where).write_text(prices())
    else:
        (tmp_path / where).mkdir()
    ran = costplan("check", "w.toml", *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (2, "")


def test_an_unrelated_file_is_noted_and_left_alone(tmp_path: Path) -> None:
    project(tmp_path, "pricing/notes.toml", 'title = "our suppliers"\n')
    for command in ("estimate", "check"):
        ran = costplan(command, "w.toml", *DAY, folder=tmp_path)
        assert ran.code == 0
        assert "notes.toml holds no prices and is left alone" in " ".join(ran.out.split())
