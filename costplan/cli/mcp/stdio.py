"""Lines in, lines out: what stands between the protocol and the two streams."""

from __future__ import annotations

from typing import IO

from costplan.cli.mcp.protocol import LONGEST, Offered, answer


def serve(source: IO[bytes], sink: IO[bytes], offered: Offered) -> None:
    """Answer every line of ``source`` until it ends. A line that is too long is read past, piece by
    piece, and answered as one. Raises BrokenPipeError where nobody reads the answers."""
    while line := source.readline(LONGEST + 2):
        if not line.endswith(b"\n") and len(line) > LONGEST:
            while (rest := source.readline(LONGEST)) and not rest.endswith(b"\n"):
                pass
        elif not line.strip():
            continue
        said = answer(line.rstrip(b"\r\n"), offered)
        if said is not None:
            sink.write(said.encode())
            sink.flush()
