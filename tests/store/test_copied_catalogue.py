"""A project folder that holds the shipped catalogue itself, as a checkout does beside a package."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from run import DAY, WORKLOAD, costplan

from costplan.store.files.catalogue_folder import same_files
from costplan.store.files.folders import built_in_folder
from costplan.store.files.shelves import catalog_shelves


def names(project: Path) -> list[str]:
    return [shelf.name for shelf in catalog_shelves(project)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(built_in_folder(), folder / "pricing")
    (folder / "costplan.toml").write_text(WORKLOAD)
    return folder


def test_a_copy_of_the_shipped_catalogue_is_no_projects_own(checkout: Path) -> None:
    assert names(checkout) == ["built-in"]


def test_a_copy_with_one_price_changed_is(checkout: Path, tmp_path: Path) -> None:
    """Of the same length, so that only the bytes tell."""
    shutil.copytree(checkout, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "pricing" / "tokens" / "openai.toml"
    text = file.read_text("utf-8")
    head, block, rest = text.partition('id = "openai/gpt-6.1-terra"')
    file.write_text(head + block + rest.replace("{ input = 1,", "{ input = 9,", 1), "utf-8")
    assert file.stat().st_size == (checkout / "pricing" / "tokens" / "openai.toml").stat().st_size
    assert names(tmp_path) == ["built-in", "project"]
    totals = [
        costplan("estimate", *DAY, "--format=json", folder=folder).data["estimates"][0]
        for folder in (checkout, tmp_path)
    ]
    assert totals[1]["total_monthly"] - totals[0]["total_monthly"] == Decimal(8)


def test_links_and_folders_with_less_or_more_are_not_the_same(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "tokens").mkdir(parents=True)
        (folder / "tokens" / "a.toml").write_text("a = 1\n")
    assert same_files(one, other)
    (other / "tokens" / "b.toml").write_text("")
    assert not same_files(one, other)
    (other / "tokens" / "b.toml").unlink()
    (other / "tokens" / "a.toml").unlink()
    (other / "tokens" / "a.toml").symlink_to(one / "tokens" / "a.toml")
    assert not same_files(one, other)
    assert not same_files(other, other)
    shutil.rmtree(other / "tokens")
    (other / "tokens").symlink_to(one / "tokens")
    assert not same_files(one, other)
