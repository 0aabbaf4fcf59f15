"""The terms of provisioned throughput, beside the catalogue's categories."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from costplan.store.files.folders import built_in_folder
from costplan.store.files.text import parse_toml, read_document, read_kept

if TYPE_CHECKING:  # few vendors that a bill asks have terms of its models
    from costplan.catalog.provisioned import ProvisionedFile

TERMS = "[[terms]]"


def open_provisioned(root: Path | None = None) -> dict[str, ProvisionedFile]:
    """The files below ``provisioned/``, by their stem: the prefix of the ids in them."""
    folder = (root or built_in_folder()) / "provisioned"
    return {path.stem: read_provisioned(path) for path in sorted(folder.glob("*.toml"))}


def provisioned_of(name: str, root: Path) -> ProvisionedFile | None:
    """The file of a vendor, the first part of a name; of it only the terms that have that id or
    name an offer so. None where there is no such file, or nothing in it has the name."""
    path = root / "provisioned" / f"{name.partition('/')[0]}.toml"
    if not os.path.isfile(path):  # which a name that no system has is not, either
        return None
    header, *blocks = read_kept(path).split(f"\n{TERMS}\n")
    own = [block for block in blocks if f'"{name}"' in block]
    if not own:
        return None
    text = f"\n{TERMS}\n".join([header, *own])
    return _read(path, text)


def read_provisioned(path: Path) -> ProvisionedFile:
    """One vendor's terms. Raises DocumentError with every problem and its place."""
    return _read(path, read_kept(path))


def _read(path: Path, text: str) -> ProvisionedFile:
    from costplan.catalog.provisioned import ProvisionedFile

    return read_document(ProvisionedFile, str(path), text, parse_toml(str(path), text))
