"""The program for scripts that call it five times each: forks of one process that has imported it.

To import the program is half of what its commands take, and the scripts of CI call it some five
hundred times in a run of the tests. ``launcher`` is the text of a ``costplan`` that hands its
arguments, folder, environment and descriptors to that process, which forks; the fork is
``costplan.cli.program`` with all of them, and its exit code the launcher's. What happens while the
program starts (variables of Python, modules in the way) only a process of its own shows.
"""

from __future__ import annotations

import array
import atexit
import gc
import os
import select
import socket
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory
from typing import NoReturn

import costplan
from costplan import cli

ROOT = Path(__file__).resolve().parents[2]
CLIENT = """\
#!{python} -ISB
import _socket, array, os, sys
words = [os.getcwdb(), b"%d" % (len(sys.argv) - 1), *map(os.fsencode, sys.argv[1:])]
words += [name + b"=" + value for name, value in os.environb.items()]
there = _socket.socket(_socket.AF_UNIX)
there.connect({address!r})
held = array.array("i", (0, 1, 2)).tobytes()
there.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, held)])
there.send(len(data := b"\\0".join(words)).to_bytes(8, "big"))
while data:
    data = data[there.send(data):]
os._exit(int(there.recv(3) or 70))
"""


@cache
def launcher() -> str:
    """The text of a ``costplan`` for the folder of programs that a script has."""
    beside = TemporaryDirectory(prefix="costplan-forks-")
    address = f"{beside.name}/s"
    command = [sys.executable, __file__, address]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stdout.read(1) == b"+", "it listens"

    def end() -> None:
        running.stdin.close()  # type: ignore[union-attr]
        running.wait(timeout=10)
        running.stdout.close()  # type: ignore[union-attr]
        beside.cleanup()

    atexit.register(end)
    return CLIENT.format(python=sys.executable, address=address)


def listen(address: str) -> None:
    """Answer launchers until nobody holds the other end of stdin."""
    for one in walk_packages(costplan.__path__, "costplan."):
        if not one.name.endswith("__main__"):
            import_module(one.name)
    gc.collect()
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen(20)
        os.write(1, b"+")
        while 0 not in (ready := select.select([0, server], [], [])[0]):
            assert ready
            connection, _ = server.accept()
            with connection:
                if os.fork() == 0:
                    server.close()
                    _answer(connection)
            _reaped()


def _reaped() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _answer(connection: socket.socket) -> NoReturn:
    """Run what a launcher asks for in a fork of this fork, and tell it the exit code."""
    _, ((_, _, held), *_), *_ = connection.recvmsg(1, socket.CMSG_SPACE(12))
    descriptors = array.array("i", held)
    data = b""
    size = int.from_bytes(connection.recv(8, socket.MSG_WAITALL), "big")
    while len(data) < size:
        data += connection.recv(size - len(data))
    child = os.fork()
    if child == 0:
        connection.close()
        try:
            _become(*data.split(b"\0"), descriptors=descriptors)
            cli.program()
        finally:
            os._exit(70)  # never back into the loop of the first process
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    connection.send(str(code if code >= 0 else 128 - code).encode())
    os._exit(0)


def _become(folder: bytes, many: bytes, *words: bytes, descriptors: array.array[int]) -> None:
    given, variables = words[: int(many)], words[int(many) :]
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(folder)
    os.environb.clear()
    os.environb.update(dict(one.split(b"=", 1) for one in variables))
    sys.argv = ["costplan", *map(os.fsdecode, given)]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, encoding="utf-8", closefd=False)  # noqa: SIM115


if __name__ == "__main__":
    listen(sys.argv[1])
