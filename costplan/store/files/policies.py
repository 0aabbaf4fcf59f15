"""Policy files: ``[budget]`` and ``[[policy]]`` apart from a workload."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from costplan.problems import BadUsage
from costplan.store.files.text import parse_toml, read_document, read_file
from costplan.workload.budget import RuleFile


class PolicyFile(NamedTuple):
    """A policy file's rules, with what is needed to speak of its text."""

    name: str
    text: str
    rules: RuleFile


def open_policies(path: Path) -> PolicyFile:
    """The rules of a policy file. Raises BadUsage, DocumentError or DocumentSyntaxError."""
    text = read_file(path)
    data = parse_toml(str(path), text)
    if not data:
        raise BadUsage(f"{path} is empty", "a policy file has [budget], [[policy]] or both")
    rules = read_document(RuleFile, str(path), text, data)
    if rules.is_empty:
        hint = "a limit in [budget], a [[policy]], or what it allows"
        raise BadUsage(f"{path} holds no rule", hint)
    return PolicyFile(str(path), text, rules)
