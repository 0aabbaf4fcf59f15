"""Workloads drafted from LangGraph source: steps, edges, models, people; nothing is run."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from properties import examples
from run import DAY, Ran, costplan

from costplan.store.graphs.code import code_in

RETRIEVE_REASON_VALIDATE = """
from langgraph.graph import StateGraph, START, END
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_pinecone import PineconeVectorStore

llm = ChatOpenAI(model="gpt-4o", temperature=0)
vector_store = PineconeVectorStore("kb", OpenAIEmbeddings(model="text-embedding-3-small"))


class State(TypedDict):
    question: str
    docs: list[str]
    answer: str
    confidence: float


def retrieve(state: State) -> dict:
    docs = vector_store.similarity_search(state["question"], k=4)
    return {"docs": docs}


def reason(state: State) -> dict:
    reply = llm.invoke(f"{state['docs']} {state['question']}")
    return {"answer": reply.content, "confidence": reply.confidence}


def validate(state: State) -> dict:
    if state["confidence"] < 0.8:
        return {"answer": "ESCALATE_TO_HUMAN"}
    return {"answer": state["answer"]}


builder = StateGraph(State)
builder.add_node("retrieve", retrieve)
builder.add_node("reason", reason)
builder.add_node("validate", validate)
builder.add_edge(START, "retrieve")
builder.add_edge("retrieve", "reason")
builder.add_edge("reason", "validate")
builder.add_edge("validate", END)
graph = builder.compile()
"""


class Drafted:
    """A draft, and what was said beside it."""

    def __init__(self, folder: Path, text: str, name: str = "app.py") -> None:
        (folder / name).write_text(text, encoding="utf-8")
        self.ran = costplan("init", "--from", name, folder=folder)
        assert self.ran.code == 0, self.ran.err
        self.text = (folder / "costplan.toml").read_text("utf-8")
        self.data: dict[str, Any] = tomllib.loads(self.text)
        self.steps = {step["name"]: step for step in self.data["step"]}
        estimated = costplan("estimate", *DAY, "--format", "json", folder=folder)
        assert estimated.code == 0, estimated.err
        self.estimate = estimated.data
        assert costplan("compare", *DAY, folder=folder).code == 0

    @property
    def stack(self) -> dict[str, Any]:
        (stack,) = self.data["stack"].values()
        return stack

    def said(self, words: str) -> bool:
        """Whether a note says so, in the file and on standard error alike."""
        inside = any(words in line for line in self.text.splitlines() if line.startswith("# -"))
        assert inside == (words in self.ran.err)
        return inside


def test_three_steps_with_a_person_behind_the_third(tmp_path: Path) -> None:
    made = Drafted(tmp_path, RETRIEVE_REASON_VALIDATE)
    assert list(made.steps) == ["retrieve", "reason", "validate"]
    assert made.steps["retrieve"]["index"] == "knowledge"
    assert made.steps["reason"]["model"] == "chat"
    assert made.steps["validate"]["judges"] == ["retrieve", "reason"]
    assert "below a confidence of 0.8: ESCALATE_TO_HUMAN" in made.text
    assert made.data["human"]["cost_per_case"] > 0
    assert made.stack["chat"] == "openai/gpt-4o"
    assert made.stack["knowledge"] == "pinecone"
    assert made.stack["embedder"] == "openai/text-embedding-3-small"
    assert not any("next" in step for step in made.steps.values())
    assert made.said("validate: sensitivity and false_positive_rate")
    assert made.said("what a case costs that a person takes over")


def test_success_is_left_out_and_so_not_modelled(tmp_path: Path) -> None:
    made = Drafted(tmp_path, RETRIEVE_REASON_VALIDATE)
    rates = ("success", "sensitivity", "false_positive_rate", "detection_rate")
    assert not any(rate in step for step in made.steps.values() for rate in rates)
    (stack,) = made.estimate["estimates"]
    assert stack["reliability"] is None
    assert stack["at_least"], "how many cases there are is unknown, and so no part of the total"


def test_once_the_rates_are_measured_people_stand_behind_the_third(tmp_path: Path) -> None:
    made = Drafted(tmp_path, RETRIEVE_REASON_VALIDATE)
    rates = [
        *("step.retrieve.success=0.97", "step.reason.success=0.97"),
        *("step.validate.sensitivity=0.9", "step.validate.false_positive_rate=0.1"),
    ]
    assert made.data["traffic"]["requests_per_month"] == 10_000
    sets = [word for rate in rates for word in ("--set", rate)]
    ran = costplan("estimate", *DAY, *sets, "--format", "json", folder=tmp_path)
    (stack,) = ran.data["estimates"]
    right = 0.97 * 0.97
    cases = 10_000 * (0.9 * (1 - right) + 0.1 * right)
    (line,) = (
        line
        for part in stack["components"]
        for line in part["line_items"]
        if part["component"] == "human"
    )
    assert float(line["quantity"]) == pytest.approx(cases)
    assert not stack["at_least"]


SHAPES = {
    "edges first, names apart": (
        RETRIEVE_REASON_VALIDATE.replace('"retrieve", retrieve', "RETRIEVE, retrieve").replace(
            "builder = ", 'RETRIEVE = "retrieve"\nbuilder = '
        )
    ),
    "entry and finish points": RETRIEVE_REASON_VALIDATE.replace(
        'builder.add_edge(START, "retrieve")', 'builder.set_entry_point("retrieve")'
    ).replace('builder.add_edge("validate", END)', 'builder.set_finish_point("validate")'),
    "functions name the nodes": RETRIEVE_REASON_VALIDATE.replace('"retrieve", retrieve', "retrieve")
    .replace('"reason", reason', "reason")
    .replace('"validate", validate', "validate"),
    "one chain": RETRIEVE_REASON_VALIDATE[: RETRIEVE_REASON_VALIDATE.index("builder =")]
    + """
