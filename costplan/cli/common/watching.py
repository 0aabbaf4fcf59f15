"""``--watch``: a page that is drawn again when its file is saved, with a prompt under it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from shutil import get_terminal_size
from threading import Thread
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from costplan.api.estimating import Locking, Opened
from costplan.api.watching import Watch, since
from costplan.catalog.lookup import Catalog
from costplan.cli.common.words import complaint
from costplan.document.diff import DiffDocument
from costplan.document.entries import estimates_of
from costplan.document.estimate import EstimateDocument
from costplan.problems import BadUsage, CostplanError, clean
from costplan.render import Look, render
from costplan.render.diff import percent
from costplan.render.money import places, signed
from costplan.render.page import width_of

if TYPE_CHECKING:
    from costplan.document.kinds import Document

TICK = 0.02
"""Seconds between two looks at the file."""
LOOK_AT_PRICES = 1.0
"""Seconds between two looks at the folders of prices."""
CLEAR = "\x1b[H\x1b[2J\x1b[3J"
PROMPT = "> "
HELP = (
    "key=value changes a value until the end, as --set does: traffic.requests_per_month=20000",
    "key= takes that back; scenario NAME lays [scenario.NAME] over the file, scenario takes it off",
    "reset takes all back, an empty line draws again, quit ends",
)
MOST_STACKS = 4
"""Stacks whose change is told."""


class Tried(NamedTuple):
    """What stands in place of the file's: changed values, and a scenario over them."""

    changes: tuple[str, ...] = ()
    scenario: str = ""

    def __str__(self) -> str:
        named = [f"scenario {self.scenario}"] if self.scenario else []
        return ", ".join(map(clean, [*named, *self.changes]))


class Asked(NamedTuple):
    """What one typed line asks for: other things to try, a word to the reader, the end."""

    tried: Tried
    said: tuple[str, ...] = ()
    ends: bool = False


def typed(line: str, tried: Tried) -> Asked:
    """What a line means, with what holds so far."""
    text = line.strip()
    word, _, name = text.partition(" ")
    if text in ("q", "quit", "exit"):
        return Asked(tried, ends=True)
    if text in ("?", "h", "help"):
        return Asked(tried, HELP)
    if text == "reset":
        return Asked(Tried())
    if word == "scenario" and "=" not in text:
        return Asked(tried._replace(scenario=name.strip()))
    key, equals, value = (part.strip() for part in text.partition("="))
    if not text:
        return Asked(tried)
    if not equals or not key:
        return Asked(tried, (f"'{clean(text)}' is no key=value", *HELP))
    others = tuple(change for change in tried.changes if change.partition("=")[0].strip() != key)
    return Asked(tried._replace(changes=(*others, f"{key}={value}") if value else others))


def moved(document: DiffDocument) -> str:
    """What became of the stacks, in a line: of a single one in money too."""
    changed = [stack for stack in document.stacks if stack.kind != "same"]
    parts = []
    for stack in changed[:MOST_STACKS]:
        text = stack.stack
        if stack.base is None or stack.head is None:
            text += " is new" if stack.base is None else " is gone"
        else:
            if len(document.stacks) == 1 or not stack.percent:
                digits = places(stack.base.total_monthly, stack.head.total_monthly)
                text += " " + signed(stack.difference, document.currency, digits, unicode=False)
            text += f" {percent(stack.percent)}" if stack.percent else ""
        parts.append(text if stack.certain else f"{text} (a price is missing)")
    more = [f"{len(changed) - MOST_STACKS} more"] if len(changed) > MOST_STACKS else []
    return ", ".join([*parts, *more]) or "nothing moved"


