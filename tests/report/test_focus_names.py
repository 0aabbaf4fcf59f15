"""Units, services and regions in the spelling of the specification and of the clouds."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from costplan.catalog.offer import Offer
from costplan.document.entries import FIELDS
from costplan.plan.bill.vendors import AWS, AZURE, GOOGLE
from costplan.render.focus import CATEGORIES
from costplan.render.focus_columns import COLUMNS, OWN, WITHOUT
from costplan.render.focus_names import SIZES, is_metered, service, unit_name
from costplan.store.files.shelves import open_catalog

SIZE = "|".join(sorted(SIZES, key=len, reverse=True))
TIME = "Year|Month|Day|Hour|Minute|Second|Millisecond"
COUNT = r"[A-Za-z][A-Za-z0-9]*( [A-Z][A-Za-z0-9]*)*"
UNIT = re.compile(rf"([0-9]+ )?(({SIZE})|{COUNT}s|USD|({SIZE}|{COUNT})-({TIME})s|.+/({TIME}))")


@pytest.mark.parametrize(
    ("unit", "per", "spelt"),
    [
        ("token", 1_000_000, "1000000 Tokens"),
        ("seat-month", 1, "Seat-Months"),
        ("instance-hour", 1, "Instance-Hours"),
        ("GB-month", 1, "GB-Months"),
        ("GB", 1, "GB"),
        ("GiB-second", 1, "GiB-Seconds"),
        ("vCPU-hour", 1, "vCPU-Hours"),
        ("query", 1_000, "1000 Queries"),
        ("search", 1_000, "1000 Searches"),
        ("text unit", 1_000, "1000 Text Units"),
        ("monthly active user", 1, "Monthly Active Users"),
        ("PTU", 1, "PTUs"),
        ("request a day", 1, "Requests/Day"),
        ("USD of operator hours", 1, "USD"),
        ("day", 1, "Days"),
        ("I/O request", 1_000_000, "1000000 IO Requests"),
    ],
)
def test_a_unit_is_spelt_as_the_specification_does(unit: str, per: int, spelt: str) -> None:
    assert unit_name(unit, Decimal(per)) == spelt


def test_every_unit_of_the_catalogue_fits() -> None:
    catalog = open_catalog()
    units = {
        charge.unit
        for name in catalog.ids()
        if (entry := catalog.find(name)) is not None and isinstance(entry.item, Offer)
        for charge in entry.item.charge
    }
    assert len(units) > 50
    wrong = {unit: unit_name(unit) for unit in units if not UNIT.fullmatch(unit_name(unit))}
    assert not wrong


@pytest.mark.parametrize("unit", ["instance-hour", "GPU-hour", "GB-month", "GiB-second", "hour"])
def test_hours_and_stored_bytes_are_metered(unit: str) -> None:
    assert is_metered(unit)


@pytest.mark.parametrize("unit", ["seat-month", "month", "user-month", "deployment", "seat"])
def test_seats_and_plans_are_bought(unit: str) -> None:
    assert not is_metered(unit)


def test_services_of_clouds_have_their_names() -> None:
    assert service("aws/p5.4xlarge", "aws") == ("AWS", "Amazon Elastic Compute Cloud")
    assert service("bedrock/anthropic.claude-opus-4-6", "bedrock") == ("AWS", "Amazon Bedrock")
    assert service("vertex/gemini-2.5-pro", "vertex") == ("Google Cloud", "Vertex AI")
    assert service("azure/gpt-5", "azure") == ("Microsoft", "Azure OpenAI")
    assert service("pinecone/standard", "pinecone") == ("pinecone", "pinecone/standard")


@pytest.mark.parametrize(
    ("shape", "fits", "fails"),
    [
        (AWS, ["us-east-1", "us-gov-west-1", "ap-southeast-3"], ["us", "eu", "apac", "us-gov"]),
        (GOOGLE, ["us-central1", "europe-west4"], ["us", "eu", "us-east-1"]),
        (AZURE, ["eastus", "westeurope", "eastus2"], ["us", "eu", "us-east-1"]),
    ],
)
def test_a_region_is_a_region_and_no_geography(shape, fits, fails) -> None:
    assert all(re.fullmatch(shape, one) for one in fits)
    assert not any(re.fullmatch(shape, one) for one in fails)


def test_columns_are_named_once_and_categories_have_one_parent() -> None:
    assert len({*COLUMNS, *OWN}) == len(COLUMNS) + len(OWN)
    assert sorted(COLUMNS) == COLUMNS
    parents: dict[str, str] = {}
    for category, below in CATEGORIES.values():
        assert parents.setdefault(below, category) == category


def test_the_page_has_the_columns_of_the_rows() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
    section = text.partition("## focus, focus-1.4")[2].partition("\n## ")[0]
    named = [
        name
        for row in section.splitlines()
        if row.startswith("| ") and not row.startswith("| column")
        for name in row.split("|")[1].strip().split(", ")
    ]
    assert sorted(named) == sorted([*COLUMNS, *OWN])
    only = {
        version: {
            name
            for row in section.splitlines()
            if f"{version} only:" in row
            for name in row.split("|")[1].strip().split(", ")
        }
        for version in ("1.2", "1.4")
    }
    assert only == {"1.2": WITHOUT["1.4"], "1.4": WITHOUT["1.2"]}


def test_the_page_has_the_header_of_the_csv() -> None:
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
    header = text.partition("## csv")[2].partition("`")[2].partition("`")[0]
    assert re.split(r",\s+", header) == list(FIELDS)
