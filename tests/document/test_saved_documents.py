"""What is saved can be read again, and says the same; what was changed by hand is refused."""

from __future__ import annotations

import copy
import json
import sys
from decimal import Decimal
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from jsonschema import Draft202012Validator
from properties import TRIED

from costplan.cli import run
from costplan.document.kinds import KINDS, PAGES, RESULTS, type_of
from costplan.document.saved import parse, plain
from costplan.problems import BadUsage, InvalidInput
from costplan.render import Look, render
from costplan.render.json import dumps
from costplan.store.files.documents import open_document, parse_json
from costplan.store.files.schemas import schema

ROOT = Path(__file__).resolve().parents[2]
EVERY = sorted(path.stem for path in (ROOT / "examples").glob("*.toml"))
EXAMPLES = EVERY if settings.default.max_examples >= TRIED else [*EVERY[::3], "support-agent"]
"""Of ``make test`` each third."""
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))
DAY = ("--as-of", "2026-11-22")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The JSON of every example: estimated, over a horizon, compared; and of a bill."""
    folder = tmp_path_factory.mktemp("made")
    texts = {}
    for name in EXAMPLES:
        workload = str(ROOT / "examples" / f"{name}.toml")
        asked = {
            f"{name}-estimate": ("estimate", workload, *DAY),
            f"{name}-horizon": ("estimate", workload, *DAY, "--set", "horizon_months=3"),
            f"{name}-comparison": ("compare", workload, *DAY),
        }
        if name == "support-agent":
            asked[f"{name}-levers"] = ("compare", workload, *DAY, "--levers")
        for key, arguments in asked.items():
            out = folder / f"{key}.json"
            assert run([*arguments, "--format", "json", "--out", str(out)]) == 0
            texts[key] = out.read_text(encoding="utf-8")
    return texts


def data_of(text: str) -> Any:
    return parse_json("text", text)


def test_every_example_is_read_back_to_the_same_bytes(made: dict[str, str]) -> None:
    assert len(made) >= 3 * len(EXAMPLES)
    for name, text in made.items():
        assert dumps(plain(parse(data_of(text)))) + "\n" == text, name


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_every_golden_document_is_read_back_to_the_same_bytes(path: Path) -> None:
    saved = open_document(str(path))
    assert render(saved.document, "json", Look()) == path.read_text(encoding="utf-8")


def test_a_saved_document_draws_the_table_of_the_fresh_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    workload = str(ROOT / "examples" / "support-agent.toml")
    price = ("price", "langsmith/plus", "seats=3", "traces=20000", "--at", "2026-11-22")
    floors = (
        "price",
        "pinecone/standard",
        "read_units=1000",
        "vectors=2000",
        "dimensions=512",
        "--at",
        "2026-11-22",
    )
    for number, arguments in enumerate(
        [("estimate", workload, *DAY), ("compare", workload, *DAY, "--levers"), price, floors]
    ):
        assert run([*arguments]) == 0
        fresh = capsys.readouterr().out
        out = tmp_path / f"{number}.json"
        assert run([*arguments, "--format", "json"]) == 0
        out.write_text(capsys.readouterr().out, encoding="utf-8")
        look = Look(width=80, full="--levers" in arguments)
        assert render(open_document(str(out)).document, "table", look) == fresh


def test_documents_are_valid_with_and_without_their_optional_parts(made: dict[str, str]) -> None:
    checks = {name: Draft202012Validator(json.loads(schema(name))) for name in KINDS}
    seen = set()
    for name, text in made.items():
        data = json.loads(text)
        checks[data["kind"]].validate(data)
        seen.add(data["kind"])
        if data["kind"] == "estimate":
            without = {key: value for key, value in data.items() if key != "origin"}
            checks["estimate"].validate(without)
            checks["estimate"].validate({**data, "origin": {"file": "a.toml", "lines": {"a": 1}}})
            assert list(checks["estimate"].iter_errors({**data, "surprise": 1})), name
    for path in GOLDEN:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.get("kind", "bill") == "bill":
            checks["bill"].validate(data)
            checks["bill"].validate({key: data[key] for key in data if key != "kind"})
            seen.add("bill")
    assert seen == set(KINDS)


def test_every_kind_has_a_schema_and_a_type() -> None:
    from costplan.store.files.schemas import SCHEMAS

    for kind in KINDS | RESULTS | PAGES:
        found = type_of(kind)
        assert found.kind == kind
        assert found.schema_version.startswith("1.")
    assert set(KINDS) | set(RESULTS) <= set(SCHEMAS)


@pytest.fixture
def small() -> dict[str, Any]:
    return data_of((ROOT / "tests" / "golden" / "support-agent-horizon.json").read_text())


def refused(data: object) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(data)
    return [f"{'.'.join(map(str, one.path))}: {one.message}" for one in caught.value.problems]


def at(data: Any, path: str) -> tuple[Any, Any]:
    *way, last = [int(one) if one.isdecimal() else one for one in path.split(".")]
    for step in way:
        data = data[step]
    return data, last


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("estimates.0.total_monthly", Decimal(1), "is 1, but the rest of the document makes it"),
        ("estimates.0.fixed_monthly", Decimal(0), "is 0, but"),
        ("estimates.0.components.0.total", Decimal(7), "is 7, but"),
        ("estimates.0.components.0.line_items.0.amount", Decimal(9), "total_monthly: is"),
        ("estimates.0.components.0.line_items.0.quantity", Decimal(-1), "must be at least 0"),
        ("estimates.0.components.0.line_items.0.quantity", Decimal("NaN"), "finite number"),
        ("estimates.0.components.0.line_items.0.quantity", Decimal("1e90"), "no bill can hold"),
        ("estimates.0.components.0.line_items.0.quantity", Decimal("1e-9999"), "no bill can hold"),
        ("estimates.0.components.0.line_items.0.quantity", "12", "must be a number, not a string"),
        ("estimates.0.components.0.line_items.0.quantity", True, "must be a number, not a boolean"),
        ("estimates.0.components.0.line_items.0.quantity", 1.5, "must be a number, not a float"),
        ("estimates.0.components.0.line_items.0.quantity", None, "must be a number, not null"),
        ("estimates.0.components.0.line_items.0.fixed", 1, "must be true or false"),
        ("estimates.0.components.0.line_items.0.amount", None, "both known or both null"),
        ("estimates.0.components.0.line_items.0.per", Decimal(0), "must be more than 0"),
        ("estimates.0.components.0.line_items.0.tags", "redundant", "must be an array"),
        ("estimates.0.components.0.line_items.0.tags", [None], "must be a string, not null"),
        ("estimates.0.components.0.line_items.0.purpose", "fun", "must be one of produce"),
        ("estimates.0.components.0.line_items.0.confidence", "sure", "must be one of vendor"),
        ("estimates.0.components.0.line_items.0.since", "20261122", "must be a date such as"),
        ("estimates.0.components.0.line_items.0.component", "x", "a line of another component"),
        ("estimates.0.components.0.line_items", {}, "must be an array, not an object"),
        ("estimates.0.components.0.line_items", [], "total: is"),
        ("estimates.0.months.0.month", "2026-13", "must be a month such as"),
        ("estimates.0.months.0.total", Decimal(1), "is 1, but"),
        ("estimates.0.total_monthly", Decimal("1e999999999"), "no bill can hold"),
        ("estimates.0.reliability.trusted", Decimal("0.5"), "is 0.5, but"),
        ("estimates.0.reliability.aborted", Decimal("0.5"), "must sum to 1"),
        ("estimates.0.reliability.aborted", Decimal(2), "must be at most 1"),
        ("estimates.0.requests_per_month", Decimal(-5), "must be at least 0"),
        ("estimates.0.at_least", False, "is False, but"),
        ("estimates.0.stack", "a\ud800b", "half of a character"),
        ("estimates.0", 3, "must be an object, not a number"),
        ("estimates", None, "must be an array, not null"),
        ("as_of", "yesterday", "must be a date such as"),
        ("catalog", [], "must be an object, not an array"),
        ("estimates.0.surprise", 1, "unknown key 'surprise'"),
    ],
)
def test_what_was_changed_by_hand_is_refused(
    small: dict[str, Any], path: str, value: object, words: str
) -> None:
    where, last = at(small, path)
    where[last] = value
    found = refused(small)
    assert any(words in one for one in found), found


def every_key(node: Any, path: tuple[Any, ...] = ()) -> Any:
    """Each kind of key of a document once: elements of an array after the first are left out."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*path, key)
            yield from every_key(value, (*path, key))
    elif isinstance(node, list) and node:
        yield from every_key(node[0], (*path, 0))


