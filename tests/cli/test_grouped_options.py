"""Records of options: asked for one by one, handed over together."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import pytest
import typer
from typer.testing import CliRunner

from costplan.cli.common.grouping import grouped


class Place(NamedTuple):
    city: Annotated[str, typer.Option("--city")] = "Oslo"
    doors: Annotated[list[int] | None, typer.Option("--door")] = None


@grouped
def command(
    name: Annotated[str, typer.Argument()],
    *,
    place: Place,
    loud: Annotated[bool, typer.Option("--loud")] = False,
) -> int:
    """Send something."""
    print(name, place, loud)
    return 0


@pytest.fixture
def tree() -> typer.Typer:
    tree = typer.Typer(rich_markup_mode=None)
    tree.command()(command)
    return tree


def test_a_record_is_filled_from_its_options(tree: typer.Typer) -> None:
    runner = CliRunner()
    given = runner.invoke(tree, ["Ada", "--door", "2", "--city", "Rome", "--door", "3", "--loud"])
    assert given.output == "Ada Place(city='Rome', doors=[2, 3]) True\n"
    assert runner.invoke(tree, ["Ada"]).output == "Ada Place(city='Oslo', doors=None) False\n"


def test_help_shows_the_options_where_the_record_stands(tree: typer.Typer) -> None:
    page = CliRunner().invoke(tree, ["--help"]).output
    assert "Send something." in page
    assert "place" not in page
    order = [page.index(word) for word in ("--city", "--door", "--loud")]
    assert order == sorted(order)


def test_two_options_of_one_name_are_refused() -> None:
    def twice(*, city: str = "", place: Place) -> int:
        return 0

    with pytest.raises(ValueError, match="duplicate"):
        grouped(twice)
