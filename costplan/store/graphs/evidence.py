"""What the code behind a node does: which models it asks, what it searches, who takes over.

From the node's own expression names are followed to functions, classes and values of the same
files; what a library does inside is not looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from costplan.store.graphs.code import Code, Function, keyword, name_of, path_of
from costplan.store.graphs.known import (
    ASKER,
    ASKS_MODEL,
    ASKS_RETRIEVER,
    CALLS,
    CLIENTS,
    CONFIDENCE,
    EMBEDDINGS,
    EMBEDS,
    ESCALATES,
    INFERRED,
    MODEL_KEYS,
    MODELS,
    PROVIDERS,
    RETRIEVER,
    SEARCHES,
    STORES,
    TOOLS,
)
from costplan.store.graphs.shape import END, Evidence, Named

MOST_NODES = 100_000
"""Parts of a syntax tree that are looked at for one node."""
RUNS_ITSELF = ("create_react_agent", "create_agent", "create_supervisor", "create_swarm")
"""What makes an agent that runs in a loop of its own, tools included."""
QUERIES = (
    *("vector", "query_embeddings", "query_texts", "query_vector", "query_embedding"),
    *("queryVector", "vector_queries", "knowledgeBaseId"),
)
"""Keywords of a call that say it searches by likeness."""
ORDERED = ast.Lt | ast.LtE | ast.Gt | ast.GtE


class Part(NamedTuple):
    """A part of the syntax, the names that are a function's own in it, and the functions around."""

    node: ast.AST
    own: frozenset[str]
    scopes: frozenset[int]


def evidence(code: Code, action: ast.expr, inside: ast.AST | None = None) -> Evidence:
    """What happens where this is run as a node. ``inside``: the function that says so."""
    walk, action = _Walk(code), code.item(action)
    scopes = code.within[0 if inside is None else id(inside)]
    if isinstance(action, ast.Attribute):
        walk.follow(action.attr, scopes)  # a function of a module, a method of an object
    walk.through(Part(action, frozenset(), scopes))
    return walk.does


class _Walk:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.does = Evidence()
        self.followed: set[str] = set()
        self.waiting: list[Part] = []

    def through(self, part: Part) -> None:
        """All of a part, and of what its names stand for."""
        self.waiting.append(part)
        left = MOST_NODES
        while self.waiting:
            left -= 1
            if not left:
                self.does.unread.append("more code than is followed")
                return
            self._look(self.waiting.pop())

    def follow(self, name: str, scopes: frozenset[int]) -> None:
        """Whatever has this name in the files, once."""
        if name in self.followed:
            return
        self.followed.add(name)
        meant: list[ast.AST] = [*self.code.functions.get(name, [])]
        if name in self.code.classes:
            meant += self.code.classes[name].body
        self.waiting += [Part(node, frozenset(), self._around(node, scopes)) for node in meant]
        for around, value in self.code.seen(name, scopes):
            self.waiting.append(Part(value, frozenset(), around))

    def _around(self, node: ast.AST, scopes: frozenset[int]) -> frozenset[int]:
        return self.code.within.get(id(node), scopes)

    def _look(self, part: Part) -> None:
        node, own, scopes = part
        if isinstance(node, Function | ast.Lambda):
            own, scopes = own | self._own(node), self._around(node, scopes)
        if isinstance(node, Function):
            self._returns(node)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Compare):
            self._compare(node)
        elif isinstance(node, ast.Constant):
            self._said(node.value)
        elif isinstance(node, ast.Name):
            if node.id not in own and isinstance(node.ctx, ast.Load):
                self.follow(node.id, scopes)
        elif isinstance(node, ast.Attribute) and name_of(node.value) in ("self", "cls"):
            self.follow(node.attr, scopes)
        self.waiting += [Part(child, own, scopes) for child in _run(node)]

    def _own(self, node: Function | ast.Lambda) -> frozenset[str]:
        rest = [
            parameter for parameter in (node.args.vararg, node.args.kwarg) if parameter is not None
        ]
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, *rest]
        return frozenset(parameter.arg for parameter in given) | frozenset(
            self.code.bound.get(id(node), [])
        )

    def _call(self, call: ast.Call) -> None:
        name, path = name_of(call.func), path_of(call.func)
        direct = next((end for end in CALLS if f".{path}".endswith(f".{end}")), None)
        if name in MODELS:
            self._model(call, MODELS[name], first=True)
            if name in RUNS_ITSELF:
                self.does.asks = True
        elif direct is not None:
            self._model(call, CALLS[direct], first=False)
        elif name in EMBEDDINGS:
            text = self._text(call, first=True)
            if text is None:
                self.does.unread.append(f"the model of {name}() in line {call.lineno}")
            else:
                self.does.embeddings.append(named(EMBEDDINGS[name], text))
        elif name == "interrupt":
            self.does.people = "interrupt()"
        elif name == "Command":
            goto = keyword(call, "goto")
            targets = [] if goto is None else list(leaves(self.code, goto))
            self.does.goes_to += [target for target in targets if target is not None]
            self.does.computed |= None in targets
        self._searched(call, name, path)
        if name in TOOLS:
            self.does.tools.append(TOOLS[name])

    def _searched(self, call: ast.Call, name: str, path: str) -> None:
        base = path.rpartition(".")[0]
        self.does.stores += [STORES[part] for part in path.split(".") if part in STORES]
        if name == "client" and call.args:
            client = self.code.text(call.args[0])
            self.does.stores += [CLIENTS[client]] if client in CLIENTS else []
        by_likeness = any(given.arg in QUERIES for given in call.keywords)
        of_retriever = name in ASKS_RETRIEVER and RETRIEVER.search(base)
        if SEARCHES.fullmatch(name) or by_likeness or of_retriever:
            self.does.searches = True
        elif (name in ASKS_MODEL and ASKER.search(base)) or (
            not base and name not in self.code.functions and ASKER.search(name)
        ):
            self.does.asks = True

    def _model(self, call: ast.Call, vendor: str | None, first: bool) -> None:
        text = self._text(call, first)
        if text is not None:
            provider = self.code.text(keyword(call, "model_provider"))
            model = named(PROVIDERS.get(provider or "", vendor), text)
            kind = self.does.embeddings if EMBEDS.search(text) else self.does.models
            kind.append(model)
        elif name_of(call.func) not in RUNS_ITSELF:  # whose first argument is a model, or its name
            self.does.asks = True
            self.does.unread.append(f"the model of {name_of(call.func)}() in line {call.lineno}")

    def _text(self, call: ast.Call, first: bool) -> str | None:
        """The name of a model that a call is given; None where it has none that is a text."""
        node = keyword(call, *MODEL_KEYS)
        if node is None and first and call.args:
            node = call.args[0]
        return self.code.text(node)

    def _compare(self, node: ast.Compare) -> None:
        """A confidence against a number, either way round."""
        if len(node.ops) != 1 or not isinstance(node.ops[0], ORDERED):
            return
        sides = (node.left, node.comparators[0])
        for number, other in (sides, sides[::-1]):
            value = self.code.number(number)
            if value is not None and 0 < value <= 1 and any(map(CONFIDENCE.search, words(other))):
                self.does.threshold = value

    def _said(self, value: object) -> None:
        if (
            isinstance(value, str)
            and len(value) < 80
            and value.isupper()
            and ESCALATES.search(value)
        ):
            self.does.people = value

    def _returns(self, node: Function) -> None:
        """The nodes that a function's annotation says it may go to: ``Command[Literal[...]]``."""
        if node.returns is not None and name_of(node.returns) == "Command":
            self.does.goes_to += texts(self.code, node.returns)


