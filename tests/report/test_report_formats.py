"""What the formats say is true: rows add up to the document, syntax holds, names stay names."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from html_reader import Page
from jsonschema import Draft4Validator, Draft202012Validator
from report_cases import (
    BILL,
    GOLDEN,
    LINES,
    MINIMAL,
    NASTY,
    ROOT,
    SAVED,
    SUPPORT,
    data,
    hostile,
    opened,
)

from costplan.document.entries import FIELDS
from costplan.document.findings import RULES, findings
from costplan.document.kinds import Saved
from costplan.document.saved import parse
from costplan.facts import fact
from costplan.problems import clean
from costplan.record.writing import plain
from costplan.render import FORMATS, TABULAR, Look, render_all
from costplan.render.colours import COLOURS, OTHER, Colour, colour_of, shade_of
from costplan.render.csv import table
from costplan.render.markup import in_html, safe
from costplan.store.files.schemas import schema
from costplan.words import CATEGORIES

LOOK = Look()
FORMULA = re.compile("^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def drawn(form: str, *saved: Saved) -> str:
    return render_all(list(saved), form, LOOK)


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.replace("\r\n", "").count("\r") == 0
    return list(csv.DictReader(io.StringIO(text, newline="")))


def totals(path: Path) -> dict[str, Decimal]:
    return {one["stack"]: one["total_monthly"] for one in data(path)["estimates"]}


def sums(rows: list[dict[str, str]], key: str, amount: str) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for row in rows:
        found[row[key]] = found.get(row[key], Decimal(0)) + Decimal(row[amount] or 0)
    return found


# csv


def test_csv_has_a_row_a_line_and_adds_up() -> None:
    rows = rows_of(drawn("csv", *opened(SUPPORT)))
    lines = [
        line
        for stack in data(SUPPORT)["estimates"]
        for component in stack["components"]
        for line in component["line_items"]
    ]
    assert len(rows) == len(lines)
    assert list(rows[0]) == list(FIELDS)
    assert sums(rows, "stack", "amount") == totals(SUPPORT)
    for row, line in zip(rows, lines, strict=True):
        assert row["offer"] == line["offer"]
        assert row["source"] == line["source"]
        assert Decimal(row["quantity"]) == line["quantity"]
        assert (row["amount"] == "") == (line["amount"] is None)
        assert row["fixed"] == ("true" if line["fixed"] else "false")


def test_csv_of_several_documents_says_whose_each_line_is() -> None:
    rows = rows_of(drawn("csv", *opened(SUPPORT, MINIMAL, BILL)))
    assert set(sums(rows, "workload", "amount")) == {"support-agent", "minimal", ""}
    bill = [row for row in rows if row["document"] == str(BILL)]
    assert sum(Decimal(row["amount"] or 0) for row in bill) == data(BILL)["total"]


@pytest.mark.parametrize("form", ["csv", "focus"])
def test_no_spreadsheet_computes_a_name(form: str) -> None:
    text = drawn(form, hostile())
    rows = rows_of(text)
    assert len(rows) == len(hostile().document.estimates[0].lines)
    for row in rows:
        for name, value in row.items():
            number = re.fullmatch(r"-?\d+(\.\d+)?", value)
            assert number or not FORMULA.match(value), (name, value)
    plain = {row["role" if form == "csv" else "x_Role"].removeprefix("'") for row in rows}
    assert plain <= {clean(line) for line in LINES}
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\ufeff]", text)


@pytest.mark.parametrize(
    "text", [" =1+1", "  @x", "\u200b=1", "\ufeff+1", "\t=1", "\xa0-1", "\x1b[31m", "\u202e=1"]
)
def test_a_cell_is_no_formula_and_steers_no_terminal(text: str) -> None:
    cell = next(iter(csv.reader([table([text], [])])))[0]
    assert cell.isprintable()
    assert not FORMULA.match(cell.lstrip())


@pytest.mark.parametrize(
    "text",
    [
        "!1",
        "#12",
        "&3",
        "~bug",
        '~"bug"',
        "%v1",
        "@name",
        "GH-7",
        "www.a.b",
        "https://a.b",
        "mailto:a@b.c",
        "/close",
        "deadbee",
        "0000000000000000000000000000000000000000",
        "0123456789abcdef0123456789abcdef01234567",
    ],
)
def test_no_host_finds_a_reference_in_what_is_drawn(text: str) -> None:
    """Hosts search the text that is drawn, where escapes are gone."""
    for markup in (safe(text), in_html(text)):
        seen = html.unescape(re.sub(r"\\(?=[^\w\s])", "", markup))
        assert seen.replace("\u200b", "") == text
        assert not REFERENCE.search(seen), seen
    assert "\u200b" not in html.unescape(safe("gpt-6.1, 50 % off, Q&A: 12 of 345678"))


REFERENCE = re.compile(
    r"[#!&]\d|[~%][\w\"]|@\w|GH-\d|www\.|://|mailto:\w|^/\w|(?<!\w)[0-9a-f]{7,}(?!\w)"
)


# focus

MANDATORY = """
BilledCost BillingAccountId BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory
ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart CommitmentDiscountId
CommitmentDiscountStatus ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice
EffectiveCost InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity PricingUnit
ProviderName PublisherName RegionId ServiceCategory ServiceName SkuId SkuPriceId SubAccountId Tags
"""
SERVICES = {
    "AI and Machine Learning",
    "Business Applications",
    "Compute",
    "Databases",
    "Integration",
    "Management and Governance",
    "Other",
}


def test_focus_has_the_columns_of_the_specification_and_adds_up() -> None:
    rows = rows_of(drawn("focus", *opened(SUPPORT)))
    assert set(MANDATORY.split()) <= set(rows[0])
    assert all(re.fullmatch(r"(x_)?([A-Z][a-z]*)+", name) for name in rows[0])
    for cost in ("BilledCost", "EffectiveCost", "ContractedCost"):
        assert sums(rows, "x_Stack", cost) == totals(SUPPORT)
    listed = {one["stack"]: one["list_monthly"] for one in data(SUPPORT)["estimates"]}
    assert sums(rows, "x_Stack", "ListCost") == listed


def test_focus_rows_hold_together() -> None:
    for row in rows_of(drawn("focus", *opened(SUPPORT, MINIMAL, BILL))):
        assert (row["x_FocusVersion"], row["x_Estimate"]) == ("1.2", "true")
        assert row["BillingPeriodStart"] == "2026-11-01T00:00:00Z"
        assert row["BillingPeriodEnd"] == "2026-12-01T00:00:00Z"
        assert row["ServiceCategory"] in SERVICES
        assert row["ChargeCategory"] in ("Usage", "Purchase", "Credit")
        assert row["ChargeFrequency"] in ("Usage-Based", "Recurring", "One-Time")
        assert row["InvoiceId"] == row["CommitmentDiscountId"] == ""
        assert "not an invoice" in row["BillingAccountName"]
        assert json.loads(row["Tags"])["component"] == row["x_Component"]
        for name, value in row.items():
            if name.endswith(("Cost", "UnitPrice", "Quantity")) and value:
                assert re.fullmatch(r"-?\d+\.\d+", value), (name, value)
        for name in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"):
            assert row[name], name
        if row["ListUnitPrice"]:
            quantity = Decimal(row["PricingQuantity"])
            for price, cost in (("List", "ListCost"), ("Contracted", "ContractedCost")):
                made = quantity * Decimal(row[f"{price}UnitPrice"])
                assert abs(made - Decimal(row[cost])) < Decimal("1e-4")


def test_focus_leaves_out_what_has_no_price_and_says_so() -> None:
    rows = rows_of(drawn("focus", *opened(SUPPORT)))
    for made in data(SUPPORT)["estimates"]:
        own = [row for row in rows if row["x_Stack"] == made["stack"]]
        lines = sum(len(one["line_items"]) for one in made["components"])
        assert len(own) == lines - len(made["unpriced"])
        for row in own:
            assert all(one["offer"] in row["x_LeftOut"] for one in made["unpriced"])
            assert bool(row["x_LeftOut"]) == bool(made["unpriced"])


def test_each_version_of_focus_has_its_own_columns() -> None:
    old, new = ({*rows_of(drawn(form, *opened(SUPPORT)))[0]} for form in ("focus", "focus-1.4"))
    assert old - new == {"ProviderName", "PublisherName"}
    assert new - old == {"HostProviderName", "ServiceProviderName", "InvoiceDetailId"}
    (version,) = {row["x_FocusVersion"] for row in rows_of(drawn("focus-1.4", *opened(SUPPORT)))}
    assert version == "1.4"


def test_focus_names_clouds_as_their_exports_do() -> None:
    rows = rows_of(drawn("focus", *opened(SUPPORT)))
    seen = {(row["ProviderName"], row["ServiceName"]) for row in rows}
    assert ("AWS", "Amazon Bedrock") in seen


# junit


def check_junit(text: str) -> ElementTree.Element:
    """The structure of the schema that Jenkins publishes (junit-10.xsd), checked by hand."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    assert set(root.attrib) <= {"name", "time", "tests", "failures", "errors", "disabled"}
    for suite in root:
        assert suite.tag == "testsuite"
        assert {"name", "tests"} <= set(suite.attrib)
        allowed = {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "id"}
        assert set(suite.attrib) <= allowed
        for case in suite:
            assert case.tag == "testcase"
            assert set(case.attrib) == {"classname", "name", "time"}
            for part in case:
                assert part.tag in ("failure", "error", "skipped", "system-out", "system-err")
                if part.tag in ("failure", "error"):
                    assert set(part.attrib) == {"message", "type"}
        assert int(suite.attrib["tests"]) == len(suite)
        for kind in ("failure", "error"):
            count = sum(case.find(kind) is not None for case in suite)
            assert int(suite.attrib[f"{kind}s"]) == count
    for kind in ("tests", "failures", "errors"):
        assert int(root.attrib[kind]) == sum(int(suite.attrib[kind]) for suite in root)
    return root


