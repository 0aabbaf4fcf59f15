"""An engine's words without anybody's secrets: drivers quote what they were given."""

from __future__ import annotations

import os
import re
from typing import Final

from costplan.problems import clean

SECRET: Final = re.compile(r"PASS|PWD|TOKEN|SECRET|KEY|CREDENTIAL", re.IGNORECASE)
"""What a name is called that holds a secret."""
SHORTEST: Final = 4  # characters; shorter values stand in ordinary words
LONGEST: Final = 400
STARS: Final = "***"
SHAPES: Final = (
    (re.compile(r"(://[^\s/@:]*):[^\s@]*@"), rf"\1:{STARS}@"),
    (
        re.compile(
            r"(?i)([\w-]*(?:pass(?:word|wd|phrase)?|pwd|token|secret|api_?key|credentials?)[\w-]*"
            r"[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&)]+)"
        ),
        rf"\1{STARS}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {STARS}"),
    (re.compile(r"-----BEGIN[^-]*-----.*?(-----END[^-]*-----|$)", re.DOTALL), STARS),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]+\.[\w-]+"), STARS),
)
"""How secrets look where they stand in a sentence."""


def scrubbed(text: str) -> str:
    """One line of at most ``LONGEST`` characters without passwords, tokens and keys: neither those
    of the environment, whatever they stand in, nor what looks like one."""
    for value in sorted(_held(), key=len, reverse=True):
        text = text.replace(value, STARS)
    for shape, instead in SHAPES:
        text = shape.sub(instead, text)
    return clean(" ".join(text.split()))[:LONGEST]


def _held() -> set[str]:
    """Values of environment variables that are called like secrets. A path is none."""
    return {
        value
        for name, value in os.environ.items()
        if SECRET.search(name) and len(value) >= SHORTEST and not value.startswith(("/", "~", "."))
    }