graph = (
    StateGraph(State)
    .add_node("retrieve", retrieve)
    .add_node("reason", reason)
    .add_node("validate", validate)
    .add_edge(START, "retrieve")
    .add_edge("retrieve", "reason")
    .add_edge("reason", "validate")
    .add_edge("validate", END)
    .compile()
)
""",
    "a sequence": RETRIEVE_REASON_VALIDATE[: RETRIEVE_REASON_VALIDATE.index("builder =")]
    + """
graph = StateGraph(State)
graph.add_sequence([retrieve, ("reason", reason), validate])
graph.add_edge("__start__", "retrieve")
app = graph.compile()
""",
    "inside a function, under if __name__": (
        RETRIEVE_REASON_VALIDATE[: RETRIEVE_REASON_VALIDATE.index("builder =")]
        + "\ndef build():\n    "
        + RETRIEVE_REASON_VALIDATE[RETRIEVE_REASON_VALIDATE.index("builder =") :]
        .strip()
        .replace("\n", "\n    ")
        + "\n    return graph\n\nif __name__ == '__main__':\n    print(build().invoke({}))\n"
    ),
    "async, keywords, members of an enum": (
        RETRIEVE_REASON_VALIDATE.replace("def retrieve", "async def retrieve")
        .replace(
            'builder.add_node("retrieve", retrieve)', "builder.add_node(Nodes.RETRIEVE, retrieve)"
        )
        .replace(
            'builder.add_node("reason", reason)', 'builder.add_node(node="reason", action=reason)'
        )
        .replace('add_edge("retrieve", "reason")', 'add_edge(Nodes.RETRIEVE.value, "reason")')
        .replace(
            "class State", 'class Nodes(str, Enum):\n    RETRIEVE = "retrieve"\n\n\nclass State'
        )
    ),
    "methods of an object": """
from langgraph.graph import StateGraph, START, END
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_pinecone import PineconeVectorStore


class Agent:
    def __init__(self, model: str = "gpt-4o"):
        self.llm = ChatOpenAI(model=model)
        store = PineconeVectorStore("kb", OpenAIEmbeddings(model="text-embedding-3-small"))
        self.retriever = store.as_retriever(search_kwargs={"k": 4})
        builder = StateGraph(dict)
        builder.add_node("retrieve", self.retrieve)
        builder.add_node("reason", self.reason)
        builder.add_node("validate", self.validate)
        builder.add_edge(START, "retrieve")
        builder.add_edge("retrieve", "reason")
        builder.add_edge("reason", "validate")
        builder.add_edge("validate", END)
        self.graph = builder.compile()

    def retrieve(self, state):
        return {"docs": self.retriever.invoke(state["question"])}

    def reason(self, state):
        return {"answer": self.llm.invoke(state["docs"])}

    def validate(self, state):
        return {"answer": "ESCALATE_TO_HUMAN"} if 0.8 > state.get("confidence", 0) else {}
""",
    "lambdas": """
