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


ForgeArgument = Annotated[
    Forge, typer.Argument(metavar="github|gitlab", help="Where the request is.")
]
FileArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", help="Saved documents (JSON) or Markdown; - for standard input."
    ),
]
ProjectOption = Annotated[
    str | None, typer.Option("--project", metavar="OWNER/NAME", help="Or as the job says.")
]
NumberOption = Annotated[
    int | None,
    typer.Option(
        "--number", min=1, metavar="N", help="Of the pull or merge request; or as the job says."
    ),
]
BehaviorOption = Annotated[
    Behavior, typer.Option("--behavior", help="What becomes of the comment there is.")
]
TagOption = Annotated[
    str, typer.Option("--tag", metavar="WORD", help="Tells several comments apart.")
]
AlwaysOption = Annotated[
    bool, typer.Option("--always", help="Begin a comment even where nothing changed.")
]
DocumentsOption = Annotated[
    bool, typer.Option("--documents", help="Refuse Markdown: for files that others made.")
]
QuoteOption = Annotated[
    Path | None,
    typer.Option("--quote", metavar="FILE", help="Plain text, added as a block of code."),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Print the comment and send nothing.")
]
ServerOption = Annotated[
    str | None, typer.Option("--api-url", metavar="URL", help="Of an own server.")
]
TimeoutOption = Annotated[
    float,
    typer.Option("--timeout", min=1, max=3600, metavar="SECONDS", help="Seconds for all of it."),
]


def command(
    forge: ForgeArgument,
    file: FileArgument,
    project: ProjectOption = None,
    number: NumberOption = None,
    behavior: BehaviorOption = Behavior.update,
    tag: TagOption = "default",
    always: AlwaysOption = False,
    documents: DocumentsOption = False,
    quote: QuoteOption = None,
    dry_run: DryRunOption = False,
    api: ServerOption = None,
    timeout: TimeoutOption = 60,
) -> int:
    """Keep one comment up to date on a GitHub or GitLab request."""
    import os

    from costplan.api.commenting import comment_of, keep, longest, place_of
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import put
    from costplan.problems import clean

    comment = comment_of(file, tag, quote, documents=documents)
    where = None
    if not dry_run or number or project:
        where = place_of(forge.value, os.environ, project, number, api)
    if dry_run:
        put(comment.body(longest(forge.value)), None)
        at = f" to {where.project} #{where.number}" if where else ""
        note(f"dry run: nothing was sent{clean(at)}")
        return 0
    assert where is not None
    said = keep(forge.value, where, comment, behavior.value, timeout, always=always)
    note(f"{clean(where.project)} #{where.number}: {said}")
    return 0
