"""Saved documents drawn again, alone or together: what ``costplan report`` does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from costplan.document.kinds import Saved, SavedResult, kind_of
from costplan.problems import BadUsage, did_you_mean
from costplan.render import BINARY, FORMATS, TABULAR, Look, render_all, render_file, render_rows
from costplan.store.files.documents import open_all

if TYPE_CHECKING:
    from costplan.document.rows import Rows

__all__ = ["Choice", "draw", "open_all"]

WITH_FULL = ("forecast",)
"""Results of which ``--full`` shows more."""
SUMMARISED = ("lean", "json", "table")
"""Formats that a summary has; as a table it is drawn lean."""


class Choice(NamedTuple):
    """Which lines are asked for, and whether as they are (``fields``) or as sums (``group_by``);
    ``summary``: the figures that decide, and no lines."""

    stacks: Sequence[str] = ()
    filters: Sequence[str] = ()
    fields: str | None = None
    group_by: str | None = None
    top: int | None = None
    summary: bool = False

    @property
    def wants_rows(self) -> bool:
        return (self.fields, self.group_by, self.top) != (None, None, None)

    def check(self, form: str) -> None:
        """Raises BadUsage for what does not go together, before anything is read."""
        from costplan.document.rows import GROUPS

        known = (*FORMATS, *BINARY)
        if form not in known:
            hint = did_you_mean(form, known) or "formats: " + ", ".join(known)
            raise BadUsage(f"'{form}' is no format", hint)
        if self.fields is not None and self.group_by is not None:
            raise BadUsage("--fields shows lines and --group-by sums", "give one of them")
        if self.group_by not in (None, *GROUPS):
            hint = did_you_mean(str(self.group_by), GROUPS) or "groups: " + ", ".join(GROUPS)
            raise BadUsage(f"lines have no '{self.group_by}' to be summed by", hint)
        if self.top is not None and self.top < 1:
            raise BadUsage(f"--top is {self.top}: it must be at least 1")
        asked = {"--fields": self.fields, "--group-by": self.group_by, "--top": self.top}
        given = next((name for name, value in asked.items() if value is not None), None)
        if given is not None and form not in TABULAR:
            raise BadUsage(
                f"{given} does not apply to --format {form}",
                f"it applies to {', '.join(TABULAR)}; --stack and --filter apply to all",
            )
        if self.summary and given is not None:
            raise BadUsage(f"--summary shows no lines, and {given} does", "give one of them")
        if self.summary and form not in SUMMARISED:
            raise BadUsage(
                f"--summary does not apply to --format {form}",
                f"it applies to {', '.join(SUMMARISED)}; a page is brief without it",
            )


def draw(
    opened: Iterable[Saved | SavedResult], form: str, choice: Choice, look: Look
) -> str | bytes:
    """Documents as one text in a format of ``costplan.render``, or as the bytes of one that is no
    text.

    Raises BadUsage for a format or a choice that they have not.
    """
    from costplan.render.results import draw_results

    choice.check(form)
    opened = list(opened)
    saved = [document for document in opened if isinstance(document, Saved)]
    results = [document for document in opened if isinstance(document, SavedResult)]
    if results:
        _alone(results, saved, choice, look)
        if choice.summary:
            return _summaries(results, form, look)
        if choice.fields is not None or choice.filters or choice.top is not None:
            return render_rows(_result_rows(results, choice, form), form, look)
        return draw_results(results, form, look)
    chosen = _chosen(saved, choice)
    if choice.summary:
        return _summaries(chosen, form, look)
    if choice.wants_rows:
        return render_rows(_rows(chosen, choice), form, look)
    if form in BINARY:
        return render_file(chosen, form, look)
    return render_all(chosen, form, look)


def part(saved: Saved, choice: Choice) -> tuple[Saved, list[dict[str, Any]] | None]:
    """A document with the lines of a choice, and these as rows where fields or a filter ask for
    them. Raises BadUsage as ``draw``."""
    from costplan.render.json import row_objects

    choice.check("json")
    (chosen,) = _chosen([saved], choice)
    if not choice.wants_rows and not choice.filters:
        return chosen, None
    return chosen, row_objects(_rows([chosen], choice))


def _summaries(saved: Sequence[Saved] | Sequence[SavedResult], form: str, look: Look) -> str:
    from costplan.render import lean
    from costplan.render.json import draw_summaries

    return draw_summaries(saved) if form == "json" else lean.draw(saved, look)


def _result_rows(results: Sequence[SavedResult], choice: Choice, form: str) -> Rows:
    """Verdicts or changes as rows: a part of a check is no check, and is not drawn as one."""
    from costplan.document.result_rows import KINDS as ROWED_KINDS
    from costplan.document.result_rows import result_rows

    kinds = {kind_of(result.document) for result in results}
    if others := kinds - ROWED_KINDS.keys():
        raise BadUsage(
            f"--fields, --filter and --top do not apply to a {others.pop()}",
            "--summary, --format and --out do; csv and json have every row",
        )
    if len(kinds) > 1:
        raise BadUsage("rows of checks and of diffs have other fields", "ask for them one by one")
    if form not in TABULAR:
        raise BadUsage(
            f"--filter of a {kinds.pop()} does not apply to --format {form}",
            f"it applies to {', '.join(TABULAR)}",
        )
    return result_rows(results, choice.filters, choice.fields, choice.top)


def _chosen(saved: Sequence[Saved], choice: Choice) -> Sequence[Saved]:
    if not choice.stacks and not choice.filters:
        return saved
    from costplan.document.choosing import choose, read_filter

    return choose(saved, choice.stacks, [read_filter(text) for text in choice.filters])


def _rows(saved: Sequence[Saved], choice: Choice) -> Rows:
    from costplan.document.rows import default_fields, grouped_by, lines, read_fields

    if choice.group_by is not None:
        return grouped_by(saved, choice.group_by, choice.top)
    fields = default_fields(saved) if choice.fields is None else read_fields(choice.fields)
    return lines(saved, fields, choice.top)


def _alone(
    results: Sequence[SavedResult], saved: Sequence[Saved], choice: Choice, look: Look
) -> None:
    """Raises BadUsage where results stand beside documents of lines, or options ask for lines."""
    first, kind = results[0], kind_of(results[0].document)
    if saved:
        beside = saved[0]
        raise BadUsage(
            f"{first.name} is a {kind} and has no lines, as {beside.name} has: "
            f"it cannot be drawn beside the {kind_of(beside.document)}",
            "report documents of lines by themselves, and all others by themselves",
        )
    asked = {
        "--stack": choice.stacks,
        "--group-by": choice.group_by,
        "--lines": look.lines,
        "--full": look.full and kind not in WITH_FULL,
        "--explain": look.explain,
    }
    given = next((name for name, value in asked.items() if value not in (None, (), [], False)), "")
    if given:
        raise BadUsage(
            f"{given} does not apply to {first.name or 'it'}: a {kind} has no lines",
            "--summary, --fields, --filter, --top, --format and --out apply to diffs and checks",
        )