from langgraph.graph import StateGraph, START, END
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_pinecone import PineconeVectorStore
THRESHOLD = 0.8
llm = ChatOpenAI(model_name="gpt-4o")
store = PineconeVectorStore("kb", OpenAIEmbeddings(model="text-embedding-3-small"))
g = StateGraph(dict)
g.add_node("retrieve", lambda s: {"docs": store.similarity_search(s["q"])})
g.add_node("reason", lambda s: {"answer": llm.invoke(s["docs"])})
g.add_node("validate", lambda s: {"to": "ESCALATE_TO_HUMAN"} if s["confidence"] < THRESHOLD else {})
g.add_edge(START, "retrieve"); g.add_edge("retrieve", "reason"); g.add_edge("reason", "validate")
g.add_edge("validate", END)
""",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_graph_written_otherwise(shape: str, tmp_path: Path) -> None:
    made = Drafted(tmp_path, SHAPES[shape])
    kinds = [
        next(kind for kind in ("index", "model", "tool") if kind in step)
        for step in made.steps.values()
    ]
    assert list(zip(made.steps, kinds, strict=True)) == [
        ("retrieve", "index"),
        ("reason", "model"),
        ("validate", "tool"),
    ]
    assert made.steps["validate"]["judges"] == ["retrieve", "reason"]
    assert "below a confidence of 0.8: ESCALATE_TO_HUMAN" in made.text
    assert "human" in made.data
    assert made.stack["chat"] == "openai/gpt-4o"
    assert made.stack["embedder"] == "openai/text-embedding-3-small"


def test_a_notebook_is_code_too(tmp_path: Path) -> None:
    lines = [f"{line}\n" for line in RETRIEVE_REASON_VALIDATE.splitlines()]
    cells = [
        {"cell_type": "markdown", "source": ["# A graph (of three"]},
        {"cell_type": "code", "source": ["%pip install langgraph\n", "!ls\n"]},
        {"cell_type": "code", "source": lines},
        {"cell_type": "code", "source": "app.invoke({})"},
    ]
    made = Drafted(tmp_path, json.dumps({"cells": cells}), "app.ipynb")
    assert list(made.steps) == ["retrieve", "reason", "validate"]


def test_files_apart_are_read_together(tmp_path: Path) -> None:
    at = RETRIEVE_REASON_VALIDATE.index("builder =")
    (tmp_path / "nodes.py").write_text(RETRIEVE_REASON_VALIDATE[:at])
    (tmp_path / "graph.py").write_text(
        "import nodes\nfrom langgraph.graph import StateGraph\n" + RETRIEVE_REASON_VALIDATE[at:]
    )
    ran = costplan(
        "init", "--from", "graph.py", "--from", "nodes.py", "--out", "-", folder=tmp_path
    )
    assert ran.code == 0, ran.err
    data = tomllib.loads(ran.out)
    assert data["stack"]["as-written"]["chat"] == "openai/gpt-4o"
    alone = costplan("init", "--from", "graph.py", "--out", "-", folder=tmp_path)
    assert alone.code == 0, alone.err
    assert [step["name"] for step in tomllib.loads(alone.out)["step"]] == [
        *("retrieve", "reason", "validate")
    ]
    assert "taken for this by its name alone" in alone.out
    assert set(tomllib.loads(alone.out)["stack"]) == {"openai", "anthropic", "google"}


def test_a_folder_is_read_without_other_people_s_code(tmp_path: Path) -> None:
    at = RETRIEVE_REASON_VALIDATE.index("builder =")
    head = "from langgraph.graph import StateGraph\n"
    for name, text in {
        "app/nodes.py": RETRIEVE_REASON_VALIDATE[:at],
        "app/graph.py": head + RETRIEVE_REASON_VALIDATE[at:],
        "app/broken.py": "def f(:\n",
        "app/.venv/lib/other.py": AGENT,
        "app/site-packages/other.py": AGENT,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    ran = costplan("init", "--from", "app", folder=tmp_path)
    assert ran.code == 0, ran.err
    data = tomllib.loads((tmp_path / "costplan.toml").read_text())
    assert [step["name"] for step in data["step"]] == ["retrieve", "reason", "validate"]
    assert data["stack"]["as-written"]["chat"] == "openai/gpt-4o"
    assert "broken.py is no Python that can be read, line 1" in ran.err


AGENT = '''
from langgraph.graph import StateGraph, MessagesState, START
from langgraph.prebuilt import ToolNode, tools_condition
from langchain_anthropic import ChatAnthropic
from langchain_tavily import TavilySearch

@tool
def lookup(q: str) -> str:
    """Looks an order up with another model."""
    return ChatOpenAI(model="gpt-4o-mini").invoke(q)

tools = [lookup, TavilySearch(max_results=3)]
model = ChatAnthropic(model="claude-sonnet-4-5").bind_tools(tools)

def call_model(state: MessagesState):
    return {"messages": [model.invoke(state["messages"])]}

workflow = StateGraph(MessagesState)
workflow.add_node("agent", call_model, retry_policy=RetryPolicy(max_attempts=5))
workflow.add_node("tools", ToolNode(tools))
workflow.add_edge(START, "agent")
workflow.add_conditional_edges("agent", tools_condition)
workflow.add_edge("tools", "agent")
app = workflow.compile()
'''


def test_an_agent_in_a_loop_with_its_tools(tmp_path: Path) -> None:
    made = Drafted(tmp_path, AGENT)
    assert list(made.steps) == ["agent", "tools"]
    assert made.steps["agent"]["next"] == {"tools": 0.5, "end": 0.5}
    assert made.steps["tools"]["next"] == "agent"
    assert made.stack["chat"] == "anthropic/claude-sonnet-4-5"
    assert made.stack["tools"] == "tavily/pay-as-you-go"
    assert made.said("agent leads to each of tools, the end; equal shares assumed")
    assert made.said("agent: tried up to 5 times where it raises an error")
    assert "judges" not in made.steps["tools"]


ROUTED = """
from langgraph.graph import StateGraph, START, END
from langchain.chat_models import init_chat_model
from langgraph.types import interrupt, Command

