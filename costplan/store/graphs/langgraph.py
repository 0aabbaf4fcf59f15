"""Graphs of LangGraph: ``StateGraph`` with its nodes, edges and branches, and ready-made agents."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from costplan.problems import BadUsage
from costplan.store.graphs.code import Call, Code, Function, keyword, name_of
from costplan.store.graphs.evidence import RUNS_ITSELF, evidence, texts
from costplan.store.graphs.shape import END, START, Evidence, Graph, Node

GRAPHS = ("StateGraph", "MessageGraph", "Graph")
METHODS = (
    *("add_node", "add_edge", "add_conditional_edges", "add_sequence"),
    *("set_entry_point", "set_finish_point", "set_conditional_entry_point", "compile"),
)
STARTS, ENDS = ("START", START), ("END", END)
LOOKED_FOR = (
    "looked for: StateGraph(...) with add_node, add_edge, add_conditional_edges, set_entry_point; "
    "create_react_agent(...), create_agent(...)"
)
MOST_GRAPH_NODES = 500
Key = tuple[int, str]
"""A graph: the function it is built in (0: none), and its name there."""


def read_langgraph(paths: Sequence[Path]) -> Graph:
    """The graph that files build; the largest where they build several, which is said.

    Raises BadUsage for what is no Python, and where no graph is built.
    """
    code = Code(paths)
    graphs: dict[Key, Graph] = {}
    if "langgraph" in code.imported or any(
        name_of(call.node.func) in GRAPHS for call in code.calls
    ):
        reader = _Reader(code, graphs)
        for call in code.calls:
            reader.take(call)
    graphs = {key: graph for key, graph in graphs.items() if graph.nodes}
    if not graphs:
        graphs = _agents(code)
    if not graphs:
        what = f"{paths[0]}" if len(paths) == 1 else f"the code ({len(paths)} files)"
        raise BadUsage(f"{what} builds no graph that can be read", LOOKED_FOR)
    graph = max(graphs.values(), key=lambda graph: len(graph.nodes))
    others = [other.name for other in graphs.values() if other is not graph]
    if others:
        graph.notes.append(f"other graphs of the code, left out: {', '.join(sorted(others))}")
    graph.notes += code.unread
    return graph


def _agents(code: Code) -> dict[Key, Graph]:
    """Agents that come ready-made, each a graph of one node."""
    graphs: dict[Key, Graph] = {}
    for call in code.calls:
        if name_of(call.node.func) in RUNS_ITSELF:
            said = code.text(keyword(call.node, "name"))
            name = said or code.targets.get(id(call.node)) or "agent"
            node = Node(name, call.place, evidence(code, call.node, call.inside))
            graph = Graph(name, {name: node}, [(START, name), (name, END)])
            graph.notes += [f"{name}: runs in a loop of its own, how often is not in the code"]
            graphs[len(graphs), name] = graph
    return graphs


class _Reader:
    """Calls on graphs, one after the other as they stand."""

    def __init__(self, code: Code, graphs: dict[Key, Graph]) -> None:
        self.code, self.graphs = code, graphs

    def take(self, call: Call) -> None:
        """One call, where it is one on a graph."""
        func = call.node.func
        if not isinstance(func, ast.Attribute) or func.attr not in METHODS:
            return
        if not call.node.args and not call.node.keywords:
            return
        graph = self._graph(call, func.value)
        if graph is None:
            return
        if len(graph.nodes) > MOST_GRAPH_NODES:
            raise BadUsage(f"{call.file} builds a graph of more than {MOST_GRAPH_NODES} nodes")
        getattr(self, f"_{func.attr}")(graph, call)

    def _graph(self, call: Call, base: ast.expr) -> Graph | None:
        """The graph that a call is made on, through a chain of calls before it."""
        while isinstance(base, ast.Call) and name_of(base.func) in METHODS:
            assert isinstance(base.func, ast.Attribute)
            base = base.func.value
        if isinstance(base, ast.Call):
            if name_of(base.func) not in GRAPHS:
                return None
            name, scope = f"line {base.lineno}", 0
        else:
            name = name_of(base)
            here = 0 if call.inside is None else id(call.inside)
            scope = here if name in self.code.bound.get(here, []) else 0
        if not name:
            return None
        return self.graphs.setdefault((scope, name), Graph(name))

    def _add_node(self, graph: Graph, call: Call) -> None:
        given = list(call.node.args)
        first = keyword(call.node, "node") or (given[0] if given else None)
        action = keyword(call.node, "action") or (given[1] if len(given) > 1 else first)
        name = self.code.text(first)
        if name is None and first is action and first is not None:
            name = name_of(first.func if isinstance(first, ast.Call) else first)
        if not name or action is None or name in (START, END):
            graph.notes.append(f"{call.place}: the name of a node is computed")
            return
        node = Node(name, call.place, self._evidence(graph, name, action, call))
        policy = keyword(call.node, "retry", "retry_policy")
        if isinstance(policy, ast.Call):
            tries = keyword(policy, "max_attempts")
            number = None if tries is None else self.code.number(tries)
            node.attempts = 3 if number is None else int(number)  # what RetryPolicy() takes
        graph.nodes[name] = node

    def _evidence(self, graph: Graph, name: str, action: ast.expr, call: Call) -> Evidence:
        if self._builds(action):
            graph.notes.append(f"{name}: is a graph of its own, taken for one step")
        does = evidence(self.code, action, call.inside)
        if isinstance(action, ast.Call) and name_of(action.func) == "ToolNode":
            does.asks, does.models = False, []  # what runs tools asks no model itself
            does.tools = does.tools or [""]
        if does.computed and {*does.goes_to} <= {END}:
            graph.computed.append(name)
            graph.notes.append(f"{name}: where it goes is computed")
        graph.notes += [f"{name}: {what}" for what in does.unread]
        return does

    def _builds(self, action: ast.expr) -> bool:
        """Whether a node is another graph: built in a name that is compiled."""
        values = (action, self.code.last(name_of(action)))
        return any(
            isinstance(value, ast.Call) and name_of(value.func) == "compile" for value in values
        )

    def _add_edge(self, graph: Graph, call: Call) -> None:
        ends = [keyword(call.node, "start_key"), keyword(call.node, "end_key")]
        start, end = [*call.node.args, *(end for end in ends if end is not None), None, None][:2]
        for source in self._ends(start):
            for target in self._ends(end):
                graph.edges.append((source, target))
        if not self._ends(start) or not self._ends(end):
            graph.notes.append(f"{call.place}: where an edge leads is computed")

    def _ends(self, node: ast.expr | None) -> list[str]:
        """What an edge's end names: nodes, or the graph's own two ends."""
        if node is None:
            return []
        if isinstance(node, ast.Name | ast.Attribute):
            if name_of(node) in STARTS:
                return [START]
            if name_of(node) in ENDS:
                return [END]
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [name for part in node.elts for name in self._ends(part)]
        text = self.code.text(node)
        return [] if text is None else [text]

    def _add_conditional_edges(self, graph: Graph, call: Call) -> None:
        given = list(call.node.args)
        sources = self._ends(keyword(call.node, "source") or (given[0] if given else None))
        self._branch(graph, call, sources, given[1:])

    def _set_conditional_entry_point(self, graph: Graph, call: Call) -> None:
        self._branch(graph, call, [START], list(call.node.args))

    def _branch(self, graph: Graph, call: Call, sources: list[str], given: list[ast.expr]) -> None:
        """A branch, by its table of targets, or by what its router returns."""
        router = keyword(call.node, "path") or (given[0] if given else None)
        table = keyword(call.node, "path_map") or (given[1] if len(given) > 1 else None)
        if isinstance(table, ast.Name):
            table = self.code.last(table.id) or table
        if isinstance(table, ast.Dict):
            targets = [name for value in table.values for name in self._ends(value)]
        elif table is not None:
            targets = self._ends(table)
        else:
            targets = self._routes(router)
        targets = list(dict.fromkeys(targets))
        for source in sources:
            if targets:
                graph.branches.append((source, targets))
            else:
                graph.computed.append(source)
                graph.notes.append(
                    f"{call.place}: where the branch behind {source} leads is computed"
                )
        if router is not None and sources:
            self._judged(graph, sources, router)

    def _judged(self, graph: Graph, sources: list[str], router: ast.expr) -> None:
        """What a router compares is said of the node before it: its confidence, its person."""
        router_does = evidence(self.code, router)
        for source in sources:
            if source in graph.nodes:
                does = graph.nodes[source].does
                does.threshold = (
                    does.threshold if router_does.threshold is None else router_does.threshold
                )
                does.people = does.people or router_does.people

    def _routes(self, router: ast.expr | None) -> list[str]:
        """What a router without a table can return."""
        if router is None:
            return []
        if name_of(router) == "tools_condition":
            return ["tools", END]
        targets: list[str] = []
        bodies: list[ast.AST] = [*self.code.functions.get(name_of(router), [])]
        if isinstance(router, ast.Lambda):
            targets += [*self._said(router.body)]
        for body in bodies:
            for part in ast.walk(body):
                if isinstance(part, ast.Return) and part.value is not None:
                    targets += self._said(part.value)
            if isinstance(body, Function) and body.returns is not None and not targets:
                targets += texts(self.code, body.returns)
        return targets

    def _said(self, value: ast.expr) -> list[str]:
        direct = self._ends(value)
        if direct or not isinstance(value, ast.IfExp | ast.Call | ast.ListComp | ast.List):
            return direct
        if isinstance(value, ast.IfExp):
            return self._said(value.body) + self._said(value.orelse)
        sends = [
            part
            for part in ast.walk(value)
            if isinstance(part, ast.Call) and name_of(part.func) == "Send" and part.args
        ]
        return [name for send in sends for name in self._ends(send.args[0])]

    def _set_entry_point(self, graph: Graph, call: Call) -> None:
        graph.edges += [(START, name) for name in self._ends(_first(call, "key"))]

    def _set_finish_point(self, graph: Graph, call: Call) -> None:
        graph.edges += [(name, END) for name in self._ends(_first(call, "key"))]

    def _add_sequence(self, graph: Graph, call: Call) -> None:
        listed = _first(call, "nodes")
        before = None
        for part in getattr(listed, "elts", []):
            pair = part.elts if isinstance(part, ast.Tuple) and len(part.elts) == 2 else [part]
            added = ast.Call(ast.Name("add_node", ast.Load()), pair, [])
            added.lineno = call.node.lineno
            known = set(graph.nodes)
            self._add_node(graph, Call(added, call.file, call.inside))
            for name in [name for name in graph.nodes if name not in known]:
                graph.edges += [(before, name)] if before else []
                before = name

    def _compile(self, graph: Graph, call: Call) -> None:
        for when in ("interrupt_before", "interrupt_after"):
            node = keyword(call.node, when)
            graph.asked += [] if node is None else self._ends(node)


def _first(call: Call, key: str) -> ast.expr | None:
    return keyword(call.node, key) or (call.node.args[0] if call.node.args else None)
