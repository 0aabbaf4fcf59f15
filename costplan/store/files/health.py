"""What the machine has of costplan: catalogues read whole, libraries, programs. No network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from costplan.catalog.filed import Filed
from costplan.catalog.lookup import Shelf
from costplan.document.health import Package
from costplan.problems import BadUsage, CostplanError
from costplan.store.files.catalogue_folder import catalogue_files
from costplan.store.files.folders import built_in_folder, user_folder
from costplan.store.files.provisioned import open_provisioned
from costplan.store.files.shelves import SlicedFolder, open_catalog
from costplan.store.files.throughput import open_energy, open_throughput
from costplan.store.files.whole import filed_file
from costplan.store.files.workloads import nearest_file

NEEDED = ("typer", "rich", "pydantic", "tomli", "tomli-w", "httpx")
OPTIONAL = (
    "duckdb",
    "genai-prices",
    "ibis-framework",
    "numpy",
    "psycopg",
    "tomlkit",
    "tzdata",
    "xlsxwriter",
)
SECRETS = ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "HTTPS_PROXY", "HTTP_PROXY")
"""Variables of which a report says only whether they are set."""


class Read(NamedTuple):
    """A folder of prices, read whole. ``filed`` None: it is not there."""

    name: str
    folder: Path | None
    filed: list[Filed] | None
    problems: list[str]


def workload_file() -> Path | None:
    """The file that commands take where none is named."""
    named = os.environ.get("COSTPLAN_WORKLOAD")
    if named:
        return Path(named)
    try:
        return nearest_file()
    except BadUsage:
        return None


def catalogues(project: Path) -> tuple[list[Read], list[str]]:
    """Every shelf of a project with what is wrong with it, and what keeps shelves from opening."""
    problems: list[str] = []
    try:
        shelves: list[Shelf] = [*open_catalog(project).shelves]
        user = user_folder()
    except (CostplanError, OSError) as error:
        problems.append(said(error))
        shelves, user = [SlicedFolder("built-in", built_in_folder())], None  # the rest is unknown
    roots = [(shelf, getattr(shelf, "root", None)) for shelf in shelves]
    reads = [_read(shelf, root) for shelf, root in roots if isinstance(root, Path)]
    for read in (open_throughput, open_provisioned, open_energy):
        try:
            read()
        except (CostplanError, OSError) as error:
            problems.append(said(error))
    here = {read.name for read in reads}
    missing = {"user": user, "project": _whole(project) / "pricing"}
    reads += [Read(name, at, None, []) for name, at in missing.items() if name not in here]
    return reads, problems


def _whole(folder: Path) -> Path:
    try:
        return folder.absolute()
    except OSError:  # the current folder is gone
        return folder


def _read(shelf: Shelf, root: Path) -> Read:
    filed: list[Filed] = []
    problems: list[str] = []
    try:
        for path, category in catalogue_files(root):
            try:
                filed += filed_file(shelf.name, root, path, category)
            except (CostplanError, OSError) as error:
                problems.append(said(error))
        if not problems:
            list(shelf.ids())  # finds an id that two files claim
    except (CostplanError, OSError) as error:
        problems.append(said(error))
    return Read(shelf.name, root, filed, problems)


def said(error: Exception) -> str:
    """An error in a sentence, with its remedy."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror or error}"
    hint = getattr(error, "hint", None)
    return f"{error}; {hint}" if hint else str(error)


def packages() -> Iterable[Package]:
    """The libraries that costplan needs or can use."""
    from importlib.metadata import PackageNotFoundError, version

    for name in (*NEEDED, *OPTIONAL):
        try:
            yield Package(name, version(name), name in NEEDED)
        except PackageNotFoundError:
            yield Package(name, None, name in NEEDED)


def secrets() -> dict[str, bool]:
    """Which secrets are set; never what they hold."""
    return {name: bool(os.environ.get(name)) for name in SECRETS}


def git() -> str | None:
    """Where git is."""
    return shutil.which("git")
