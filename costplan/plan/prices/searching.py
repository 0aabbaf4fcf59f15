"""Searches in the catalogue. Nothing here is a bill.

Likeness is used here and in messages only. What a search finds is printed; to be priced, an
entry has to be named by its exact id or alias.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from math import ceil
from typing import NamedTuple

from costplan.document.listing import Head, Hit, Search
from costplan.problems import BadUsage

MATCHES = ("exact", "prefix", "substring", "fuzzy")
LIKE = 0.75
"""The least ratio of ``difflib`` (0 to 1) that is shown as fuzzy."""
NOTE = "Only an exact id or alias is ever priced; a fuzzy match never is."
BETWEEN = re.compile(r"[^a-z0-9.]+")
SPELLING = re.compile(r"[^a-z0-9]+")
VERSION = re.compile(r"\d[._-]\d")


def search(heads: Iterable[Head], words: Sequence[str], limit: int) -> Search:
    """The heads in which every word is found, at most ``limit`` of them, best first.

    A word is found as an id or alias (exact), at the beginning of one, of its part after the
    vendor, of a vendor or product (prefix), inside one (substring); a version with a dot or a
    dash between its numbers (4.1, 4-1). A head is ranked by its weakest word. Only where no head
    has all words so, words that are merely alike count (fuzzy). Among equals a model's own maker
    goes first, then the shorter id. Raises BadUsage for a word without a letter or digit.
    """
    wanted = [part for word in words for part in word.casefold().split() or [""]]
    for word in wanted:
        if not any(character.isalnum() for character in word):
            raise BadUsage("a word to search for has at least one letter or digit")
    book = _Book(heads)
    hits = book.ranked(wanted, book.literally) or book.ranked(wanted, book.likely)
    return Search(tuple(words), len(hits), tuple(hits[:limit]), NOTE)


class _Found(NamedTuple):
    """How well a word fits a head: smaller is better."""

    rank: int
    unlike: float
    by: str


_Fits = dict[int, _Found]
"""The heads that a word fits, by their place."""


class _Book:
    """The heads with the texts that words are looked for in, folded once for all words."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self.heads = list(heads)
        self.texts = [_texts(head) for head in self.heads]
        self.whole = ["\n".join(text for text, _ in texts) for texts in self.texts]

    def ranked(self, words: Sequence[str], fit: Callable[[str], _Fits]) -> list[Hit]:
        """The heads that fit every word, best first."""
        fits = [fit(word) for word in words]
        ranked = []
        for at in set.intersection(*(set(by_head) for by_head in fits)):
            known = [by_head[at] for by_head in fits]
            worst, head = max(known), self.heads[at]
            unlike = sum(match.unlike for match in known)
            resold = self._resold(head)
            ranked.append((worst.rank, unlike, resold, len(head.id), head.id, worst.by, head))
        ranked.sort(key=lambda row: row[:5])
        return [
            Hit(MATCHES[rank], head.id, by, head.category, head.vendor, head.product, head.plan)
            for rank, _, _, _, _, by, head in ranked
        ]

    def _resold(self, head: Head) -> int:
        """How far the seller is from the model's maker: 0, 1, or 2 for somebody who only resells.

        Resellers name the maker in their ids: whom ``openrouter/openai/gpt-5`` names made gpt-5
        (0), and whom others name for other models is a maker (1). Only models are resold.
        """
        if head.priced_by != "token":
            return 0
        vendor, _, name = head.id.partition("/")
        if "/" in name:
            return 2
        maker = _spelt(vendor)
        if (maker, _spelt(name)) in self._resales:
            return 0
        return 1 if maker in self._makers else 2

    @cached_property
    def _resales(self) -> set[tuple[str, str]]:
        """Makers and their models, as resellers name them."""
        ids = (head.id.split("/") for head in self.heads if head.id.count("/") > 1)
        return {(_spelt(parts[-2]), _spelt(parts[-1])) for parts in ids}

    @cached_property
    def _makers(self) -> set[str]:
        return {maker for maker, _ in self._resales}

    def literally(self, word: str) -> _Fits:
        """The heads in which a word stands as it is, or a version as others write it."""
        fits = self._versions(word) if VERSION.search(word) else {}
        for at, whole in enumerate(self.whole):
            if word in whole:
                fit = _literally(word, self.heads[at], self.texts[at])
                if fit is not None:
                    fits[at] = fit
        return fits

    def _versions(self, word: str) -> _Fits:
        parts = "[._-]".join(map(re.escape, re.split("[._-]", word)))
        spelled = re.compile(rf"(?<!\d){parts}(?!\d)")
        fits = {}
        for at, texts in enumerate(self.texts):
            if spelled.search(self.whole[at]):
                named = [(text, by) for text, by in texts if spelled.search(text)]
                text, by = min(named, key=lambda name: spelled.match(name[0]) is None)
                fits[at] = _Found(1 if spelled.match(text) else 2, 0, by)
        return fits

    def likely(self, word: str) -> _Fits:
        """As ``literally``, but a likeness will do."""
        # Beyond these lengths, and with fewer letters in common, two texts are less alike.
        lengths = range(ceil(len(word) * LIKE / (2 - LIKE)), int(len(word) * (2 - LIKE) / LIKE) + 1)
        letters, alike = set(word), {}
        for length in lengths:
            least = LIKE * (len(word) + length) / 2
            for part in self._vocabulary.get(length, ()):
                if sum(map(part.count, letters)) >= least:
                    unlike = 1 - _likeness(word, part)
                    if unlike <= 1 - LIKE:
                        alike[part] = unlike
        best = sorted(alike, key=lambda part: (alike[part], part))
        fits: _Fits = {}
        for at, whole in enumerate(self.whole):
            for part in best:
                if part in whole:
                    by = _part_of(self.texts[at], part)
                    if by is not None:
                        fits[at] = _Found(3, alike[part], by)
                        break
        return fits | self.literally(word)

    @cached_property
    def _vocabulary(self) -> dict[int, list[str]]:
        """Every text, and every part of one, by length."""
        words = set(BETWEEN.split("\n".join(self.whole)))
        words.update(text for texts in self.texts for text, _ in texts)
        by_length: dict[int, list[str]] = {}
        for text in words:
            by_length.setdefault(len(text), []).append(text)
        return by_length