def test_every_key_is_needed(small: dict[str, Any]) -> None:
    missing_is_fine = {
        "origin",
        "seats",
        "months",
        "mean_monthly",
        "horizon_total",
        "kind",
        "facts",
        "why",
    }
    tried = 0
    for path in list(every_key(small)):
        if path[-1] in missing_is_fine or path[:2] == ("origin", "lines") or "values" in path:
            continue
        data = copy.deepcopy(small)
        where, last = at(data, ".".join(map(str, path)))
        del where[last]
        if path == ("schema_version",):
            with pytest.raises(BadUsage, match="schema_version"):
                parse(data)
        else:
            assert any(f"missing key '{path[-1]}'" in one for one in refused(data)), path
        tried += 1
    assert tried > 70


def test_every_problem_is_told_at_once(small: dict[str, Any]) -> None:
    small["estimates"][0]["surprise"] = 1
    small["estimates"][0]["components"][0]["line_items"][0]["quantity"] = "x"
    del small["currency"]
    text = "\n".join(refused(small))
    assert "unknown key 'surprise'" in text
    assert "must be a number" in text
    assert "missing key 'currency'" in text


def test_a_newer_minor_version_may_have_keys_that_we_do_not_know(small: dict[str, Any]) -> None:
    small["schema_version"] = "1.99"
    small["estimates"][0]["mood"] = "sunny"
    small["estimates"][0]["components"][0]["line_items"][0]["mood"] = {"deep": [1]}
    again = plain(parse(small))
    assert again["schema_version"] == plain(parse(again))["schema_version"]
    assert "mood" not in again["estimates"][0]
    small["estimates"][0]["total_monthly"] = Decimal(1)
    assert refused(small)


