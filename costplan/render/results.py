"""Results, such as a diff: documents without lines, each kind with formats of its own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from costplan.document.saved import kind_of
from costplan.problems import BadUsage
from costplan.render import Look

if TYPE_CHECKING:
    from costplan.document.saved import Result

RESULT_FORMATS: Mapping[str, Mapping[str, str]] = {
    "diff": {
        "table": "costplan.render.diff",
        "json": "costplan.render.result_json",
        "markdown": "costplan.render.diff_markdown",
    },
}
"""Of each kind the modules with ``draw(document, look)``, by format."""


def draw_result(document: Result, form: str, look: Look) -> str:
    """The result in a format of its kind, ending in a newline. Raises BadUsage for another one."""
    kind = kind_of(document)
    formats = RESULT_FORMATS[kind]
    if form not in formats:
        raise BadUsage(f"a {kind} cannot be drawn as {form}", "formats: " + ", ".join(formats))
    text: str = import_module(formats[form]).draw(document, look)
    return text
