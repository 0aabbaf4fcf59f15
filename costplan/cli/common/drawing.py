"""A fresh document as the options of its command want it: whole, in brief, or rows of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from costplan.cli.common.options import FieldsOption, FilterOption, SummaryOption

if TYPE_CHECKING:
    from costplan.render import Look


class Part(NamedTuple):
    """What ``--summary``, ``--filter`` and ``--fields`` ask for."""

    summary: SummaryOption = False
    filters: FilterOption = None
    fields: FieldsOption = None

    @property
    def is_whole(self) -> bool:
        return not self.summary and not self.filters and self.fields is None

    def check(self, form: str) -> None:
        """Raises BadUsage for what does not go together, before anything is read."""
        if not self.is_whole:
            self._choice.check(form)

    def draw(self, document: Any, form: str, look: Look) -> str | bytes:
        """The document, or this part of it, as ``costplan report`` would draw it."""
        from costplan.document.kinds import RESULTS, Saved, SavedResult
        from costplan.render import BINARY, render

        is_result = document.kind in RESULTS
        if not self.is_whole or form in BINARY:
            from costplan.api.reporting import draw

            saved = SavedResult("", document) if is_result else Saved("", document)
            return draw([saved], form, self._choice, look)
        if is_result:
            from costplan.render.results import draw_result

            return draw_result(document, form, look)
        return render(document, form, look)

    @property
    def _choice(self) -> Any:
        from costplan.api.reporting import Choice

        return Choice(filters=self.filters or (), fields=self.fields, summary=self.summary)


def alone(scenarios: Sequence[str]) -> str:
    """The scenario that is laid over the file: the only one. Raises BadUsage for one without a
    name, such as of a variable that is not set: the file as it is would be judged in its place."""
    from costplan.problems import BadUsage

    if "" in scenarios:
        raise BadUsage("--scenario names no scenario", "--scenario NAME; leave it out for the file")
    return scenarios[0] if len(scenarios) == 1 else ""


def side_by_side(rows: Any, part: Part, form: str, look: Look) -> str:
    """Several scenarios as rows. Raises BadUsage for what a small table of them has not."""
    from costplan.problems import BadUsage
    from costplan.render import TABULAR, render_rows

    if form not in TABULAR or not part.is_whole:
        raise BadUsage(
            "several scenarios stand side by side as rows alone",
            f"formats: {', '.join(TABULAR)}; one --scenario has all that an estimate has",
        )
    return render_rows(rows, form, look)