def test_junit_has_a_suite_a_stack_and_counts_what_it_says() -> None:
    root = check_junit(drawn("junit", *opened(SUPPORT)))
    stacks = data(SUPPORT)["estimates"]
    assert [one.attrib["name"] for one in root] == [f"support-agent: {x['stack']}" for x in stacks]
    over = sum(one["budget"]["headroom"] < 0 for one in stacks)
    stale = sum(bool(one["stale"]) for one in stacks)
    assert int(root.attrib["failures"]) == over + stale
    assert int(root.attrib["errors"]) == sum(bool(one["unpriced"]) for one in stacks)
    assert root[0].attrib["failures"] == root[0].attrib["errors"] == "0"
    check_junit(drawn("junit", *opened(SUPPORT, MINIMAL, BILL)))


def test_junit_stays_xml_whatever_the_names() -> None:
    root = check_junit(drawn("junit", hostile()))
    assert root[0].attrib["failures"] == "3"
    assert "<script>" in root[0].attrib["name"]


# sarif


def test_sarif_follows_its_schema_and_says_every_finding() -> None:
    validator = Draft4Validator(
        json.loads((ROOT / "tests" / "data" / "sarif-schema-2.1.0.json").read_text("utf-8"))
    )
    for saved in (opened(SUPPORT), opened(SUPPORT, MINIMAL, BILL), [hostile()], opened(MINIMAL)):
        made = json.loads(drawn("sarif", *saved))
        validator.validate(made)
        (run,) = made["runs"]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(rules) == len(set(rules))
        assert len(run["results"]) == sum(len(findings(one).findings) for one in saved)
        marks = [one["partialFingerprints"]["costplan/v1"] for one in run["results"]]
        assert len(set(marks)) == len(marks)
        for one in run["results"]:
            assert rules[one["ruleIndex"]] == one["ruleId"]
    assert list(validator.iter_errors({"version": "2.1.0"}))