@pytest.mark.parametrize("version", ["2.0", "10.4", "0.9"])
def test_another_major_version_is_not_read(small: dict[str, Any], version: str) -> None:
    small["schema_version"] = version
    newer = "written by a newer costplan" if version != "0.9" else "does not read"
    with pytest.raises(BadUsage, match=newer):
        parse(small)


@pytest.mark.parametrize("version", ["1", "one", 1, None, "1.x", "1.99999999999"])
def test_a_version_that_is_none_is_refused(small: dict[str, Any], version: object) -> None:
    small["schema_version"] = version
    with pytest.raises(BadUsage, match="schema_version"):
        parse(small)


def test_a_document_of_the_first_schema_is_still_read(small: dict[str, Any]) -> None:
    small["schema_version"] = "1.0"
    assert (
        plain(parse(small))["estimates"]
        == plain(parse({**small, "schema_version": "1.1"}))["estimates"]
    )
    bill = data_of((ROOT / "tests" / "golden" / "price-opus.json").read_text())
    del bill["kind"]
    assert plain(parse({**bill, "schema_version": "1.0"}))["total"] == bill["total"]


def test_figures_that_went_through_binary_floats_are_the_same_figures(
    small: dict[str, Any],
) -> None:
    text = json.dumps(json.loads(dumps(small)))
    again = plain(parse(data_of(text)))
    before, after = small["estimates"][0], again["estimates"][0]
    assert abs(before["total_monthly"] - after["total_monthly"]) < Decimal("1e-9")