small = init_chat_model("openai:gpt-4o-mini")
large = init_chat_model("claude-sonnet-4-5", model_provider="anthropic")

def classify(state): return {"kind": small.invoke(state["q"])}
def short_answer(state): return {"a": small.invoke(state["q"])}
def long_answer(state): return {"a": large.invoke(state["q"])}
def grade(state): return {"score": small.invoke(state["a"])}
def human_review(state): return {"a": interrupt({"question": state["a"]})}

def route(state) -> str:
    return "short_answer" if state["kind"] == "easy" else "long_answer"

def after_grade(state):
    if state["score"] < 0.7:
        return "retry" if state["tries"] < 3 else "human"
    return "done"

g = StateGraph(dict)
for name, node in (("x", 1),):
    g.add_node(name, node)
g.add_node(classify)
g.add_node(short_answer)
g.add_node(long_answer)
g.add_node(grade)
g.add_node(human_review)
g.add_edge(START, "classify")
g.add_conditional_edges("classify", route)
g.add_edge("short_answer", "grade")
g.add_edge("long_answer", "grade")
ways = {"retry": "classify", "human": "human_review", "done": END}
g.add_conditional_edges("grade", after_grade, ways)
g.add_edge("human_review", END)
app = g.compile(interrupt_before=["human_review"])
"""


def test_branches_a_judge_that_sends_back_and_a_person(tmp_path: Path) -> None:
    made = Drafted(tmp_path, ROUTED)
    assert set(made.steps) == {"classify", "short_answer", "long_answer", "grade"}
    first, *between, last = made.steps
    assert (first, last) == ("classify", "grade")
    assert made.steps["classify"]["next"] == dict.fromkeys(("short_answer", "long_answer"), 0.5)
    assert made.steps[between[0]]["next"] == "grade"
    assert "next" not in made.steps[between[1]]
    assert made.steps["grade"]["on_reject"] == {"restart": "classify"}
    assert made.steps["grade"]["judges"] == [first, *between]
    roles = {made.steps[name]["model"] for name in ("classify", "short_answer", "grade")}
    assert len(roles) == 1
    assert made.stack[roles.pop()] == "openai/gpt-4o-mini"
    assert made.stack[made.steps["long_answer"]["model"]] == "anthropic/claude-sonnet-4-5"
    assert "human_review" not in made.steps
    assert "share" not in made.data["human"], "only some requests reach a person"
    assert made.said("human_review: a person, and so no step but a case of [human]")
    assert made.said("the name of a node is computed")


SUPERVISOR = """
from typing import Literal
from langgraph.graph import StateGraph, START, END, MessagesState
from langgraph.types import Command
from langgraph.prebuilt import create_react_agent
import boto3

bedrock = boto3.client("bedrock-runtime")
MODEL = os.environ.get("MODEL_ID", "us.anthropic.claude-sonnet-4-5-20250929-v1:0")

def supervisor(state) -> Command[Literal["researcher", "writer", "__end__"]]:
    reply = bedrock.converse(modelId=MODEL, messages=state["messages"])
    return Command(goto=reply["next"])

researcher_agent = create_react_agent("openai:gpt-4o", tools=[], prompt="You research.")

def researcher(state) -> Command[Literal["supervisor"]]:
    return Command(goto="supervisor", update=researcher_agent.invoke(state))

def writer(state):
    return Command(goto="supervisor", update={"messages": client.chat.completions.create(
        model="gpt-4o-mini", messages=state["messages"])})

def human(state):
    return interrupt("approve?")

builder = StateGraph(MessagesState)
builder.add_node("supervisor", supervisor)
builder.add_node("researcher", researcher)
builder.add_node("writer", writer)
builder.add_node("human", human)
builder.add_edge("human", "supervisor")
builder.add_edge(START, "human")
graph = builder.compile()
"""


def test_a_supervisor_that_commands(tmp_path: Path) -> None:
    made = Drafted(tmp_path, SUPERVISOR)
    assert next(iter(made.steps)) == "supervisor"
    assert set(made.steps) == {"supervisor", "researcher", "writer"}
    assert set(made.steps["supervisor"]["next"]) == {"researcher", "writer", "end"}
    assert sum(made.steps["supervisor"]["next"].values()) == 1
    assert made.steps["researcher"]["next"] == made.steps["writer"]["next"] == "supervisor"
    offers = [made.stack[step["model"]] for step in made.steps.values()]
    assert offers[0].startswith("bedrock/us.anthropic.claude-sonnet-4-5")
    assert set(offers[1:]) == {"openai/gpt-4o", "openai/gpt-4o-mini"}
    assert made.data["human"]["share"] == 1, "the person stands on the only way"


COMMANDED = (
    SUPERVISOR[: SUPERVISOR.index("def supervisor")]
    + """
