"""The workloads that ``costplan init`` writes: the examples, which teach the format.

An assumed number has its light, typical and heavy value and the reason on its own line:

    requests_per_month = 10_000   # light 1_000, typical 10_000, heavy 200_000: one team, ...
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import tomli

from costplan.problems import BadUsage, did_you_mean
from costplan.store.files.folders import shipped
from costplan.store.files.positions import locate

SIZES = ("light", "typical", "heavy")
SIZED = re.compile(
    r"^(?P<head>\s*[\w.-]+ = )(?P<value>\S+)(?P<gap>\s+# )"
    r"light (?P<light>\S+), typical (?P<typical>\S+), heavy (?P<heavy>[^\s:]+):",
    re.M,
)


def names() -> list[str]:
    """The templates there are, the smallest first."""
    stems = sorted(path.stem for path in shipped("examples").glob("*.toml"))
    return sorted(stems, key=lambda name: (name != "minimal", name))


def about(name: str) -> str:
    """What a template is for, in its own first words, before the colon."""
    return text(name).splitlines()[0].removeprefix("# ").partition(":")[0]


def text(name: str) -> str:
    """A template's text, by its name or a part of it that no other has. Raises BadUsage."""
    known = names()
    within = [stem for stem in known if name and name in stem]
    if name not in known and len(within) != 1:
        hint = did_you_mean(name, known) if not within else ""
        raise BadUsage(
            f"there is no template '{name}'", hint or "templates: " + ", ".join(within or known)
        )
    stem = name if name in known else within[0]
    return (shipped("examples") / f"{stem}.toml").read_text(encoding="utf-8")


def sized(template: str, size: str | None) -> str:
    """The template with every sized number set to its light, typical or heavy value; typical where
    none is asked for, which is the template as it is."""
    if size is None:
        return template
    if size not in SIZES:
        raise BadUsage(f"there is no size '{size}'", "sizes: " + ", ".join(SIZES))

    def choose(match: re.Match[str]) -> str:
        return match.group(0).replace(
            match["head"] + match["value"], match["head"] + match[size], 1
        )

    return SIZED.sub(choose, template)


def value(template: str, key: tuple[str, str]) -> str | None:
    """The value of a table's key as the template spells it; None where it has none."""
    table, name = key
    if name not in tomli.loads(template).get(table, {}):
        return None
    return template.splitlines()[_line(template, key)].partition("#")[0].partition("=")[2].strip()


def answered(template: str, answers: Mapping[tuple[str, str], str]) -> str:
    """The template with somebody's own values, each by its table and key, in place of assumed ones.

    A table that the template lacks is added at its end. What a comment said of the assumed value
    goes with it.
    """
    for key, answer in answers.items():
        table, name = key
        lines = template.splitlines()
        known = tomli.loads(template).get(table)
        if known is None:
            lines += ["", f"[{table}]", _given(name, answer)]
        elif name in known:
            at = _line(template, key)
            lead = lines[at].partition(name)[0]  # a dotted key's table, such as traffic.
            lines[at] = _given(lead + name, answer)
        else:
            lines.insert(_line(template, (table,)) + 1, _given(name, answer))
        template = "\n".join(lines) + "\n"
    return template


def _given(name: str, answer: str) -> str:
    return f"{name} = {answer}".ljust(33) + " # your answer"


def _line(template: str, path: tuple[str, ...]) -> int:
    """The line, from 0, on which a key that is there stands."""
    place = locate(template, path, "key")
    assert place is not None
    return place.line - 1