def test_json_is_the_same_where_python_has_no_compiled_writer(
    monkeypatch: pytest.MonkeyPatch, small: dict[str, Any]
) -> None:
    monkeypatch.setitem(sys.modules, "_json", None)
    spec = spec_from_file_location("plain_json", ROOT / "costplan" / "render" / "json.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    small["workload"] = 'a "name"\n\x1b of é and \U0001f600'
    assert module.dumps(small) == dumps(small)


def test_a_comparison_whose_difference_was_changed_is_refused(made: dict[str, str]) -> None:
    data = data_of(made["support-agent-comparison"])
    data["versus"][0]["difference"] += 1
    assert any("but the totals are" in one for one in refused(data))
    data = data_of(made["support-agent-comparison"])
    data["baseline"] = "nobody"
    assert any("has no estimate here" in one for one in refused(data))
    data = data_of(made["support-agent-comparison"])
    data["estimate"]["estimates"][0]["total_monthly"] += 1
    assert any(one.startswith("estimate.estimates.0.total_monthly") for one in refused(data))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ('{\n  "a": \n}', ":3:1: not JSON: expecting value"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": -Infinity}', "is not a number"),
        ('{"a": 1e99999999999999999999}', "cannot be computed with"),
        ("[" * 100_000, "nests too deeply"),
        ("[]", "is an array, not a saved document"),
        ("3", "is a number, not a saved document"),
        ("{}", "has no 'schema_version'"),
        ('{"schema_version": "1.0"}', "has no 'kind'"),
        ('{"schema_version": "1.0", "kind": "price_page"}', "cannot be drawn again"),
        ('{"schema_version": "1.0", "kind": 7}', "cannot be drawn again"),
        ('{"schema_version": "1.0", "kind": "estimat"}', "of kind 'estimat'"),
    ],
)
def test_what_is_no_document_says_so(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "saved.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadUsage) as caught:
        open_document(str(path))
    assert words in caught.value.message
    assert str(path) in caught.value.message
    assert caught.value.hint


def test_what_is_no_text_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "binary.json").write_bytes(b"\x89PNG\x00\xff")
    (tmp_path / "sixteen.json").write_bytes('{"a": 1}'.encode("utf-16"))
    for name, words in [
        (str(tmp_path), "is a folder"),
        (str(tmp_path / "none.json"), "does not exist"),
        (str(tmp_path / "binary.json"), "is not UTF-8"),
        (str(tmp_path / "sixteen.json"), "is not UTF-8"),
        ("a\0b", "is not a file name"),
    ]:
        with pytest.raises(BadUsage, match=words):
            open_document(name)


def test_the_parser_takes_plain_data_of_a_program(small: dict[str, Any]) -> None:
    small["estimates"][0]["requests_per_month"] = int(small["estimates"][0]["requests_per_month"])
    assert parse(small)


def test_a_fact_of_a_newer_version_keeps_its_words(small: dict[str, Any]) -> None:
    stack = small["estimates"][0]
    told = stack["facts"][0]
    told |= {"code": "of-a-newer-version", "values": {"more": [Decimal(1)]}}
    assert "must be a string" in "\n".join(refused(small))
    told["values"] = {"more": Decimal(1)}
    small["schema_version"] = "1.99"
    (made, *_) = parse(small).estimates  # type: ignore[union-attr]
    assert (made.facts[0].code, made.facts[0].text) == ("of-a-newer-version", told["text"])
    assert told["text"] in stack["assumptions"] == made.assumptions


def test_a_fact_and_its_sentence_go_together(small: dict[str, Any]) -> None:
    facts = small["estimates"][0]["facts"]
    del facts[next(at for at, one in enumerate(facts) if one["topic"] == "not-included")]
    assert any("not_included: has" in one for one in refused(small))
