"""Where catalogues lie: the one that ships, and the user's own."""

from __future__ import annotations

import os
from pathlib import Path

from costplan.problems import BadUsage


def shipped(name: str) -> Path:
    """A folder that ships: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def built_in_folder() -> Path:
    """The catalogue that ships."""
    return shipped("pricing")


def user_folder() -> Path | None:
    """The user's own catalogue folder; None where the system knows no home.

    COSTPLAN_PRICING names another one. Raises BadUsage where that is none: a bill must not
    quietly rest on other prices than were asked for.
    """
    named = os.environ.get("COSTPLAN_PRICING")
    if named:
        if not os.path.isdir(named):  # a NUL cannot be in a variable
            raise BadUsage(
                f"COSTPLAN_PRICING is '{named}', which is no folder",
                "name a folder that holds tokens/*.toml and the like",
            )
        return Path(named)
    for variable, below in (("XDG_CONFIG_HOME", ""), ("APPDATA", ""), ("HOME", ".config")):
        base = os.environ.get(variable)
        if base:
            return Path(base) / below / "costplan" / "pricing"
    return None