members = ["researcher", "writer"]

def make(llm, members):
    def node(state)%s:
        goto = llm.with_structured_output(Router).invoke(state)["next"]
        return Command(goto=END if goto == "FINISH" else goto)
    return node

def researcher(state) -> Command[Literal["supervisor"]]:
    return Command(goto="supervisor", update=chat.completions.create(model="gpt-4o"))

def writer(state):
    return Command(goto="supervisor")

builder = StateGraph(MessagesState)
builder.add_edge(START, "supervisor")
builder.add_node("supervisor", make(ChatOpenAI(model="gpt-4o"), members))
builder.add_node("researcher", researcher)
builder.add_node("writer", functools.partial(writer, name="w"))
"""
)


@pytest.mark.parametrize("said", [' -> Command[Literal[*members, "__end__"]]', ""])
def test_where_a_supervisor_goes_is_in_its_annotation_or_computed(
    said: str, tmp_path: Path
) -> None:
    made = Drafted(tmp_path, COMMANDED % said)
    assert next(iter(made.steps)) == "supervisor"
    assert set(made.steps) == {"supervisor", "researcher", "writer"}
    assert set(made.steps["supervisor"]["next"]) == {"researcher", "writer", "end"}
    assert bool(said) != made.said("supervisor: where it goes is computed")


def test_a_store_is_known_by_its_class_and_embeds_by_default(tmp_path: Path) -> None:
    text = RETRIEVE_REASON_VALIDATE.replace(
        'PineconeVectorStore("kb", OpenAIEmbeddings(model="text-embedding-3-small"))',
        "Chroma.from_documents(documents=docs, embedding=OpenAIEmbeddings())",
    )
    made = Drafted(tmp_path, text)
    assert list(made.steps) == ["retrieve", "reason", "validate"]
    assert "index" in made.steps["retrieve"]
    assert made.stack["knowledge"] == {"none": "an index in the program's own memory"}
    assert "embedding" not in made.data["index"]["knowledge"]
    assert made.said("retrieve: the model of OpenAIEmbeddings() in line 7")


RAW = """
import boto3, json
from langgraph.graph import StateGraph, END
client = boto3.client("bedrock-runtime", region_name="us-east-1")
store = boto3.client("s3vectors")
CONFIDENCE_THRESHOLD = 0.8

def embed(text):
    model = "amazon.titan-embed-text-v2:0"
    return json.loads(client.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=text))

def retrieve(state):
    found = store.query_vectors(indexName="i", queryVector={"float32": embed(state["q"])}, topK=5)
    return {"context": found["vectors"]}

def reason(state):
    reply = client.invoke_model(modelId="anthropic.claude-3-5-sonnet-20241022-v2:0", body="{}")
    return {"answer": reply, "confidence": 0.85}

def validate(state):
    if state.get("confidence", 0.0) < CONFIDENCE_THRESHOLD:
        state["final_answer"] = "ESCALATE_TO_HUMAN"
    return state

def build_graph():
    g = StateGraph(dict)
    g.add_node("retrieve", retrieve)
    g.add_node("reason", reason)
    g.add_node("validate", validate)
    g.set_entry_point("retrieve")
    g.add_edge("retrieve", "reason").add_edge("reason", "validate").add_edge("validate", END)
    return g.compile()
