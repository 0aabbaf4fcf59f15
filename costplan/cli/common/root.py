"""``costplan`` before any command: options that every command shares."""

from typing import Annotated

import typer


def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Data and errors only.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say on standard error which files were read.")
    ] = False,
    root: Annotated[
        str | None,
        typer.Option(
            "--root", metavar="DIR", help="Read and write nothing outside of it, links followed."
        ),
    ] = None,
) -> None:
    """Plan the monthly total cost of an LLM or agent application before it ships."""
    if version:
        from costplan import __version__

        print(f"costplan {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from costplan.problems import BadUsage

        raise BadUsage("no command is named", "'costplan --help' lists them")
    if root:
        confine(context, root)
    if quiet or verbose:
        from costplan.cli.common.voice import speak

        speak(context, quiet, verbose)


def confine(context: typer.Context, named: str | None = None) -> None:
    """Stay in a folder until the command ends; the one it was started in, where none is named and
    ``--root`` names none either. Prices that ship and the user's own are read as always."""
    from costplan.store.files import boundary
    from costplan.store.files.folders import built_in_folder, user_folder

    if named is None and boundary.boundary() is not None:
        return
    own = (built_in_folder(), user_folder())
    said = boundary.OPTION if named else "the folder that the server was started in,"
    also = tuple(folder for folder in own if folder is not None)
    token = boundary.confine(named or ".", also, said)
    context.call_on_close(lambda: boundary.CURRENT.reset(token))