def left(*lines: str) -> int:
    """The lines of the terminal that these leave for a page above them."""
    size = get_terminal_size((80, 24))
    return size.lines - sum(max(1, -(-width_of(line) // size.columns)) for line in lines)


class Screen:
    """One watch from its first page to its end. ``draw``: a document on so many lines."""

    def __init__(
        self,
        watch: Watch[Any],
        draw: Callable[[Any, int], str],
        tried: Tried,
        rates: Sequence[str],
    ) -> None:
        self.watch, self.draw, self.rates = watch, draw, rates
        self.tried = self.sound = tried
        self.document: Any = None
        self.last: EstimateDocument | None = None

    def redraw(self, said: Sequence[str] = ()) -> None:
        """The page as the file is now, what changed since the one before, and the prompt. A file
        with a fault leaves the last sound page standing below it."""
        began = perf_counter()
        lines: list[str] = []
        try:
            self.document = self.watch.again(self.tried.changes, self.rates, self.tried.scenario)
            lines += self._moved(self.document)
            self.sound = self.tried
        except CostplanError as error:
            lines += ["", *complaint(error).splitlines()]
            if self.tried != self.sound:
                self.tried = self.sound
                lines.append("the change was taken back")
            elif self.document is not None:
                lines.append("above: as it was before")
        if str(self.tried):
            lines.append(f"changed here: {self.tried}")
        lines += said
        path = clean(str(self.watch.path))
        room = left(f"{path}: 1,000 ms. ? for help, quit to end", PROMPT, *lines)
        page = "" if self.document is None else self.draw(self.document, room)
        took = (perf_counter() - began) * 1000
        lines.append(f"{path}: {took:,.0f} ms. ? for help, quit to end")
        sys.stdout.write(CLEAR + page + "\n".join(lines) + "\n" + PROMPT)
        sys.stdout.flush()

    def _moved(self, document: Any) -> list[str]:
        now = estimates_of(document)
        assert now is not None
        compared = since(self.last, now)
        self.last = now
        if compared is None:
            return []
        return [f"since the last page: {moved(compared)}"]

    def run(self, read: Callable[[], str | None], wait: Callable[[float], None]) -> None:
        """Until the reader ends it. ``read``: a line that was typed, "" after its newline is taken
        off, None where there is none; raises EOFError at the end of the input."""
        self.watch.saved()
        self.redraw()
        prices_at = monotonic()
        while True:
            folders = monotonic() - prices_at > LOOK_AT_PRICES
            if folders:
                prices_at = monotonic()
            if self.watch.saved(folders):
                self.redraw()
            try:
                line = read()
            except EOFError:
                return
            if line is None:
                wait(TICK)
                continue
            asked = typed(line, self.tried)
            if asked.ends:
                return
            self.tried = asked.tried
            self.redraw(asked.said)


class Typed:
    """Lines from standard input, without waiting for them."""

    def __init__(self) -> None:
        self._lines: SimpleQueue[str] = SimpleQueue()
        Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            self._lines.put(line)
        self._lines.put("")

    def __call__(self) -> str | None:
        try:
            line = self._lines.get_nowait()
        except Empty:
            return None
        if not line:
            raise EOFError
        return line.removesuffix("\n")


def check_watch(form: str, given: Sequence[object]) -> None:
    """Raises BadUsage for what a watch has not: another format, a file, a stream that is no
    terminal. ``given``: options that end in an exit code or a file."""
    if form != "table" or any(given):
        raise BadUsage(
            "--watch draws a table on the terminal and nothing else",
            "leave out --format, --out, --write, --strict, --summary and the like; one --scenario",
        )
    if sys.stdout is None or not sys.stdout.isatty():
        raise BadUsage("--watch needs a terminal", "without it the command prints once")


def run_watch(
    where: str | None,
    locking: Locking,
    work: Callable[[Opened, Catalog], Document],
    looks: Look,
    tried: Tried,
    rates: Sequence[str],
) -> int:
    """Draw what ``work`` makes of the workload until the reader ends it: by a word, the end of
    input, or Ctrl-C."""
    from time import sleep

    gc.enable()  # this command lives long
    watch = Watch(where, locking, work)

    def draw(document: Document, height: int) -> str:
        return render(document, "table", looks._replace(height=height))

    screen = Screen(watch, draw, tried, rates)
    try:
        screen.run(Typed(), sleep)
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    return 0
