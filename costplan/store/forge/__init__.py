"""Code hosts on which a comment is kept: one host a file, one line each in ``FORGES``.

Uses the network by ``costplan.store.network.client`` alone, and only for ``costplan
comment``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple, Protocol

from costplan.problems import BadUsage


class ForgeError(BadUsage):
    """A code host that cannot be reached or says no; with its remedy."""


class Comment(NamedTuple):
    """A comment on a pull or merge request. ``handle`` is what hiding needs, where the host can."""

    id: str
    body: str
    ours: bool
    """Whether the token's own user or app wrote it: anybody, and any bot, can copy the marker."""
    handle: str = ""
    hidden: bool = False


class Place(NamedTuple):
    """Where to comment: the host's API, a project and the number of a pull or merge request."""

    api: str
    project: str
    number: int
    token: str


class Thread(Protocol):
    """The comments of one pull or merge request. All methods raise ForgeError."""

    limit: int
    """Characters that a comment may have."""
    hides: bool
    """Whether the host can hide a comment."""

    def comments(self) -> list[Comment]: ...

    def create(self, body: str) -> None: ...

    def update(self, comment: Comment, body: str) -> None: ...

    def delete(self, comment: Comment) -> None: ...

    def hide(self, comment: Comment) -> None: ...

    def close(self) -> None: ...


FORGES = {"github": "costplan.store.forge.github", "gitlab": "costplan.store.forge.gitlab"}


def place(forge: str, environment: Mapping[str, str], **given: str | int | None) -> Place:
    """Where to comment, from options and the variables that the host's pipelines set.

    Raises BadUsage naming what is missing and the option that gives it.
    """
    where: Place = import_module(FORGES[forge]).place(environment, **given)
    return where


def size(forge: str) -> int:
    """Characters that a comment may have there."""
    limit: int = import_module(FORGES[forge]).Thread.limit
    return limit


def thread(forge: str, where: Place, seconds: float) -> Thread:
    """The comments of a place; all of its requests together take at most ``seconds``."""
    connected: Thread = import_module(FORGES[forge]).connect(where, seconds)
    return connected