"""


def test_a_graph_on_a_cloud_s_own_client(tmp_path: Path) -> None:
    made = Drafted(tmp_path, RAW)
    assert [
        next(k for k in step if k in ("index", "model", "tool")) for step in made.data["step"]
    ] == [*("index", "model", "tool")]
    assert made.stack["chat"] == "bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0"
    assert made.stack["embedder"] == "bedrock/amazon.titan-embed-text-v2:0"
    assert made.stack["knowledge"] == "aws/s3-vectors"
    assert "below a confidence of 0.8: ESCALATE_TO_HUMAN" in made.text
    assert "human" in made.data


BESIDE = """
from langgraph.graph import StateGraph, START, END
llm = ChatOpenAI(model="gpt-4o")
def ask(state): return llm.invoke(state)
g = StateGraph(dict)
for_all = ["news", "prices"]
g.add_node("plan", ask)
g.add_node("news", ask)
g.add_node("prices", ask)
g.add_node("merge", ask)
g.add_node("lonely", ask)
g.add_edge(START, "plan")
g.add_edge("plan", "news")
g.add_edge("plan", "prices")
g.add_edge(["news", "prices"], "merge")
g.add_edge("merge", END)
g.add_edge("merge", "nowhere")
"""


def test_what_runs_side_by_side_is_billed_once_each(tmp_path: Path) -> None:
    made = Drafted(tmp_path, BESIDE)
    first, second = (name for name in made.steps if name in ("news", "prices"))
    assert list(made.steps) == ["plan", first, second, "merge"]
    assert not any("next" in made.steps[name] for name in made.steps)
    assert made.said("behind plan run side by side")
    assert made.said("nowhere: an edge names it, and no node of the code does")
    assert made.said("lonely: no edge leads to it; left out")
    (stack,) = made.estimate["estimates"]
    tokens = sum(float(part["total"]) for part in stack["components"])
    assert tokens == pytest.approx(4 * 10_000 * (1_155 * 2.5 + 211 * 10) / 1e6)


READY = """
from langgraph.prebuilt import create_react_agent
agent = create_react_agent(model="anthropic:claude-sonnet-4-5", tools=[search], name="helper")
agent.invoke({})
"""


def test_a_ready_made_agent_is_a_graph_of_one(tmp_path: Path) -> None:
    made = Drafted(tmp_path, READY)
    assert list(made.steps) == ["helper"]
    assert made.stack["chat"] == "anthropic/claude-sonnet-4-5"
    assert made.said("runs in a loop of its own")


UNKNOWN = """
from langgraph.graph import StateGraph, START, END
from settings import get_llm
llm = get_llm()
own = ChatOllama(model="my-own-finetune")
g = StateGraph(dict)
g.add_node("answer", lambda s: llm.invoke(s))
g.add_node("rewrite", lambda s: own.invoke(s))
g.add_node("tidy", lambda s: s["text"].strip())
g.add_edge(START, "answer")
g.add_edge("answer", "rewrite")
g.add_edge("rewrite", "tidy")
"""


def test_a_model_that_is_not_named_is_never_guessed(tmp_path: Path) -> None:
    made = Drafted(tmp_path, UNKNOWN)
    assert set(made.data["stack"]) == {"openai", "anthropic", "google"}
    assert made.said("answer: which model answers")
    assert made.said("'my-own-finetune' of ollama is no model of the catalogue under that name")
    assert "tool" in made.steps["tidy"]
    assert made.text.count("assumed: the code names none that is known") == 6


def test_of_several_graphs_the_largest_is_taken(tmp_path: Path) -> None:
    other = (
        '\nsmall = StateGraph(dict)\nsmall.add_node("one", reason)\nsmall.add_edge(START, "one")\n'
    )
    made = Drafted(tmp_path, RETRIEVE_REASON_VALIDATE + other)
    assert list(made.steps) == ["retrieve", "reason", "validate"]
    assert made.said("other graphs of the code, left out: small")


def test_two_functions_build_graphs_of_one_name(tmp_path: Path) -> None:
    text = "from langgraph.graph import StateGraph, START, END\n"
    for name, nodes in (("first", ("ask_a", "ask_b")), ("second", ("ask_c",))):
        text += f"def {name}():\n    llm = ChatOpenAI(model='gpt-4o{'-mini' * len(nodes)}')\n"
        text = text.replace("-mini-mini", "-mini")
        text += "    g = StateGraph(dict)\n"
        for node in nodes:
            text += f"    g.add_node('{node}', lambda s: llm.invoke(s))\n"
        text += (
            f"    g.add_edge(START, '{nodes[0]}')\n    g.add_edge('{nodes[0]}', '{nodes[-1]}')\n"
        )
    made = Drafted(tmp_path, text)
    assert set(made.steps) == {"ask_a", "ask_b"}
    assert made.stack["chat"] == "openai/gpt-4o-mini"


# -- what is refused ------------------------------------------------------------------------

HARM = RETRIEVE_REASON_VALIDATE.replace(
    "llm =", "import pathlib\npathlib.Path('harmed').touch()\nraise SystemExit(9)\nllm ="
)


def test_a_file_that_does_harm_when_it_is_imported_is_never_run(tmp_path: Path) -> None:
    made = Drafted(tmp_path, HARM)
    assert list(made.steps) == ["retrieve", "reason", "validate"]
    assert not (tmp_path / "harmed").exists()


def refused(folder: Path, content: str | bytes, name: str = "app.py") -> Ran:
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    ran = costplan("init", "--from", name, folder=folder)
    assert ran.code == 2, ran.err
    assert not (folder / "costplan.toml").exists()
    assert ran.out == ""
    assert "Traceback" not in ran.err
    return ran


NO_GRAPH = {
    "nothing": "",
    "no graph": "print('hello')\n",
    "a graph of another library": "import networkx as nx\nG = nx.Graph\nG.add_node('a')\n",
    "an empty graph": "from langgraph.graph import StateGraph\ng = StateGraph(dict)\ng.compile()\n",
}


@pytest.mark.parametrize("what", NO_GRAPH)
def test_without_a_graph_it_says_what_was_looked_for(what: str, tmp_path: Path) -> None:
    ran = refused(tmp_path, NO_GRAPH[what])
    assert "builds no graph that can be read" in ran.err
    assert "looked for: StateGraph(...) with add_node" in ran.err


HOSTILE = {
    "a syntax error": ("def f(:\n", "line 1"),
    "python 2": ("print 'hello'\n", "line 1"),
    "latin 1": (b"# caf\xe9\nx = 1\n", "UTF-8"),
    "a NUL": (b"x = 1\x00\n", "null bytes"),
    "nested too deep": ("x = " + "(" * 50_000 + ")" * 50_000, "no Python that can be read"),
    "unary without end": ("x = " + "-" * 200_000 + "1", "no Python that can be read"),
    "a chain without end": (
        "from langgraph.graph import StateGraph\ng = StateGraph(dict)"
        + ".add_node('a', f)" * 20_000,
        "no Python that can be read",
    ),
    "too long": ("x = 1\n" * 200_000, "1 million characters"),
    "binary": (bytes(range(256)) * 10, "app.py"),
    "nodes without end": (
        "from langgraph.graph import StateGraph\ng = StateGraph(dict)\n"
        + "".join(f"g.add_node('n{n}', f)\n" for n in range(2_000)),
        "more than 500 nodes",
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_in_words(what: str, tmp_path: Path) -> None:
    content, words = HOSTILE[what]
    assert words in refused(tmp_path, content).err


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}']
)
def test_a_broken_notebook_is_refused(content: str, tmp_path: Path) -> None:
    assert "no notebook that can be read" in refused(tmp_path, content, "app.ipynb").err


def test_names_that_steer_a_terminal_or_forge_a_line_are_spelled_out(tmp_path: Path) -> None:
    evil = "a\\nname = 'forged'\\x1b[31m"
    text = RETRIEVE_REASON_VALIDATE.replace('"reason"', f'"{evil}"')
    made = Drafted(tmp_path, text)
    assert made.data["name"] == "app"
    assert "\x1b" not in made.text + made.ran.err
    assert len(made.steps) == 3


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    ran = costplan("init", "--from", "nowhere.py", folder=tmp_path)
    assert ran.code == 2
    assert "nowhere.py does not exist" in ran.err


def test_a_source_beside_a_template_or_of_two_kinds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(RETRIEVE_REASON_VALIDATE)
    (tmp_path / "log.jsonl").write_text("{}\n")
    ran = costplan("init", "--from", "app.py", "--template", "rag", folder=tmp_path)
    assert (ran.code, "leave them out" in ran.err) == (2, True)
    ran = costplan("init", "--from", "app.py", "--from", "log.jsonl", folder=tmp_path)
    assert (ran.code, "not both" in ran.err) == (2, True)


def test_a_workload_is_no_source_of_one(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("name = 'x'")
    ran = costplan("init", "--from", "w.toml", folder=tmp_path)
    assert (ran.code, "is a workload" in ran.err) == (2, True)


def test_a_folder_outside_of_the_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "app.py").write_text(RETRIEVE_REASON_VALIDATE)
    for source in ("../out", "../out/app.py"):
        ran = costplan("--root", ".", "init", "--from", source, folder=tmp_path / "in")
        assert ran.code == 2
        assert "outside" in ran.err


def test_the_code_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(RETRIEVE_REASON_VALIDATE)
    ran = costplan("init", "--from", "app.py", "--out", "app.py", "--force", folder=tmp_path)
    assert ran.code == 2
    assert (tmp_path / "app.py").read_text() == RETRIEVE_REASON_VALIDATE


# -- any graph ------------------------------------------------------------------------------

NAMES = ["a", "end", "human_gate", "check", "retrieve", "x-search"]
ENDS = st.sampled_from(NAMES)
ANY_END = ENDS | st.sampled_from(["__start__", "__end__"])
"""The start is no target and the end no source, which a file may say all the same."""
BODIES = {
    "a": "llm.invoke(s)",
    "end": "s",
    "human_gate": "interrupt(s)",
    "check": "'HUMAN' if s['score'] < 0.5 else llm.invoke(s)",
    "retrieve": "store.similarity_search(s)",
    "x-search": "(retriever.invoke(s), llm.invoke(s))",
}


@settings(examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nodes=st.lists(ENDS, min_size=1, unique=True),
    edges=st.lists(st.tuples(ANY_END, ANY_END), max_size=9),
    branches=st.lists(st.tuples(ANY_END, st.lists(ANY_END, max_size=3)), max_size=4),
)
def test_any_graph_gives_a_workload_that_estimates(
    nodes: list[str],
    edges: list[tuple[str, str]],
    branches: list[tuple[str, list[str]]],
    tmp_path: Path,
) -> None:
    lines = ["from langgraph.graph import StateGraph", "llm = ChatOpenAI(model='gpt-4o')"]
    lines += ["g = StateGraph(dict)"]
    lines += [f"g.add_node({name!r}, lambda s: {BODIES[name]})" for name in nodes]
    lines += [f"g.add_edge({one!r}, {other!r})" for one, other in edges]
    lines += [f"g.add_conditional_edges({one!r}, f, {targets!r})" for one, targets in branches]
    (tmp_path / "app.py").write_text("\n".join(lines))
    ran = costplan("init", "--from", "app.py", "--force", folder=tmp_path)
    if nodes == ["human_gate"]:
        assert (ran.code, "nodes are all people" in ran.err) == (2, True)
        return
    assert ran.code == 0, ran.err
    data = tomllib.loads((tmp_path / "costplan.toml").read_text())
    rates = [
        (f"step.{at}.{key}", value)
        for at, step in enumerate(data["step"])
        for key, value in (
            [("sensitivity", 0.9), ("false_positive_rate", 0.1)]
            if "judges" in step
            else [("success", 0.9)]
        )
    ]
    data.get("human", {}).pop("share", None)  # what the rates say in its place
    for path, value in rates:
        _, at, key = path.split(".")
        data["step"][int(at)][key] = value
    (tmp_path / "rated.toml").write_text(tomli_w.dumps(data))
    ran = costplan("estimate", "rated.toml", *DAY, "--format", "json", folder=tmp_path)
    assert ran.code == 0, ran.err
    assert all(stack["reliability"] is not None for stack in ran.data["estimates"])


PIECES = ["", "(", ")", "[]", "{}", "lambda", "*", "=", ".add_node", "'end'", "START", "1e400", ":"]


@settings(examples(120), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    source=st.sampled_from([RETRIEVE_REASON_VALIDATE, AGENT, ROUTED, SUPERVISOR, RAW]),
    cuts=st.lists(
        st.tuples(st.integers(0, 2_000), st.integers(0, 30), st.sampled_from(PIECES)),
        min_size=1,
        max_size=3,
    ),
)
def test_damaged_code_is_read_or_refused_and_never_a_fault(
    source: str, cuts: list[tuple[int, int, str]], tmp_path: Path
) -> None:
    for at, length, piece in cuts:
        at %= len(source)
        source = source[:at] + piece + source[at + length :]
    (tmp_path / "app.py").write_text(source)
    ran = costplan("init", "--from", "app.py", "--out", "-", folder=tmp_path)
    assert ran.code in (0, 2), ran.err
    assert ran.code == 0 or ran.err.startswith("error: ")
    assert "the draft:" not in ran.err, "a draft that is none is a fault"


# -- traces ---------------------------------------------------------------------------------


def span(agent: str, model: str, read: int, n: int) -> dict[str, Any]:
    """A call of a model as OpenTelemetry's GenAI conventions log it, one every two hours."""
    texts = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.agent.name": agent,
        "gen_ai.request.model": model,
        "gen_ai.response.model": model,
    }
    numbers = {"gen_ai.usage.input_tokens": read, "gen_ai.usage.output_tokens": 100}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in texts.items()]
    attributes += [{"key": key, "value": {"intValue": str(n)}} for key, n in numbers.items()]
    return {
        "traceId": f"{n:032x}",
        "spanId": f"{agent}-{n}",
        "name": agent,
        "startTimeUnixNano": str(1_793_500_000_000_000_000 + n * 7_200_000_000_000),
        "attributes": attributes,
    }