def _run(node: ast.AST) -> Iterable[ast.AST]:
    """The parts that run: no annotations, no decorators, and no tools that a model is only told
    of."""
    if isinstance(node, Function):
        return [*node.args.defaults, *node.body]
    if isinstance(node, ast.AnnAssign):
        return [] if node.value is None else [node.value]
    if isinstance(node, ast.arg):
        return []
    if isinstance(node, ast.Call) and name_of(node.func) == "bind_tools":
        return [node.func]
    return ast.iter_child_nodes(node)


def named(vendor: str | None, text: str) -> Named:
    """A model by its text, which may hold its provider (``openai:gpt-5``) or imply it."""
    head, colon, rest = text.partition(":")
    if colon and head in PROVIDERS:
        return Named(PROVIDERS[head], rest)
    head, slash, rest = text.partition("/")
    if vendor is None and slash and head in PROVIDERS:
        return Named(PROVIDERS[head], rest)
    if vendor is None:
        vendor = next((whose for pattern, whose in INFERRED if pattern.match(text)), None)
    return Named(vendor, text)


def words(node: ast.expr) -> Iterable[str]:
    """Names and texts within an expression."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.Name | ast.Attribute):
            yield name_of(part)


def texts(code: Code, node: ast.expr | None) -> list[str]:
    """The texts that an expression can stand for: both of an ``if``, all of a list, by name too."""
    said = () if node is None else leaves(code, node)
    return list(dict.fromkeys(text for text in said if text is not None))


def leaves(code: Code, node: ast.expr) -> Iterable[str | None]:
    """What an expression can come to, None for each part that the code does not tell."""
    waiting = [node]
    for _ in range(MOST_NODES):
        if not waiting:
            return
        part = waiting.pop()
        listed = code.last(part.id) if isinstance(part, ast.Name) else part
        if isinstance(part, ast.IfExp):
            waiting += [part.body, part.orelse]
        elif isinstance(listed, ast.List | ast.Tuple | ast.Set):
            waiting += listed.elts
        elif isinstance(part, ast.Starred):
            waiting.append(part.value)
        elif isinstance(part, ast.Subscript) and name_of(part) in ("Command", "Literal"):
            waiting.append(part.slice)
        else:
            yield END if name_of(part) == "END" else code.text(part)
