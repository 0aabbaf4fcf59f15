"""``costplan init``: a workload to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

USUAL = "minimal"
"""The template where nobody chose one."""


def command(
    template: Annotated[
        str | None,
        typer.Option(
            "--template", metavar="NAME", help="Which one; a part of its name; --list names them."
        ),
    ] = None,
    size: Annotated[
        str | None,
        typer.Option("--size", metavar="light|typical|heavy", help="How much traffic."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help="A draft of what is there: code of a LangGraph (read, never run), or traces.",
        ),
    ] = None,
    out: Annotated[
        str, typer.Option("--out", metavar="FILE", help="Where to write; - prints it.")
    ] = "costplan.toml",
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    names: Annotated[bool, typer.Option("--list", help="Name the templates and stop.")] = False,
) -> int:
    """Write a commented workload that runs as it is.

    On a terminal, without a template, five questions choose and fill it; each has a default. With
    --from a draft is made of a graph in Python, or of traces, and what could not be read is said.
    """
    from costplan.cli.common.asking import terminal
    from costplan.cli.common.voice import note
    from costplan.store.files import starters

    if names:
        for name in starters.names():
            print(f"{name:22} {starters.about(name)}")
        return 0
    if source:
        return _draft(source, template or size, out, force)
    asks = template is None and size is None and out != "-" and terminal()
    if asks:
        _free(Path(out), force)  # before anybody has answered for nothing
    text = _asked() if asks else starters.sized(starters.text(template or USUAL), size)
    _write(text, out, force)
    if template is None and not asks:
        note(f"template '{USUAL}': --template NAME takes another, --list names them")
    if asks:
        note(f"now: costplan estimate{'' if out == 'costplan.toml' else f' {out}'}")
    return 0


def _draft(sources: list[str], other: str | None, out: str, force: bool) -> int:
    """A workload of what is there, in place of a template."""
    from costplan.api.drafting import drafted
    from costplan.cli.common.voice import note
    from costplan.cli.common.words import day
    from costplan.problems import BadUsage, clean

    if other is not None:
        raise BadUsage("--from reads what is there: no template, and no size", "leave them out")
    if out != "-":
        _free(Path(out), force)  # before anything is read for nothing
    draft = drafted(sources, day(None))
    _write(draft.text, out, force)
    for sentence in draft.notes:
        note(f"not read: {clean(sentence)}")
    return 0


def _asked() -> str:
    """A template as somebody's answers fill it."""
    from functools import partial

    from costplan.cli.common.asking import answers, choice
    from costplan.store.files import starters

    name = choice({name: starters.about(name) for name in starters.names()})
    text = starters.text(name)
    return starters.answered(text, answers(partial(starters.value, text)))


def _write(text: str, out: str, force: bool) -> None:
    from costplan.cli.common.words import put
    from costplan.store.files.writing import alone

    if out == "-":
        put(text, None)
        return
    path = Path(out)
    with alone(path):  # of two at once the second is told, too
        _free(path, force)
        put(text, path)


def _free(path: Path, force: bool) -> None:
    from costplan.problems import BadUsage

    if path.exists() and not force:
        raise BadUsage(f"{path} is there already", "--force replaces it, --out names another file")
