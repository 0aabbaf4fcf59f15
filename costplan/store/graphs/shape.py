"""A graph of an agent, as it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

START, END = "__start__", "__end__"


class Named(NamedTuple):
    """A model as code names it. ``vendor``: who serves it, as the constructor says; None where it
    does not."""

    vendor: str | None
    model: str


@dataclass
class Evidence:
    """What the code behind a node does.

    ``asks``: a model is called, whether or not it is named. ``searches``: an index is queried.
    ``threshold``: the confidence below which it does something else. ``people``: what says that
    somebody is asked, None where nothing does. ``goes_to``: nodes that it commands itself;
    ``computed``: which they are is.
    """

    models: list[Named] = field(default_factory=list)
    asks: bool = False
    searches: bool = False
    stores: list[str] = field(default_factory=list)
    embeddings: list[Named] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    threshold: float | None = None
    people: str | None = None
    goes_to: list[str] = field(default_factory=list)
    computed: bool = False
    unread: list[str] = field(default_factory=list)


@dataclass
class Node:
    """A node of a graph. ``place``: file and line where it is added. ``attempts``: of a retry
    policy; None without one."""

    name: str
    place: str
    does: Evidence
    attempts: int | None = None


@dataclass
class Graph:
    """Nodes by name; edges that are always taken, branches of which one is, and what code of it
    could not be read."""

    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    branches: list[tuple[str, list[str]]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Nodes at which the graph stops for a person."""
    computed: list[str] = field(default_factory=list)
    """Nodes behind which the code computes where it goes."""
    notes: list[str] = field(default_factory=list)
