"""The folders that files are read from and written to while ``--root`` is given, and none else.

In a pipeline a workload is a stranger's: a link in its place reads what the job may read, and an
error's excerpt prints it. Within a boundary a path stays in the folder that it is named in, links
followed; ``.git``, where credentials lie, is outside of every folder. The catalogue that ships and
the user's own are read as always, each within itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from pathlib import Path
from typing import NamedTuple

from costplan.problems import BadUsage

OPTION = "--root"


class Boundary(NamedTuple):
    """``folders``: the roots that were named, and in words by what (``said``); ``also``: folders of
    the program's own."""

    folders: tuple[Path, ...]
    also: tuple[Path, ...] = ()
    said: str = OPTION


CURRENT: ContextVar[Boundary | None] = ContextVar("boundary", default=None)


def boundary() -> Boundary | None:
    """What holds now; None where nothing is confined."""
    return CURRENT.get()


def confine(named: str, also: tuple[Path, ...], said: str = OPTION) -> Token[Boundary | None]:
    """Stay in the folders of ``named`` (several joined as in PATH) until the token is given back.

    Raises BadUsage for one that is no folder.
    """
    folders = [Path(os.path.abspath(folder)) for folder in named.split(os.pathsep) if folder]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing or not folders:
        said = f": {missing[0]} is no folder" if missing else " names no folder"
        raise BadUsage(OPTION + said, "name the top folder of the checkout")
    return CURRENT.set(Boundary(tuple(folders), also, said))


@contextmanager
def trusting(folder: Path) -> Iterator[None]:
    """Read a folder of the program's own as well, such as a revision that was put on disk."""
    held = CURRENT.get()
    if held is None:
        yield
        return
    token = CURRENT.set(held._replace(also=(*held.also, folder)))
    try:
        yield
    finally:
        CURRENT.reset(token)


def stay(path: Path, act: str = "read") -> None:
    """Raises BadUsage for a path that is outside, or leads there. Nothing where none is set."""
    held = CURRENT.get()
    if held is None:
        return
    try:
        named, real = Path(os.path.abspath(path)), Path(os.path.realpath(path))
    except (OSError, ValueError):  # a NUL in it: no file, which its reader says better
        return
    if any(_within(folder, named, real) for folder in held.folders):
        return
    if act == "read" and any(_below(folder, named, real) for folder in held.also):
        return
    leads = "leads out of" if named != real and _named_in(held, named) else "is outside of"
    where = os.pathsep.join(map(str, held.folders))
    raise BadUsage(
        f"{path} is not {'read' if act == 'read' else 'written'}: it {leads} {held.said} {where}",
        "put the file itself there, or name a folder that holds it",
    )


def is_linked(path: Path) -> bool:
    """Whether a boundary is set and a path in it goes through a link: then nothing of the file's
    content is said, as it is another than the one that was named."""
    held = CURRENT.get()
    if held is None:
        return False
    named, real = Path(os.path.abspath(path)), Path(os.path.realpath(path))
    if named == real or not _named_in(held, named):
        return False
    return not any(
        named.is_relative_to(top) and real == top.resolve() / named.relative_to(top)
        for folder in (*held.folders, *held.also)
        for top in (folder, folder.resolve())
    )


def refuse_link(path: Path) -> None:
    """Raises BadUsage, within a boundary, for a file whose text will be shown whole and that a
    link leads to: a change must not choose which of the job's files that is."""
    if is_linked(path):
        raise BadUsage(
            f"{path} is, or lies below, a link: its text is not shown",
            f"name the file itself: within {OPTION} no link is followed here",
        )


def _within(folder: Path, named: Path, real: Path) -> bool:
    if not _below(folder, named, real):
        return False
    return ".git" not in [part.lower() for part in real.relative_to(folder.resolve()).parts]


def _below(folder: Path, named: Path, real: Path) -> bool:
    """Whether a path is named in a folder and stays in it."""
    top = folder.resolve()
    return real.is_relative_to(top) and (named.is_relative_to(folder) or named.is_relative_to(top))


def _named_in(held: Boundary, named: Path) -> bool:
    return any(
        named.is_relative_to(top) for folder in held.folders for top in (folder, folder.resolve())
    )
