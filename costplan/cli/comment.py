"""``costplan comment``: one comment on a pull or merge request, kept up to date."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Forge(StrEnum):
    """Hosts that a comment can be kept on."""

    github = "github"
    gitlab = "gitlab"


class Behavior(StrEnum):
    """What becomes of the comment that is already there."""

    update = "update"
    new = "new"
    hide_and_new = "hide-and-new"
    delete_and_new = "delete-and-new"


def command(
    forge: Annotated[Forge, typer.Argument(metavar="github|gitlab", help="Where the request is.")],
    file: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="Saved documents (JSON) or Markdown; - for standard input."
        ),
    ],
    project: Annotated[
        str | None, typer.Option("--project", metavar="OWNER/NAME", help="Or as the job says.")
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(
            "--number", min=1, metavar="N", help="Of the pull or merge request; or as the job says."
        ),
    ] = None,
    behavior: Annotated[
        Behavior, typer.Option("--behavior", help="What becomes of the comment there is.")
    ] = Behavior.update,
    tag: Annotated[
        str, typer.Option("--tag", metavar="WORD", help="Tells several comments apart.")
    ] = "default",
    always: Annotated[
        bool, typer.Option("--always", help="Begin a comment even where nothing changed.")
    ] = False,
    documents: Annotated[
        bool, typer.Option("--documents", help="Refuse Markdown: for files that others made.")
    ] = False,
    quote: Annotated[
        str | None,
        typer.Option("--quote", metavar="FILE", help="Plain text, added as a block of code."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the comment and send nothing.")
    ] = False,
    api: Annotated[
        str | None, typer.Option("--api-url", metavar="URL", help="Of an own server.")
    ] = None,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", min=1, max=3600, metavar="SECONDS", help="Seconds for all of it."
        ),
    ] = 60,
) -> int:
    """Keep one comment up to date on a GitHub or GitLab request."""
    import os

    from costplan.cli.common.voice import note
    from costplan.cli.common.words import put
    from costplan.problems import BadUsage, clean
    from costplan.render.comment import fitted, quoted
    from costplan.store import forge as forges
    from costplan.store.forge.sticky import carry_out, marker, steps

    if not tag.replace("-", "").replace("_", "").isalnum() or not tag.isascii() or len(tag) > 50:
        raise BadUsage(f"'{clean(tag)}' is no tag", "letters, digits, - and _")
    parts, changed = _texts(file, documents)
    if quote is not None:
        from costplan.store.files.boundary import refuse_link
        from costplan.store.files.text import read_file

        refuse_link(Path(quote))
        parts.append(quoted(read_file(Path(quote))))
    mark = marker(tag)
    where = None
    if not dry_run or number or project:
        where = forges.place(forge.value, os.environ, project=project, number=number, api=api)
    if dry_run:
        put(fitted(mark, parts, forges.size(forge.value)), None)
        at = f" to {where.project} #{where.number}" if where else ""
        note(f"dry run: nothing was sent{clean(at)}")
        return 0
    assert where is not None
    thread = forges.thread(forge.value, where, timeout)
    if behavior is Behavior.hide_and_new and not thread.hides:
        raise BadUsage(
            f"{forge.value} cannot hide a comment", "--behavior delete-and-new or update"
        )
    try:
        body = fitted(mark, parts, thread.limit)
        planned = steps(thread.comments(), body, mark, behavior.value, changed=changed or always)
        carry_out(thread, planned, body)
    finally:
        thread.close()
    words = ", ".join(f"{one.action}d" if one.action != "hide" else "hid" for one in planned)
    said = f"{words} the comment" if words else "nothing to say that is not there already"
    note(f"{clean(where.project)} #{where.number}: {said}")
    return 0


def _texts(files: list[str], documents: bool) -> tuple[list[str], bool]:
    """Each file as Markdown, and whether there is anything to tell: whether a diff among them
    tells of a change, or, where there is none, always."""
    from costplan.document.saved import Saved
    from costplan.problems import BadUsage, clean
    from costplan.render import Look, render
    from costplan.render.results import draw_result
    from costplan.store.files.documents import open_text

    parts, changes = [], []
    for name in files:
        found = open_text(name)
        if isinstance(found, str):
            if documents:
                raise BadUsage(f"{clean(name)} is no saved document", "--documents takes no other")
            parts.append(found)
        elif isinstance(found, Saved):
            parts.append(render(found.document, "markdown", Look()))
        else:
            parts.append(draw_result(found.document, "markdown", Look()))
            changes.append(found.document.changed)
    return parts, any(changes) or not changes
