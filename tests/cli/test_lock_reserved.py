"""Terms of reserved throughput in ``costplan.lock``: a bill that reserves is pinned whole."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from pinned import here
from run import DAY, Ran

from costplan.catalog.lookup import Catalog
from costplan.problems import BadUsage
from costplan.store.files import price_sets, shelves
from costplan.store.files.folders import built_in_folder

WORKLOAD = """\
name = "units"

[traffic]
requests_per_month = 43_800_000

[[step]]
name = "answer"
model = "chat"
input_tokens = 100
output_tokens = 50

[stack.a]
chat = { offer = "azure/gpt-5.2", reserved = { commitment = "hourly" } }
"""
PLAIN = WORKLOAD.replace(', reserved = { commitment = "hourly" }', "")
FILES = ("tokens/azure.toml", "provisioned/azure.toml", "provisioned/bedrock.toml")
GPT = "azure/gpt-5.2 (reserved)"
DEARER = f"{GPT}: provisioned hourly global: lock 1, catalogue 1.1 a PTU-hour since 2026-09-23"
HOURS = 150 * 730
"""Of 150 units, the vendor's own example: 147.06 and up to the next five."""


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few files of the catalogue that ships, in its place, so that a test can move its terms."""
    folder = tmp_path / "catalogue"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(built_in_folder() / name, folder / name)
    for module in (price_sets, shelves):
        monkeypatch.setattr(module, "built_in_folder", lambda: folder)
    return folder


@pytest.fixture
def locked(tmp_path: Path, catalogue: Path) -> Path:
    """A workload that reserves units, locked."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "costplan.toml").write_text(WORKLOAD)
    assert lock(folder).code == 0
    return folder


def move(catalogue: Path, old: str, new: str, name: str = "azure") -> None:
    file = catalogue / "provisioned" / f"{name}.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def dearer(catalogue: Path) -> None:
    """A PTU of a global deployment costs 1.10 an hour in place of 1.00."""
    move(catalogue, "months = 0\nprice = 1.00\n", "months = 0\nprice = 1.10\n")


def lock(folder: Path, *options: str) -> Ran:
    return here("pricing", "lock", *DAY, *options, folder=folder)


def estimate(folder: Path, *options: str) -> Ran:
    return here("estimate", "--format", "json", *DAY, *options, folder=folder)


def total(ran: Ran) -> int:
    assert ran.code == 0, ran.err
    return int(ran.data["estimates"][0]["total_monthly"])


def test_the_bill_stays_when_the_price_of_a_unit_moves_and_the_move_is_named(
    locked: Path, catalogue: Path
) -> None:
    assert total(estimate(locked, "--locked")) == HOURS
    dearer(catalogue)
    ran = estimate(locked)
    assert total(ran) == HOURS
    assert ran.data["catalog"]["lock"]["moved"] == [DEARER]
    assert ran.data["catalog"]["lock"]["offers"] == ["azure/gpt-5.2", GPT]
    assert total(estimate(locked, "--no-lock")) == HOURS * 11 // 10


@pytest.mark.parametrize("command", ["estimate", "compare", "pricing lock --check"])
def test_strict_refuses_what_moved(locked: Path, catalogue: Path, command: str) -> None:
    options = [*command.split(), *DAY, *([] if "check" in command else ["--locked"])]
    assert here(*options, folder=locked).code == 0
    dearer(catalogue)
    ran = here(*options, folder=locked)
    assert (ran.code, ran.out) == (3, "")
    assert f"- {DEARER}" in ran.err


def test_locking_again_keeps_the_price_and_update_takes_the_new_one(
    locked: Path, catalogue: Path
) -> None:
    before = (locked / "costplan.lock").read_bytes()
    dearer(catalogue)
    ran = lock(locked)
    assert "up to date: 2 entries" in ran.err
    assert (locked / "costplan.lock").read_bytes() == before
    ran = lock(locked, "--update")
    assert ran.code == 0
    assert re.search(r"provisioned hourly global / PTU-hour\s+1\s+1\.1\s+\+10 %", ran.out), ran.out
    assert "1 changed, 1 unchanged" in ran.err
    assert total(estimate(locked, "--locked")) == HOURS * 11 // 10


def test_terms_are_updated_by_their_id_or_that_of_their_model(
    locked: Path, catalogue: Path
) -> None:
    dearer(catalogue)
    assert lock(locked, "--update-offer", "azure/gpt-5.2").code == 0
    assert total(estimate(locked, "--locked")) == HOURS * 11 // 10
    unknown = lock(locked, "--update-offer", "azure/gpt-5")
    assert (unknown.code, unknown.out) == (2, "")
    assert "'azure/gpt-5' is not in" in unknown.err
    assert "did you mean 'azure/gpt-5.2'" in unknown.err