def test_traces_become_steps_and_models(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    spans = [
        span(agent, model, read, n)
        for n in range(40)
        for agent, model, read in (("plan", "gpt-4o", 900), ("write", "gpt-4o-mini", 300))
    ]
    lines = [json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [one]}]}]}) for one in spans]
    (tmp_path / "spans.jsonl").write_text("\n".join(lines))
    ran = costplan("init", "--from", "spans.jsonl", folder=tmp_path)
    assert ran.code == 0, ran.err
    text = (tmp_path / "costplan.toml").read_text()
    data = tomllib.loads(text)
    assert {step["input_tokens"] for step in data["step"]} == {900, 300}
    assert all(step["output_tokens"] == 100 for step in data["step"])
    assert not any("success" in step for step in data["step"])
    assert set(data["stack"]["measured"].values()) == {"openai/gpt-4o", "openai/gpt-4o-mini"}
    assert text.startswith("# A draft, measured from spans.jsonl")
    assert "# - tools, retrieval and people" in text
    assert "tools, retrieval and people" in ran.err
    assert costplan("estimate", *DAY, folder=tmp_path).code == 0


def test_a_trace_that_holds_no_usage_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    (tmp_path / "log.jsonl").write_text('{"hello": 1}\n')
    ran = costplan("init", "--from", "log.jsonl", folder=tmp_path)
    assert ran.code == 2
    assert not (tmp_path / "costplan.toml").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    os.mkfifo(tmp_path / "x.py")
    assert code_in(tmp_path) == [tmp_path / "a.py"]
