"""Graphs of agents in other people's code, read as syntax: nothing is imported, nothing run.

code.py        Python files and notebooks as syntax trees; what a name in them stands for
known.py       which constructors and calls are models, vector stores, tools, people
evidence.py    what the code behind a node does
langgraph.py   nodes and edges of LangGraph
shape.py       a graph: nodes, edges, and what could not be read
steps.py       a graph as steps of a workload, in the order they run in
draft_text.py  steps as the text of a workload
"""