def test_terms_of_another_id_than_their_model_are_updated_alone(
    locked: Path, catalogue: Path
) -> None:
    terms = 'terms = "bedrock/claude-haiku-4-5", kind = "global"'
    text = WORKLOAD.replace('commitment = "hourly"', terms)
    (locked / "costplan.toml").write_text(text)
    assert estimate(locked, "--locked").code == 3
    assert lock(locked).code == 0
    was = total(estimate(locked, "--locked"))
    move(catalogue, "price = 0.06\n", "price = 0.12\n", "bedrock")
    dearer(catalogue)
    assert lock(locked, "--update-offer", "bedrock/claude-haiku-4-5").code == 0
    assert total(estimate(locked, "--locked")) == 2 * was


def test_what_a_unit_carries_is_pinned_too(locked: Path, catalogue: Path) -> None:
    move(catalogue, "tokens = 3_400\n", "tokens = 1_700\n")
    ran = estimate(locked)
    assert total(ran) == HOURS
    carries = "a PTU carries: 3,400 tokens in 60 seconds -> 1,700 tokens in 60 seconds"
    assert ran.data["catalog"]["lock"]["moved"] == [f"{GPT}: {carries}"]
    assert estimate(locked, "--locked").code == 3
    assert lock(locked, "--update").code == 0
    assert total(estimate(locked, "--locked")) == 295 * 730  # 294.12 up to the next five


def test_what_is_only_read_again_is_no_difference(locked: Path, catalogue: Path) -> None:
    move(catalogue, "checked = 2026-09-23", "checked = 2026-11-11")
    assert estimate(locked, "--locked").code == 0
    assert lock(locked, "--check").code == 0


def test_terms_gone_from_the_catalogue_are_still_priced(locked: Path, catalogue: Path) -> None:
    move(catalogue, "gpt-5.2", "gpt-5.9")
    ran = estimate(locked)
    assert total(ran) == HOURS
    assert ran.data["catalog"]["lock"]["moved"] == [f"{GPT}: no longer in the catalogue"]
    assert estimate(locked, "--locked").code == 3
    (catalogue / "provisioned" / "azure.toml").unlink()
    assert total(estimate(locked)) == HOURS
    update = lock(locked, "--update")
    assert update.code == 2
    assert "no provisioned throughput is known for azure/gpt-5.2" in update.err


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("price = 1\n", "price = 0.5\n", f"edited by hand, or damaged: '{GPT}' ("),
        ("tokens = 3_400", "tokens = 34_000", f"edited by hand, or damaged: '{GPT}' ("),
        ('["azure/gpt-5.2", "', '["', f"edited by hand, or damaged: '{GPT}' ("),
        ("prices.azure.com", "prices.test", f"edited by hand, or damaged: '{GPT}' ("),
        ('[[reserved.terms]]\nid = "azure/gpt-5.2"', '[[reserved.terms]]\nid = "a/b"', "must hold"),
        ('[[reserved]]\nid = "azure/gpt-5.2"', '[[reserved]]\nid = "azure/gpt-5"', "must hold"),
        ('[[reserved]]\nid = "azure/gpt-5.2"', '[[reserved]]\nid = "a/b"', "must hold"),
        ("weights = {", "wieghts = {", "did you mean 'weights'?"),
        ("[[reserved]]\n", "[[ reserved ]]\n", "says that it holds 2 entries and holds 1"),
    ],
)
def test_terms_that_were_edited_by_hand_are_never_priced(
    locked: Path, old: str, new: str, says: str
) -> None:
    path = locked / "costplan.lock"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    strict = estimate(locked, "--locked")
    assert strict.code in (2, 3)
    assert strict.out == ""
    assert says in strict.err
    ran = estimate(locked)
    if new == '[[reserved]]\nid = "a/b"':  # nobody asks for that id, so the catalogue is asked
        assert ran.data["catalog"]["lock"]["missing"] == [GPT]
    else:
        assert (ran.code, ran.out) == (2, "")
        assert says in ran.err
        assert "costplan.lock:" in ran.err or "holds 1" in ran.err
    if "holds 1" not in says:
        assert lock(locked).code == 0
        assert path.read_text() == text


def test_a_damaged_block_of_terms_leaves_the_model_of_that_id_pinned(
    locked: Path, catalogue: Path
) -> None:
    path = locked / "costplan.lock"
    path.write_text(path.read_text().replace("tokens = 3_400", "tokens = 34_000"))
    file = catalogue / "tokens" / "azure.toml"
    file.write_text(file.read_text().replace("input = 1.75,", "input = 9,"))
    assert lock(locked).code == 0
    assert "input = 1.75," in path.read_text()
    assert "tokens = 3_400" in path.read_text()