def test_findings_point_at_the_line_of_the_workload() -> None:
    text = (GOLDEN / "support-agent.toml").read_text("utf-8").split("\n")
    (run,) = json.loads(drawn("sarif", *opened(SUPPORT)))["runs"]
    for one in run["results"]:
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "support-agent.toml"
        line = text[place["region"]["startLine"] - 1]
        if one["ruleId"] == "over-budget":
            assert line.startswith("[budget")
        if one["ruleId"] in ("unpriced", "stale"):
            offer = one["properties"]["offer"]
            assert offer.split("/")[0] in line or "{" in line, (offer, line)


def test_a_file_name_becomes_an_uri() -> None:
    text = drawn("sarif", hostile())
    assert '"uri": "a%20b/%C3%BC%25%2C%3A%0A.toml"' in text


# github and gitlab


def test_workflow_commands_are_one_line_each_and_escape_what_ends_them() -> None:
    text = drawn("github", hostile())
    found = findings(hostile()).findings
    assert len(text.splitlines()) == len(found)
    for row in text.splitlines():
        assert row.isprintable()
        head, _, message = row.removeprefix("::").partition("::")
        command, _, properties = head.partition(" ")
        assert command in ("error", "warning", "notice")
        assert [one.partition("=")[0] for one in properties.split(",")] == ["file", "line", "title"]
        assert "file=a b/ü%25%2C%3A%0A.toml" in head
        assert message
    assert any("%250A" not in row and "100%25: a, b%0D%0Ac" in row for row in text.splitlines())


