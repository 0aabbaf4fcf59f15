"""What is released: the same bytes each time, with all that they need, under one owner's name."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release", ROOT / "ci" / "release.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


release = script()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of a release; the build itself compares two."""
    files: list[Path] = release.build(tmp_path_factory.mktemp("dist"))
    return files


def file(built: list[Path], ending: str) -> Path:
    (path,) = [path for path in built if path.name.endswith(ending)]
    return path


def test_the_wheel_has_the_prices_and_the_program_and_nothing_else(built: list[Path]) -> None:
    with zipfile.ZipFile(file(built, ".whl")) as archive:
        names = archive.namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"costplan"}
    assert "costplan/pricing/tokens/openai.toml" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_the_sdist_builds_the_same_wheel_and_has_what_the_tests_read(
    built: list[Path], tmp_path: Path
) -> None:
    with tarfile.open(file(built, ".tar.gz")) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for needed in (".ci/run", ".github/workflows/test.yml", "tests/conftest.py", "docs/ci.md"):
        assert (source / needed).is_file(), needed
    wheel = file(built, ".whl")
    code = (
        "import sys; from hatchling.builders.wheel import WheelBuilder; "
        "print(*WheelBuilder('.').build(directory='again', versions=['standard']))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, capture_output=True)
    assert (source / "again" / wheel.name).read_bytes() == wheel.read_bytes()


def test_another_moment_gives_the_same_bytes(
    built: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    again = {path.name: path for path in release.build(tmp_path)}
    for path in built:
        assert again[path.name].read_bytes() == path.read_bytes(), path.name


def test_the_schema_that_editors_fetch_is_the_command_s_own(built: list[Path]) -> None:
    schema = json.loads(file(built, ".schema.json").read_text(encoding="utf-8"))
    assert {"traffic", "step", "stack"} <= set(schema["properties"])
    outside = [
        one for one in re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema)) if one[0] != "#"
    ]
    assert outside == []


def test_everything_names_the_owner_of_pyproject() -> None:
    for name in release.NAMING:
        found = release.named((ROOT / name).read_text(encoding="utf-8"))
        assert found, f"{name} names no repository: take it off the list"
        assert set(found) == {f"{release.owner()}/costplan"}, name


def test_no_other_file_names_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "*.md", "*.yml", "*.yaml", "*.toml", "*.json", "examples/ci", "ci"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("no checkout")
    for name in listed.stdout.splitlines():
        apart = ("pricing/", "tests/", "docs/claims.md", "ci/release.py")
        if name.startswith(apart) or name in release.NAMING:
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        assert f"{release.owner()}/costplan" not in text, name


def test_a_new_owner_is_written_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*release.NAMING, "pyproject.toml"):
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / name).read_text(encoding="utf-8")
        if name == "pyproject.toml":
            text = text.replace(f'owner = "{release.owner()}"', 'owner = "acme-corp"')
        target.write_text(text, encoding="utf-8")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    assert set(release.write_owner()) == set(release.NAMING)
    for name in release.NAMING:
        assert "OWNER/costplan" not in (tmp_path / name).read_text(encoding="utf-8")
    assert release.write_owner() == []


def test_a_tag_must_be_the_version_with_a_heading_and_an_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nversion = "{version}"\n[tool.costplan]\nowner = "OWNER"\n'
    )
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    assert len(release.check("v9.9.9")) == 3
    (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version} - 2026-11-28\n")
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nversion = "{version}"\n[tool.costplan]\nowner = "acme"\n'
    )
    assert release.check(f"v{version}") == []
