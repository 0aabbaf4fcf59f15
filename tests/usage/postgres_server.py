"""A real Postgres for tests: a cluster of its own in a temporary folder, gone with it.

Nothing listens on a port: the server is reached by a socket in its folder. It refuses to run as
root, so that it runs as ``postgres`` or ``nobody`` where the tests do. Every statement that it is
sent stands in its log.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PLACES = ("/usr/local/bin", *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))[::-1]))
OWNER, OWNER_WORD = "owner", "the owner's word"
READER, READER_WORD = "reader", "0pen-sesame"


def program(name: str) -> str | None:
    """Where a program of Postgres is; None where it is not installed."""
    for place in (None, *PLACES):
        found = shutil.which(name, path=place)
        if found:
            return os.path.realpath(found)
    return None


def _user() -> str | None:
    """Whom the server runs as; None for oneself."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name for one in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


class Server:
    """A server that runs. ``env``: what a client that is ``reader`` needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {"PGHOST": str(folder), "PGUSER": READER, "PGPASSWORD": READER_WORD}

    def connect(self) -> Any:
        """A connection as the owner."""
        import psycopg

        return psycopg.connect(
            host=str(self.folder),
            user=OWNER,
            password=OWNER_WORD,
            dbname="postgres",
            autocommit=True,
        )

    def statements(self) -> list[str]:
        """What the reader has sent, in order, each on one line."""
        text = (self.folder / "log").read_bytes().decode()  # a lone \r is no end of a line
        found = re.findall(
            rf"^{READER}\|LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)", text, re.MULTILINE
        )
        return [" ".join(one.split()) for one in found]


@contextmanager
def server() -> Iterator[Server]:
    """A server with an empty database ``postgres``, a role ``owner`` and a role ``reader``."""
    user = _user()
    folder = Path(tempfile.mkdtemp(prefix="costplan-postgres-"))
    try:
        (folder / "word").write_text(OWNER_WORD + "\n", encoding="utf-8")
        if user is not None:
            entry = pwd.getpwnam(user)
            for path in (folder, folder / "word"):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        _run(
            user,
            *(_needed("initdb"), "-D", folder / "data", "-U", OWNER, "--auth=scram-sha-256"),
            *("--pwfile", folder / "word", "--no-sync", "--encoding=UTF8", "--locale=C"),
        )
        settings = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off "
            "-c log_statement=all -c log_line_prefix='%u|' -c timezone=Asia/Tokyo"
        )
        control = (_needed("pg_ctl"), "-D", folder / "data", "-w")
        _run(user, *control, "-l", folder / "log", "-o", settings, "start")
        try:
            running = Server(folder)
            with running.connect() as connection:
                connection.execute(f"CREATE ROLE {READER} LOGIN PASSWORD '{READER_WORD}'")
                connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            yield running
        finally:
            _run(user, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _needed(name: str) -> str:
    found = program(name)
    assert found is not None, f"no {name}"
    return found


def _run(user: str | None, *words: str | Path) -> None:
    """A program of Postgres, as another user where one is named."""
    ran = subprocess.run(
        [str(word) for word in words],
        user=user,
        extra_groups=[] if user else None,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if words[-1] != "start" else subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout


def fill(connection: Any, types: Mapping[str, str], given: Sequence[Mapping[str, Any]]) -> None:
    """A table ``calls`` that the reader may read, and ``hidden`` that it may not."""
    spelled = {"DOUBLE": "DOUBLE PRECISION"}
    named = ", ".join(f'"{name}" {spelled.get(kind, kind)}' for name, kind in types.items())
    connection.execute(f"CREATE TABLE calls ({named})")
    marks = ", ".join("%s" for _ in types)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO calls VALUES ({marks})",
            [[row[name] for name in types] for row in given],
        )
    connection.execute("CREATE TABLE hidden AS SELECT * FROM calls LIMIT 1")
    connection.execute(f"GRANT SELECT ON calls TO {READER}")