def test_code_quality_issues_have_what_the_report_needs() -> None:
    made = json.loads(drawn("gitlab", *opened(SUPPORT), hostile()))
    assert len({one["fingerprint"] for one in made}) == len(made) > 6
    for one in made:
        assert set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert one["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert one["location"]["lines"]["begin"] >= 1
        assert one["location"]["path"]


def test_a_fingerprint_outlives_figures_and_dates() -> None:
    before = json.loads(drawn("gitlab", *opened(SUPPORT)))
    changed = data(SUPPORT)
    for stack in changed["estimates"]:
        stack["budget"]["monthly_total"] += 1
        stack["budget"]["headroom"] += 1
    after = json.loads(drawn("gitlab", Saved("later.json", parse(changed))))
    assert [one["fingerprint"] for one in before] == [one["fingerprint"] for one in after]
    assert before != after


def test_a_document_without_faults_annotates_nothing() -> None:
    """A price that changes soon is no fault of today's bill: a note."""
    announced = opened(MINIMAL)
    (note,) = findings(announced[0]).findings
    assert (note.rule.id, note.level, note.offer) == ("announced", "note", "google/gemini-4-argon")
    assert "<failure" not in drawn("junit", *announced)
    assert drawn("github", *announced).startswith("::notice ")
    changed = data(MINIMAL)
    for stack in changed["estimates"]:
        stack["facts"] = [fact for fact in stack["facts"] if fact["code"] != "price-soon-more"]
        stack["warnings"] = []
    sound = [Saved("sound.json", parse(changed))]
    assert findings(sound[0]).findings == []
    assert drawn("github", *sound) == ""
    assert drawn("gitlab", *sound) == "[]\n"
    assert "<failure" not in drawn("junit", *sound)
    assert 'errors="0"' in drawn("junit", *sound)


def test_facts_know_every_rule() -> None:
    changed = data(SUPPORT)
    stack = changed["estimates"][0]
    stack["reliability"]["target"] = Decimal("0.9999")
    stack["facts"].append(plain(fact("input-too-long", "a", tokens=9, model="v/m", context=8)))
    stack["warnings"] = [stack["facts"][-1]["text"]]
    stack["components"][0]["line_items"][0]["confidence"] = "unverified"
    found = findings(Saved("x.json", parse(changed))).findings
    assert {one.rule for one in found} == set(RULES)


# json, markdown, html, table


def test_several_documents_as_json_are_each_themselves() -> None:
    made = json.loads(drawn("json", *opened(SUPPORT, MINIMAL)))
    assert made["kind"] == "report"
    check = Draft202012Validator(json.loads(schema("estimate")))
    for one, path in zip(made["documents"], (SUPPORT, MINIMAL), strict=True):
        check.validate(one["document"])
        assert one["document"] == json.loads(path.read_text("utf-8"))
        assert one["workload"] == one["document"]["workload"]


def test_markdown_keeps_tables_whole_and_names_inert() -> None:
    text = drawn("markdown", hostile())
    width = None
    for row in text.split("\n"):
        cells = len(re.findall(r"(?<!\\)\|", row))
        if row.startswith("| "):
            width = width or cells
            assert cells == width, row
        else:
            width = None
    outside = re.sub(r"</?(details|summary)>|<https://[^>]*>", "", text)
    assert "<" not in outside
    assert not re.search(r"@(?!&#8203;)", text)
    assert not re.search(r"(?<!&)#(?=\d)", text)
    assert "&#&" not in text
    # a line that begins with a tag is HTML until the next blank one: no markup is read in it
    outside = re.sub(r"(?m)^.*<summary>.*$", "", re.sub("<https://[^>]*>", "", text))
    bare = re.sub(r"\\.", "", outside).replace("**", "")
    assert not set(bare) & set("`*~[]")
    assert "\x1b" not in text


def test_markdown_shows_every_stack_and_its_lines() -> None:
    text = drawn("markdown", *opened(SUPPORT))
    for stack, total in totals(SUPPORT).items():
        assert re.search(rf"<summary>{stack}: (at least )?{total:,.2f} USD a month", text)
    assert text.count("<details>") == text.count("</details>") == len(totals(SUPPORT)) + 1
    assert text.count("over-budget") == 3


def test_html_shows_every_total_and_escapes_names() -> None:
    text = drawn("html", *opened(SUPPORT))
    for stack, total in totals(SUPPORT).items():
        assert f"<dt>{stack}</dt>" in text
        assert f"{total:,.2f}" in text
    nasty = drawn("html", hostile())
    assert "<script" not in nasty
    assert NASTY.split(" *")[0] in "".join(Page(nasty).texts)


def contrast(one: str, other: str) -> float:
    def light(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        r, g, b = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_told_apart_in_both_schemes() -> None:
    from costplan.render.html_style import CSS

    schemes = [dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in CSS.split("@media")[:2]]
    for colors in schemes:
        for paper in ("paper", "soft"):
            for ink in ("ink", "dim", "link", "bad", "warn"):
                assert contrast(colors[ink], colors[paper]) >= 4.5, (ink, paper)
        for name in (*map(shade_of, COLOURS), "good", "warn", "bad"):
            assert contrast(colors[name], colors["paper"]) >= 3


def test_every_component_has_a_colour_of_its_own() -> None:
    assert set(COLOURS) == {*CATEGORIES, OTHER}
    for field in Colour._fields:
        assert len({getattr(one, field) for one in COLOURS.values()}) == len(COLOURS), field
    assert colour_of("of nobody") == COLOURS[OTHER]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_draws_every_kind(form: str) -> None:
    for path in sorted(SAVED.glob("*.json")):
        text = render_all(opened(path), form, LOOK)
        assert text == "" or text.endswith("\n")
        render_all(opened(path, MINIMAL), form, LOOK)
    plain = render_all([hostile()], form, Look(unicode=False))
    allowed = "\r\n" if form in ("csv", "focus", "focus-1.4") else "\n"
    bad = {one for one in plain if not one.isprintable() and one not in allowed}
    assert bad <= ({"\t", "\x1b"} if form in ("csv", "focus", "focus-1.4") else set()), bad


def test_formats_with_rows_are_the_ones_that_say_so() -> None:
    from importlib import import_module

    able = [name for name in FORMATS if hasattr(import_module(FORMATS[name]), "draw_rows")]
    assert tuple(able) == TABULAR
