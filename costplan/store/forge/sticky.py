"""One comment that is kept up to date, found again by a marker in its first line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from costplan.store.forge import Comment, Thread
from costplan.store.forge.talk import Unsure

CREATES = 3
"""How often a comment is written again after a request that may have been carried out."""


class Step(NamedTuple):
    """What is done: ``create``, ``update``, ``hide`` or ``delete``."""

    action: str
    comment: Comment | None = None


def marker(tag: str) -> str:
    """The first line of a comment that is ours; invisible when drawn."""
    return f"<!-- costplan:{tag} -->"


def steps(
    comments: Sequence[Comment], body: str, mark: str, behavior: str, *, changed: bool
) -> list[Step]:
    """What to do with the comments that are there.

    Nothing where the newest of ours already says it. Without a change (``changed`` False) an
    existing comment is brought up to date, so that it does not go on telling of a change that was
    taken back, but none is begun.
    """
    own = [
        comment for comment in comments if comment.ours and comment.body.lstrip().startswith(mark)
    ]
    last = own[-1] if own else None
    if last is not None and _same(last.body, body):
        return []
    if last is None:
        return [Step("create")] if changed else []
    if behavior == "update" or not changed:
        return [Step("update", last)]
    if behavior == "new":
        return [Step("create")]
    word = "hide" if behavior == "hide-and-new" else "delete"
    return [Step("create"), *(Step(word, comment) for comment in own)]


def carry_out(thread: Thread, planned: Sequence[Step], body: str) -> None:
    """Do the steps; the new comment comes first, so that a fault in between loses none.

    Raises ForgeError. A comment whose request broke off is looked for before it is sent again.
    """
    for action, comment in planned:
        if action == "create":
            _create(thread, body)
        elif comment is not None and action == "update":
            thread.update(comment, body)
        elif comment is not None and action == "hide":
            thread.hide(comment)
        elif comment is not None:
            thread.delete(comment)


def _create(thread: Thread, body: str) -> None:
    before = {comment.id for comment in thread.comments()}
    for attempt in range(CREATES):
        try:
            thread.create(body)
        except Unsure:
            new = [
                comment
                for comment in thread.comments()
                if comment.ours and comment.id not in before
            ]
            if any(_same(comment.body, body) for comment in new):
                return
            if attempt + 1 == CREATES:
                raise
        else:
            return


def _same(text: str, other: str) -> bool:
    """Hosts change line ends and trailing blanks."""
    return text.split() == other.split()
