"""One comment on a pull or merge request, kept up to date: what ``costplan comment`` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from costplan.document.kinds import Saved
from costplan.problems import BadUsage, clean
from costplan.render import Look, render
from costplan.render.comment import fitted, quoted
from costplan.render.results import draw_result
from costplan.store import forge as forges
from costplan.store.files.boundary import refuse_link
from costplan.store.files.documents import open_text
from costplan.store.files.text import read_file
from costplan.store.forge.sticky import carry_out, marker, steps

if TYPE_CHECKING:
    from costplan.store.forge import Place


class Comment(NamedTuple):
    """What is to be said: a text a file, and whether anything in them has changed."""

    parts: list[str]
    changed: bool
    mark: str

    def body(self, limit: int) -> str:
        """All of it in at most so many characters, with the mark by which it is found again."""
        return fitted(self.mark, self.parts, limit)


def comment_of(
    files: Sequence[str], tag: str, quote: Path | None = None, *, documents: bool = False
) -> Comment:
    """The comment of saved documents and Markdown, and a file of plain text below them.

    It counts as changed where a diff among them tells of a change, or where there is none.
    ``documents``: Markdown is refused. Raises BadUsage, SavedError.
    """
    if not tag.replace("-", "").replace("_", "").isalnum() or not tag.isascii() or len(tag) > 50:
        raise BadUsage(f"'{clean(tag)}' is no tag", "letters, digits, - and _")
    parts, changes = [], []
    for name in files:
        opened = open_text(name)
        if isinstance(opened, str):
            if documents:
                raise BadUsage(f"{clean(name)} is no saved document", "--documents takes no other")
            parts.append(opened)
        elif isinstance(opened, Saved):
            parts.append(render(opened.document, "markdown", Look()))
        else:
            parts.append(draw_result(opened.document, "markdown", Look()))
            changes.append(getattr(opened.document, "changed", True))
    if quote is not None:
        refuse_link(quote)
        parts.append(quoted(read_file(quote)))
    return Comment(parts, any(changes) or not changes, marker(tag))


def place_of(
    forge: str,
    environment: Mapping[str, str],
    project: str | None,
    number: int | None,
    api: str | None,
) -> Place:
    """Where to comment. Raises BadUsage naming what is missing."""
    return forges.place(forge, environment, project=project, number=number, api=api)


def longest(forge: str) -> int:
    """Characters that a comment may have there."""
    return forges.size(forge)


def keep(
    forge: str, where: Place, comment: Comment, behavior: str, seconds: float, *, always: bool
) -> str:
    """Begin the comment or bring it up to date; what was done, in words. Uses the network.

    Raises BadUsage where the host cannot hide, ForgeError where it says no.
    """
    thread = forges.thread(forge, where, seconds)
    if behavior == "hide-and-new" and not thread.hides:
        raise BadUsage(f"{forge} cannot hide a comment", "--behavior delete-and-new or update")
    try:
        body = comment.body(thread.limit)
        changed = comment.changed or always
        planned = steps(thread.comments(), body, comment.mark, behavior, changed=changed)
        carry_out(thread, planned, body)
    finally:
        thread.close()
    words = ", ".join(f"{step.action}d" if step.action != "hide" else "hid" for step in planned)
    return f"{words} the comment" if words else "nothing to say that is not there already"
