"""The workloads that ``costplan init`` writes: the examples, which teach the format, in three sizes.

An assumed number carries its light, typical and heavy value and the reason on its own line:

    requests_per_month = 10_000   # light 1_000, typical 10_000, heavy 200_000: one team, ...
"""

from __future__ import annotations

import re
from pathlib import Path

from costplan.problems import BadUsage, did_you_mean
from costplan.store.files.folders import shipped

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
    """What a template is for, in its own first words."""
    return text(name).splitlines()[0].removeprefix("# ")


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


def sized(template: str, size: str) -> str:
    """The template with every sized number set to its light, typical or heavy value."""
    if size not in SIZES:
        raise BadUsage(f"there is no size '{size}'", "sizes: " + ", ".join(SIZES))

    def choose(match: re.Match[str]) -> str:
        return match.group(0).replace(
            match["head"] + match["value"], match["head"] + match[size], 1
        )

    return SIZED.sub(choose, template)
