"""The command line. Each command is one file: parse, call, render, exit.

Only the command that was asked for is imported, and the garbage collector stays off: a command
lives for a tenth of a second.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn, TextIO, cast

COMMANDS = {
    "estimate": "costplan.cli.estimate",
    "compare": "costplan.cli.compare",
    "check": "costplan.cli.check",
    "diff": "costplan.cli.diff",
    "report": "costplan.cli.report",
    "usage": "costplan.cli.usage",
    "calibrate": "costplan.cli.calibrate",
    "reconcile": "costplan.cli.reconcile",
    "forecast": "costplan.cli.forecast",
    "price": "costplan.cli.price",
    "init": "costplan.cli.init",
    "validate": "costplan.cli.validate",
    "schema": "costplan.cli.schema",
    "pricing": "costplan.cli.pricing",
    "comment": "costplan.cli.comment",
    "explain": "costplan.cli.explain",
    "doctor": "costplan.cli.doctor",
    "mcp": "costplan.cli.mcp",
    "completion": "costplan.cli.completion",
}


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run a command and exit: 0 done, 1 the answer is no, 2 bad input, 3 a price missing."""
    gc.disable()
    given = sys.argv[1:] if arguments is None else arguments
    if sys.stderr is None:  # closed: print() would put the words among the data
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stderr = cast(TextIO, Words(sys.stderr))
    try:
        code = run(given)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        code = 141
    except OSError as error:
        code = _refused(error)
    except KeyboardInterrupt:
        code = 130
    except SystemExit as left:  # the parser leaves a broken pipe with 1, which here means "no"
        code = 141 if isinstance(left.__context__, BrokenPipeError) else 2
    if code == 141:
        _hush(1)
    sys.exit(code)


def program() -> NoReturn:
    """``main`` as a process of its own, which ends without taking the interpreter apart.

    To free each module and record is a fifth of an estimate's time, and the system frees them at
    once. Whatever asked to be called at the end is called. Who watches the interpreter (a debugger,
    a profiler, COSTPLAN_DEBUG) sees its ordinary end.
    """
    code: object = 0
    try:
        main()
    except SystemExit as left:
        code = left.code
    if os.environ.get("COSTPLAN_DEBUG") or sys.gettrace() or sys.getprofile():
        sys.exit(code if isinstance(code, int) else 1)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):  # nobody reads it, or it was closed: ``main`` has said so
            continue
    os._exit(code if isinstance(code, int) else 1)


class Words:
    """Standard error whose refusals (a full disk, a reader that left) change no exit code: what is
    said there is beside the answer."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        try:
            self.stream.write(text)
        except OSError:
            _hush(2)
        return len(text)

    def flush(self) -> None:
        try:
            self.stream.flush()
        except OSError:
            _hush(2)


def _hush(*descriptors: int) -> None:
    """Send what a stream still holds nowhere: its flush at the exit would fail again."""
    for descriptor in descriptors:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def run(given: list[str]) -> int:
    """Run a command and return its exit code, its words on stdout and stderr."""
    if given[:1] == ["__complete"]:
        from costplan.cli.common.completing import answer

        return answer(given[1:])
    from costplan.problems import CostplanError
    from costplan.store.files.text import READ

    given = _percent_joined(given)
    read = READ.set(set())
    try:
        result: Any = app(given)(given, prog_name="costplan", standalone_mode=False)
    except CostplanError as error:
        from costplan.cli.common.words import complain

        try:
            complain(error)
        except OSError:  # nobody can read it; the exit code still says it
            _hush(2)
        return error.exit_code
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        return _other(error)
    finally:
        READ.reset(read)
    return result if isinstance(result, int) else 0


def _percent_joined(given: list[str]) -> list[str]:
    """The words of a command line, a ``%`` by itself taken with the number before it: 99 % as a
    shell splits it."""
    joined: list[str] = []
    for word in given:
        if word == "%" and joined and joined[-1][-1:].isdecimal():
            joined[-1] += " %"
        else:
            joined.append(word)
    return joined


def _other(error: Any) -> int:
    """A usage error shown by the parser itself, or a fault of this program without a traceback."""
    show, code = getattr(error, "show", None), getattr(error, "exit_code", None)
    if code is not None:
        if show is not None:
            unset = "values: , "  # the parser lists the empty text among the words for no
            error.message = getattr(error, "message", "").replace(unset, unset[:-2])
            show(file=sys.stderr)
            _say_where_from(error)
            _say_where_it_stands(error)
        return int(code)
    if os.environ.get("COSTPLAN_DEBUG"):
        raise error
    if isinstance(error, OSError):
        return _refused(error)
    from costplan.problems import clean

    print(
        f"error: a fault in costplan itself: {clean(f'{type(error).__name__}: {error}')}\n"
        "   = help: COSTPLAN_DEBUG=1 shows where; please report it",
        file=sys.stderr,
    )
    return 70


def _say_where_from(error: Any) -> None:
    """The variable that a value the parser refuses came from."""
    context, parameter = getattr(error, "ctx", None), getattr(error, "param", None)
    if context is not None and parameter is not None:
        from costplan.cli.common.environment import taken
        from costplan.cli.common.words import remark

        remark(taken(context, [parameter]))


def _say_where_it_stands(error: Any) -> None:
    """That an option of all commands stands before the command."""
    option, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if option is None or context is None or context.parent is None:
        return
    root = context.find_root()
    if any(option in parameter.opts for parameter in root.command.params):
        from costplan.cli.common.words import remark

        command = context.command_path.removeprefix(root.command_path).strip()
        remark([f"{option} stands before the command: {root.command_path} {option} {command}"])


def _refused(error: OSError) -> int:
    """The system's no, such as a folder that may not be read or a full disk under stdout."""
    from costplan.problems import clean

    reason = error.strerror or str(error)
    if error.filename is None:  # a named file's write or read is answered where it is opened
        _hush(1)
        print(
            f"error: standard output cannot be written: {reason}\n"
            "   = help: make room for it, or send it elsewhere",
            file=sys.stderr,
        )
    else:
        print(f"error: {clean(str(error.filename))}: {reason}", file=sys.stderr)
    return 2


class _Deferred(ModuleType):
    """A module of the standard library that is read when something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


DEFERRED = ("bz2", "lzma", "platform", "subprocess", "zlib")
"""What the parser imports for browsers and archives; to do so takes as long as to read a file."""


def app(given: list[str]) -> Any:
    """The command tree, with only the asked command in it where one is named."""
    for deferred in DEFERRED:
        sys.modules.setdefault(deferred, _Deferred(deferred))
    import typer

    from costplan.cli.common.environment import UNBOUND, bind
    from costplan.cli.common.root import root

    tree = typer.Typer(
        name="costplan",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog="Exit: 0 done, 1 the answer is no, 2 bad input, 3 a price missing or stale. "
        "'costplan explain' lists the words of costplan, its environment variables among them.",
    )

    tree.callback(invoke_without_command=True)(root)
    words = [word for before, word in zip(["", *given], given, strict=False) if before != "--root"]
    named = next((word for word in words if not word.startswith("-")), None)
    asked = named if named in COMMANDS else None
    listed = () if given[:1] == ["--version"] else COMMANDS  # a version needs no command
    for name in [asked] if asked else listed:
        module = import_module(COMMANDS[name])
        if hasattr(module, "tree"):
            tree.add_typer(module.tree, name=name)
        else:
            tree.command(name)(module.command)
    parser = typer.main.get_command(tree)
    if asked not in UNBOUND:
        bind(parser)
    return parser
