"""What the command line says, and where: data on stdout, words on stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from costplan import __version__
from costplan.cli.common.environment import width as asked_width
from costplan.cli.common.voice import note
from costplan.problems import BadUsage, CostplanError, clean, did_you_mean
from costplan.quantity import literal
from costplan.render import Look
from costplan.weektime import in_utc


def complain(error: CostplanError) -> None:
    """An error with its remedy, on stderr."""
    print(complaint(error), file=sys.stderr)
    remark(getattr(error, "__notes__", ()))


def complaint(error: CostplanError) -> str:
    """An error with its place in the file and its remedy, as people and agents read it."""
    from costplan.store.files.text import DocumentError, DocumentSyntaxError

    if isinstance(error, DocumentError | DocumentSyntaxError):
        return str(error)
    said = [f"error: {clean(str(error))}"]
    said += [f"   - {clean(sentence)}" for sentence in getattr(error, "also", ())]
    hint = getattr(error, "hint", None)
    return "\n".join([*said, f"   = help: {clean(hint)}"] if hint else said)


def remark(sentences: Iterable[str]) -> None:
    """Sentences below an error, on stderr."""
    for sentence in sentences:
        print(f"   = note: {clean(sentence)}", file=sys.stderr)


def look(explain: bool = False, lines: bool = False, full: bool = False) -> Look:
    """How stdout may look: its width, colour only on a terminal that wants it, and how much of an
    estimate is shown."""
    terminal = sys.stdout is not None and sys.stdout.isatty()
    color = terminal and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")
    if os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR"):
        color = True
    width = asked_width() or min(shutil.get_terminal_size((80, 24)).columns, 120)
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    return Look(
        width=width,
        color=bool(color),
        unicode=encoding.startswith("utf"),
        explain=explain,
        version=__version__,
        lines=lines,
        full=full,
    )


def file_look() -> Look:
    """How a file beside the output may look: the same whatever terminal it was made in."""
    return Look(version=__version__)


def put(content: str | bytes, out: Path | None) -> None:
    """A text or a file's bytes on stdout (no file, or ``-``), or in a file that is replaced in one
    move. Raises BadUsage for bytes on a terminal."""
    if out is None or str(out) == "-":
        if sys.stdout is None:
            raise BadUsage("standard output is closed", "--out FILE writes to a file")
        if isinstance(content, str):
            sys.stdout.write(content)
        elif sys.stdout.isatty():
            raise BadUsage(
                "this format is no text for a terminal", "--out FILE writes it to a file"
            )
        else:
            sys.stdout.buffer.write(content)
        return
    from costplan.store.files.writing import write

    spare(out)
    write(out, content)
    note(f"wrote {clean(str(out))}")


def also(pairs: Sequence[str], formats: Sequence[str], out: Path | None) -> dict[str, Path]:
    """``FORMAT=FILE`` pairs of ``--save``, by format. Raises BadUsage, also for one file twice."""
    targets: dict[str, Path] = {}
    files = [] if out is None else [out.absolute()]
    for pair in pairs:
        name, equals, file = pair.partition("=")
        if name not in formats or not equals or not file or file == "-":
            near = did_you_mean(name, formats)
            known = f"as json=out.json; formats: {', '.join(formats)}"
            raise BadUsage(f"--save {clean(pair)}: is no FORMAT=FILE", near or known)
        path = Path(file)
        if name in targets or path.absolute() in files:
            raise BadUsage(f"--save {clean(pair)}: the format or the file is given twice")
        targets[name] = path
        files.append(path.absolute())
    return targets


def spare(*targets: Path | None) -> None:
    """Raises BadUsage where ``--out`` or ``--save`` would replace a file that this command has
    read: the workload, a lock, prices, policies, a baseline, a trace."""
    from costplan.store.files.text import READ

    known = READ.get() or ()
    for out in targets:
        if out is None or not out.is_file():
            continue
        state = out.stat()
        if (state.st_dev, state.st_ino) in known:
            raise BadUsage(f"{out} is read here, and would be written over", "name another file")


def day(text: str | None) -> date:
    """A date from the command line; today (UTC) when left out. Raises BadUsage."""
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadUsage(f"'{clean(text)}' is not a date such as 2026-11-22") from None


def moment(text: str | None) -> datetime:
    """A moment from the command line, UTC unless it says otherwise. Raises BadUsage."""
    if text is None:
        return datetime.now(UTC)
    try:
        return in_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise BadUsage(
            f"'{clean(text)}' is not a date or time such as 2026-11-22T12:00:00Z"
        ) from None


def quantities(pairs: list[str]) -> dict[str, Decimal]:
    """NAME=VALUE pairs as Decimals. Raises BadUsage."""
    amounts: dict[str, Decimal] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadUsage(f"'{clean(pair)}' is not NAME=VALUE", "such as input_tokens=1000")
        if name in amounts:
            raise BadUsage(f"{clean(name)} is given twice")
        if value in ("true", "false"):
            value = "1" if value == "true" else "0"
        amounts[name] = sane(clean(name), value)
    return amounts


def percentage(name: str, text: str) -> Decimal | None:
    """The number of a percentage such as ``10%`` or ``10 %``; None where the text is none.

    Raises BadUsage where what stands before the sign is no number.
    """
    bare = text.strip()
    return sane(name, bare.removesuffix("%").rstrip()) if bare.endswith("%") else None


def share(name: str, text: str) -> Decimal:
    """A share as people write it: 0.99, 99% or 99 %. Raises BadUsage, also for one that is not
    between 0 and 1."""
    percent = percentage(name, text)
    value = sane(name, text.strip()) if percent is None else percent / 100
    if not 0 <= value <= 1:
        hint = None
        if percent is None and 1 < value <= 100:
            hint = f"as a share {literal(value / 100)}, in per cent '{literal(value)} %'"
        raise BadUsage(f"{name} is {clean(text.strip())}: it is a share between 0 and 1", hint)
    return value


def sane(name: str, value: str) -> Decimal:
    """A number from the command line. Raises BadUsage, also for one beyond Decimal's exponents."""
    from costplan.api.billing import number

    try:
        return number(name, value)
    except ArithmeticError:
        raise BadUsage(f"{name}: {clean(value)} is not a finite number under 1e15") from None


def sampled(text: str | None) -> Decimal | None:
    """The share of ``--sampling``; None where it was not given. Raises BadUsage."""
    if text is None:
        return None
    share = sane("--sampling", text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 < share <= 1:
        raise BadUsage(f"--sampling is {text}: it must be above 0 and at most 1")
    return share
