"""What the annotating formats share: a finding's name, its fingerprint, its file as a URI."""

from __future__ import annotations

from costplan.document.finding import Finding, Findings

SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def titled(finding: Finding, subject: str) -> str:
    """What a finding is about: the workload and its stack."""
    return f"{subject}, {finding.stack}" if finding.stack else subject


def fingerprints(review: Findings) -> list[str]:
    """A mark for each finding that stays when figures, dates and lines change, and is its own."""
    from hashlib import sha256  # only annotations need it

    seen: dict[tuple[str, ...], int] = {}
    marks = []
    for finding in review.findings:
        key = (review.subject, finding.stack, finding.rule.id, finding.offer or "")
        seen[key] = number = seen.get(key, 0) + 1
        text = "\0".join((*key, str(number)))
        marks.append(sha256(text.encode()).hexdigest()[:32])
    return marks


def uri(path: str) -> str:
    """A path as a relative or file URI: percent-encoded, forward slashes."""
    text = path.replace("\\", "/")
    encoded = "".join(
        chr(byte) if byte in SAFE else f"%{byte:02X}" for byte in text.encode("utf-8", "replace")
    )
    return f"file://{encoded}" if encoded.startswith("/") else encoded
