"""``costplan mcp``: a server that agents ask over standard input and output."""

from __future__ import annotations

import sys

import typer


def command(context: typer.Context) -> int:
    """Serve agents over the Model Context Protocol: seven tools that read and never write.

    Nothing outside of the folder it is started in (or of --root) is read, and the network is not
    used. 'costplan explain agents' says how a client starts it.
    """
    import gc

    from costplan.cli.common.root import confine
    from costplan.cli.mcp.stdio import serve
    from costplan.cli.mcp.tools import offered
    from costplan.problems import BadUsage

    gc.enable()  # a server lives longer than a command
    confine(context)
    if sys.stdin is None or sys.stdout is None:
        raise BadUsage("a server needs standard input and output", "let an agent start it")
    serve(sys.stdin.buffer, sys.stdout.buffer, offered())
    return 0