def test_a_lock_of_before_prices_as_it_did_and_takes_terms_on(
    locked: Path, catalogue: Path
) -> None:
    path = locked / "costplan.lock"
    whole = path.read_text()
    older = whole.replace("lock_version = 2", "lock_version = 1").replace(
        "entries = 2", "entries = 1"
    )
    older = older.partition("\n[[reserved]]")[0]
    path.write_text(older)
    dearer(catalogue)
    ran = estimate(locked)
    assert total(ran) == HOURS * 11 // 10
    assert (ran.data["catalog"]["lock"]["moved"], ran.data["catalog"]["lock"]["missing"]) == (
        [],
        [GPT],
    )
    strict = estimate(locked, "--locked")
    assert (strict.code, strict.out) == (3, "")
    assert f"{GPT}: not in costplan.lock" in strict.err
    assert lock(locked, "--check").code == 3
    assert lock(locked).code == 0
    assert estimate(locked, "--locked").code == 0
    assert path.read_text().replace("price = 1.1\n", "price = 1\n", 1).count("\n") == whole.count(
        "\n"
    )
    assert path.read_text().split("\n\n")[1] == older.split("\n\n")[1]


def test_two_workloads_share_terms_and_the_last_lets_them_go(locked: Path, catalogue: Path) -> None:
    path = locked / "costplan.lock"
    (locked / "other.toml").write_text(WORKLOAD)
    assert here("pricing", "lock", "other.toml", *DAY, folder=locked).code == 0
    both = 'workloads = ["costplan.toml", "other.toml"]'
    assert path.read_text().count(both) == 2
    dearer(catalogue)
    for name in ("costplan.toml", "other.toml"):
        ran = here("estimate", name, "--format", "json", *DAY, folder=locked)
        assert total(ran) == HOURS
    elsewhere = PLAIN.replace("azure/gpt-5.2", "azure/gpt-4o-mini-tts")
    (locked / "other.toml").write_text(elsewhere)
    assert here("pricing", "lock", "other.toml", *DAY, folder=locked).code == 0
    text = path.read_text()
    assert both not in text
    assert "[[reserved]]" in text
    (locked / "costplan.toml").write_text(elsewhere)
    assert lock(locked).code == 0
    assert "reserved" not in path.read_text()
    assert "lock_version = 1\n" in path.read_text()


def test_the_terms_that_compare_tries_are_pinned(locked: Path, catalogue: Path) -> None:
    (locked / "costplan.toml").write_text(PLAIN)
    (locked / "costplan.lock").unlink()
    assert lock(locked).code == 0
    options = ("compare", "--format", "json", *DAY)
    was = here(*options, "--locked", folder=locked)
    assert "provisioned throughput" in str(was.data["strategies"])
    dearer(catalogue)
    move(catalogue, "price = 260\n", "price = 300\n")
    now = here(*options, folder=locked)
    assert now.data["strategies"] == was.data["strategies"]
    assert here(*options, "--no-lock", folder=locked).data["strategies"] != was.data["strategies"]
    assert here(*options, "--locked", folder=locked).code == 3
    # an estimate reserves nothing, so that nothing of its own has moved
    assert estimate(locked, "--locked").code == 0


