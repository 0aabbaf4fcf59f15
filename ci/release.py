"""What a release needs: the tag held against the version and the changelog, distributions that are
built twice and compared, the schema for editors, and the repository's owner in one place.

    python ci/release.py check v0.2.0     the tag is the version, and the changelog has it
    python ci/release.py build dist       wheel, sdist and workload.schema.json
    python ci/release.py owner            write the owner of pyproject.toml wherever one is named
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
NAMING = (
    "docs/ci.md",
    "docs/release.md",
    "ci/costplan.gitlab-ci.yml",
    "ci/zizmor.yml",
    "ci/schemastore.json",
    "examples/ci/github.yml",
    "examples/ci/github-fork-build.yml",
    "examples/ci/github-fork-comment.yml",
    "examples/ci/gitlab-ci.yml",
    "examples/ci/pre-commit-config.yaml",
)
"""The files that name the repository."""
REPOSITORY = re.compile(r"\b[A-Za-z0-9][A-Za-z0-9-]*/costplan(?=[@\s/:\"'`]|$)", re.M)
"""OWNER/costplan as an action, a project or the end of an address. A path of this package is
written otherwise: costplan/..., ci/costplan.gitlab-ci.yml."""
NEITHER = ("docs/costplan", "examples/costplan", "bin/costplan", "pricing/costplan")
"""Paths that look like it."""


def project() -> dict[str, object]:
    """The project's table in pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def owner() -> str:
    """Who publishes the repository: ``tool.costplan.owner`` in pyproject.toml."""
    data: dict[str, dict[str, dict[str, str]]] = project()  # type: ignore[assignment]
    return data["tool"]["costplan"]["owner"]


def named(text: str) -> list[str]:
    """The repositories called costplan that a text names, as OWNER/costplan."""
    return [name for name in REPOSITORY.findall(text) if name not in NEITHER]


def write_owner() -> list[str]:
    """Put the owner wherever the repository is named; the files that changed."""
    changed = []
    for name in NAMING:
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = before
        for old in set(named(before)):
            after = after.replace(old, f"{owner()}/costplan")
        if after != before:
            path.write_text(after, encoding="utf-8")
            changed.append(name)
    return changed


def check(tag: str) -> list[str]:
    """What speaks against releasing this tag."""
    data: dict[str, dict[str, str]] = project()  # type: ignore[assignment]
    version = data["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    faults = []
    if tag != f"v{version}":
        faults.append(f"the tag is {tag}, the version in pyproject.toml {version}")
    if not re.search(rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$", changelog, re.M):
        faults.append(f"CHANGELOG.md has no '## {version} - YYYY-MM-DD'")
    if owner() == "OWNER":
        faults.append("tool.costplan.owner in pyproject.toml is still OWNER")
    return faults


def build(target: Path) -> list[Path]:
    """Wheel, sdist and the schema, in a folder. Raises SystemExit where two builds differ."""
    target.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as again:
        first, second = _distributions(target), _distributions(Path(again))
        for one, other in zip(first, second, strict=True):
            if sha256(one.read_bytes()).digest() != sha256(other.read_bytes()).digest():
                raise SystemExit(f"{one.name} comes out otherwise when it is built again")
    schema = target / "workload.schema.json"
    command = [sys.executable, "-m", "costplan", "schema", "workload"]
    schema.write_bytes(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
    return [*first, schema]


def _distributions(folder: Path) -> list[Path]:
    from hatchling.builders.sdist import SdistBuilder
    from hatchling.builders.wheel import WheelBuilder

    built: list[Path] = []
    for builder in (WheelBuilder, SdistBuilder):
        made = builder(str(ROOT)).build(directory=str(folder), versions=["standard"])
        built += map(Path, made)
    return built


def main(arguments: list[str]) -> int:
    """0 where it is done, 1 where a release must not be, 2 for another command."""
    match arguments:
        case ["check", tag]:
            faults = check(tag)
            print("\n".join(faults) or f"{tag} can be released")
            return 1 if faults else 0
        case ["build", folder]:
            for path in build(Path(folder)):
                print(sha256(path.read_bytes()).hexdigest(), path.name)
            return 0
        case ["owner"]:
            print("\n".join(write_owner()) or "every file names the owner already")
            return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