def _part_of(texts: Sequence[tuple[str, str]], part: str) -> str | None:
    """By what a part is found: the first text that it is, or is a part of."""
    for text, by in texts:
        if part in text and (part == text or part in BETWEEN.split(text)):
            return by
    return None


def _spelt(name: str) -> str:
    """What the spellings of one maker share: ``x-ai`` and ``xai``, ``mistralai``, ``mistral``."""
    return SPELLING.sub("", name.casefold()).removesuffix("ai")


def _literally(word: str, head: Head, texts: Sequence[tuple[str, str]]) -> _Found | None:
    names = (head.id, *head.aliases)
    if by := next((name for name in names if name.casefold() == word), None):
        return _Found(0, 0, by)
    if by := next((by for text, by in texts if text.startswith(word)), None):
        return _Found(1, 0, by)
    if by := next((by for text, by in texts if word in text), None):
        return _Found(2, 0, by)
    return None


def _texts(head: Head) -> list[tuple[str, str]]:
    """What a word is looked for in, folded, and what it then was found by."""
    names = (head.id, *head.aliases) if head.aliases else (head.id,)
    texts = [(name.casefold(), name) for name in names]
    texts += [(text.partition("/")[2], name) for text, name in texts]
    texts += [(text.casefold(), text) for text in (head.vendor, head.product, head.plan) if text]
    return texts


def _likeness(word: str, text: str) -> float:
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, text, word)
    return matcher.ratio() if matcher.quick_ratio() >= LIKE else 0.0