def test_a_model_that_the_catalogue_adds_to_pinned_terms_is_a_move(
    locked: Path, catalogue: Path
) -> None:
    other = "azure/gpt-4.5-preview"
    move(catalogue, '["azure/gpt-5.2", ', f'["{other}", "azure/gpt-5.2", ')
    dearer(catalogue)
    stack = f'\n[stack.b]\nchat = {{ offer = "{other}", reserved = {{ commitment = "hourly" }} }}\n'
    (locked / "costplan.toml").write_text(WORKLOAD + stack)
    totals = [one["total_monthly"] for one in estimate(locked).data["estimates"]]
    assert totals == [HOURS, HOURS * 11 // 10]
    assert lock(locked).code == 0
    assert "price = 1\n" in (locked / "costplan.lock").read_text()
    strict = estimate(locked, "--locked")
    assert (strict.code, strict.out) == (3, "")
    assert "for azure/gpt-5.2, azure/gpt-5.2-2025-12-11 -> from 15 units" in strict.err
    assert lock(locked, "--update").code == 0
    totals = [one["total_monthly"] for one in estimate(locked, "--locked").data["estimates"]]
    assert totals == [HOURS * 11 // 10] * 2


def test_terms_that_a_lock_has_otherwise_count_as_prices_of_ones_own(
    locked: Path, catalogue: Path
) -> None:
    options = ("check", *DAY, "--max-overridden", "0")
    assert here(*options, folder=locked).code == 0
    dearer(catalogue)
    ran = here(*options, folder=locked)
    assert ran.code == 1
    assert " ".join(ran.out.split()).count("provisioned hourly global: lock 1, catalogue 1.1") == 1
    (override,) = estimate(locked).data["catalog"]["overrides"]
    assert (override["offer"], override["shelf"]) == ("azure/gpt-5.2", "lock")
    assert [str(figure) for figure in override["prices"][0].values()] == [
        "provisioned hourly global",
        "1",
        "1.1",
    ]
    move(catalogue, "gpt-5.2", "gpt-5.9")  # nobody publishes such terms any more
    assert here(*options, folder=locked).code == 1
    (override,) = estimate(locked).data["catalog"]["overrides"]
    assert override["words"] == ["terms of azure/gpt-5.2 that it adds"]


def test_two_locks_are_compared_in_their_terms_too(locked: Path, catalogue: Path) -> None:
    shutil.copy(locked / "costplan.lock", locked / "before.lock")
    dearer(catalogue)
    diff = ("pricing", "diff", "--format", "json", *DAY)
    for old, new in (("before.lock", "2026-11-22"), ("before.lock", "costplan.lock")):
        if new == "costplan.lock":
            assert here(*diff, old, new, folder=locked).data["changes"] == []
            assert lock(locked, "--update").code == 0
        ran = here(*diff, old, new, "--workload", "costplan.toml", folder=locked)
        (change,) = ran.data["changes"]
        assert (change["id"], change["category"]) == ("azure/gpt-5.2", "provisioned")
        (price,) = change["prices"]
        assert (price["charge"], price["variant"]) == ("provisioned", "hourly global")
        assert (str(price["old"]["value"]), str(price["new"]["value"])) == ("1", "1.1")
        assert price["new"]["unit"] == "PTU-hour"
        assert ran.data["bills"][0]["difference"] == HOURS // 10
    (locked / "own" / "tokens").mkdir(parents=True)
    shutil.copy(catalogue / "tokens" / "azure.toml", locked / "own" / "tokens")
    assert here(*diff, "before.lock", "own", folder=locked).data["changes"] == []


def test_what_a_shelf_lacks_is_looked_for_below_it(tmp_path: Path, catalogue: Path) -> None:
    file = tmp_path / "above" / "provisioned" / "azure.toml"
    file.parent.mkdir(parents=True)
    text = (catalogue / "provisioned" / "azure.toml").read_text()
    head, _, rest = text.partition('[[terms]]\nid = "azure/gpt-5.2"\n')
    only = rest.partition("[[terms]]\n")[0].replace("tokens = 3_400", "tokens = 6_800")
    file.write_text(head.partition("[[terms]]")[0] + '[[terms]]\nid = "azure/gpt-5.2"\n' + only)
    below, above = (
        shelves.SlicedFolder(name, root)
        for name, root in (("below", catalogue), ("above", tmp_path / "above"))
    )
    catalog = Catalog([below, above])
    for names in (("azure/gpt-5.2", None), ("", "azure/gpt-5.2")):
        known = catalog.reserve(*names)
        assert known is not None
        assert (known.shelf, known.terms.tokens) == ("above", 6_800)
    for names in (("azure/gpt-5.1", None), ("", "azure/gpt-5.1")):
        known = catalog.reserve(*names)
        assert known is not None
        assert known.shelf == "below"
    assert catalog.reserve("azure/gpt-4o-mini-tts") is None
    with pytest.raises(BadUsage, match=r"known for 'azure/gpt-5\.22'") as refused:
        catalog.reserve("", "azure/gpt-5.22")
    assert str(refused.value.hint).startswith("did you mean 'azure/gpt-5.2'")
    with pytest.raises(BadUsage) as refused:
        catalog.reserve("", "nobody/x")
    assert refused.value.hint == "ids begin with: azure/, bedrock/"
    assert [known.id for _, known in catalog.reserved()] == ["azure/gpt-5.2", "azure/gpt-5.2"] + [
        "azure/gpt-5.1"
    ] * 2


def test_a_look_aside_leaves_no_trace(catalogue: Path) -> None:
    catalog = Catalog([shelves.SlicedFolder("built-in", catalogue)])
    assert catalog.aside().reserve("azure/gpt-5.2") is not None
    assert catalog.reserved() == []
