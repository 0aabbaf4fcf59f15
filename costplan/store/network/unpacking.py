"""Compressed bodies unpacked piece by piece: a small one may be gigabytes when unpacked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

PIECE = 1_000_000
"""Bytes that are unpacked at a time."""


class CutShort(Exception):
    """A compressed body that ends in its middle."""


def unpacked(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The pieces of a body, gzip taken off; each at most ``PIECE`` bytes where it was compressed.

    Raises CutShort, and zlib.error for what is no gzip.
    """
    if encoding != "gzip":
        yield from pieces
        return
    unpacker = zlib.decompressobj(wbits=31)
    for piece in pieces:
        rest = piece
        while rest:
            yield unpacker.decompress(rest, PIECE)
            rest = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise CutShort
