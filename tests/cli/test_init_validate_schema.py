"""``costplan init``, ``validate`` and ``schema``: a start that runs, a check, editors' help."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from properties import sampled
from run import DAY, ROOT, WORKLOAD, costplan

from costplan.store.files import starters

WORKLOADS = sorted((ROOT / "examples").glob("*.toml"))


@pytest.fixture(scope="module")
def workload_schema(tmp_path_factory: pytest.TempPathFactory) -> Any:
    ran = costplan("schema", folder=tmp_path_factory.mktemp("schema"))
    assert (ran.code, ran.err) == (0, "")
    schema = json.loads(ran.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("size", starters.SIZES)
@pytest.mark.parametrize("template", starters.names())
def test_every_template_runs_in_every_size(
    template: str, size: str, tmp_path: Path, workload_schema: Any
) -> None:
    made = costplan("init", "--template", template, "--size", size, folder=tmp_path)
    assert (made.code, made.out, made.err) == (0, "", "wrote costplan.toml\n")
    workload_schema.validate(tomllib.loads((tmp_path / "costplan.toml").read_text()))
    ran = costplan("estimate", *DAY, "--format", "json", folder=tmp_path)
    assert ran.code == 0, ran.err
    for stack in ran.data["estimates"]:
        assert stack["total_monthly"] > 0
        assert stack["total_monthly"] == stack["fixed_monthly"] + stack["variable_monthly"]


@pytest.mark.parametrize("template", starters.names())
def test_sizes_change_the_traffic_and_nothing_unsaid(template: str, tmp_path: Path) -> None:
    texts = []
    for size in starters.SIZES:
        made = costplan(
            "init", "--template", template, "--size", size, "--out", "-", folder=tmp_path
        )
        assert (made.code, made.err) == (0, "")
        texts.append(made.out)
    light, typical, heavy = texts
    assert len({light, typical, heavy}) == 3
    assert typical == starters.text(template)
    rows = zip(light.splitlines(), typical.splitlines(), heavy.splitlines(), strict=True)
    changed = [one for one, other, third in rows if len({one, other, third}) > 1]
    assert all(re.search(r"# light \S+, typical \S+, heavy \S+: \w", line) for line in changed)


def test_init_says_which_template_it_took(tmp_path: Path) -> None:
    """On standard error, so that what is printed stays a workload; nothing of one that was asked
    for."""
    said = "template 'minimal': --template NAME takes another, --list names them"
    assert said in costplan("init", folder=tmp_path).err
    printed = costplan("init", "--out", "-", "--size", "heavy", folder=tmp_path)
    assert said in printed.err
    assert "template" not in printed.out.splitlines()[0]
    assert said not in costplan("--quiet", "init", "--out", "-", folder=tmp_path).err
    asked = costplan("init", "--template", "minimal", "--out", "-", folder=tmp_path)
    assert asked.err == ""


def test_init_lists_the_templates(tmp_path: Path) -> None:
    ran = costplan("init", "--list", folder=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == starters.names()
    assert all(len(line.split()) > 2 for line in ran.out.splitlines())
    assert max(map(len, ran.out.splitlines())) <= 80


def test_force_replaces(tmp_path: Path) -> None:
    (tmp_path / "costplan.toml").write_text("mine")
    assert costplan("init", "--force", folder=tmp_path).code == 0
    assert (tmp_path / "costplan.toml").read_text() == starters.text("minimal")
    assert [path.name for path in tmp_path.iterdir()] == ["costplan.toml"]


def test_validate_says_one_line(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(WORKLOAD)
    ran = costplan("validate", "w.toml", *DAY, folder=tmp_path)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "w.toml: valid; stacks: a\n"
    (tmp_path / "w.toml").write_text(WORKLOAD + 'residency = "mars"\n')
    ran = costplan("validate", "w.toml", *DAY, folder=tmp_path)
    assert (ran.code, ran.err) == (0, "w.toml: valid; stacks: a; 2 lines have no price\n")


def test_validate_checks_bindings_too(tmp_path: Path) -> None:
    text = WORKLOAD.replace("terra", "tera")
    ran = costplan("validate", "-", *DAY, folder=tmp_path, stdin=text)
    assert (ran.code, ran.out) == (2, "")
    assert "--> standard input:14:8" in ran.err
    assert "did you mean 'openai/gpt-6.1-terra'" in ran.err


@pytest.mark.parametrize("path", WORKLOADS, ids=[path.stem for path in WORKLOADS])
def test_examples_agree_with_the_schema(path: Path, workload_schema: Any) -> None:
    workload_schema.validate(tomllib.loads(path.read_text()))


UNKNOWN = ["", "traffic", "stack.a.nested", "index.k", "runtime", "budget"]


@pytest.mark.parametrize("where", UNKNOWN)
def test_the_schema_refuses_an_unknown_key(where: str, workload_schema: Any) -> None:
    data: Any = tomllib.loads(
        WORKLOAD
        + 'k = { offer = "pinecone/standard" }\nruntime = "aws/fargate"\n'
        + "[index.k]\nvectors = 1\ndimensions = 2\n"
        + "[runtime]\nactive_cpu_seconds = 1\nwall_seconds = 1\nmemory_gib = 1\n"
        + "[budget]\nmonthly_total = 1\n"
    )
    workload_schema.validate(data)
    node = data
    for key in where.split(".") if where else ():
        node = node.setdefault(key, {})
    node["nonsense"] = [1]
    assert not workload_schema.is_valid(data)


SAVED = ("estimate", "bill", "price-diff")


@pytest.mark.parametrize("name", ["workload", "catalog", *SAVED])
def test_schemas_are_schemas(name: str, tmp_path: Path) -> None:
    ran = costplan("schema", name, "--out", "s.json", folder=tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, "", "wrote s.json\n")
    schema = json.loads((tmp_path / "s.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert '"null"' not in (tmp_path / "s.json").read_text() or name in SAVED


TOKENS = sorted((ROOT / "pricing" / "tokens").glob("*.toml"))


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> jsonschema.Draft202012Validator:
    said = costplan("schema", "catalog", folder=tmp_path_factory.mktemp("schema")).out
    return jsonschema.Draft202012Validator(json.loads(said))


@pytest.mark.parametrize("path", sampled(TOKENS, 15), ids=lambda path: path.stem)
def test_the_catalogue_agrees_with_its_schema(
    validator: jsonschema.Draft202012Validator, path: Path
) -> None:
    errors = [
        error.message
        for error in validator.iter_errors(tomllib.loads(path.read_text()))
        if "datetime.date" not in error.message
    ]
    assert errors == []
