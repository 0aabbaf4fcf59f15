"""Files as a git revision has them, read without touching a checkout, an index or a network.

    repository = Repository.find(Path("costplan.toml"))
    repository.read_at("main", repository.inside(Path("costplan.toml")))

What lies beside a workload may be a stranger's: a folder that looks like a bare repository brings a
configuration that runs commands. So git is never asked where a workload lies: the checkout is the
folder with a ``.git`` in it, which no commit can hold, and git is called there alone, hardened
(``PROTECTED``, ``OURS``). A revision is turned into a commit's hash before anything else sees it,
and one that begins with a dash is refused, so that no name can become an option. Links are followed
as the revision has them, and never out of it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from costplan.problems import BadUsage, did_you_mean
from costplan.store.files.boundary import Boundary, boundary
from costplan.store.files.text import LARGEST_FILE

SECONDS = 30
"""The longest that one call of git may take."""
LARGEST_FOLDER = 2_000
"""Files below one folder of a revision."""
HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
SHORT = 12
"""Digits of a hash as people read it."""
PROTECTED = (
    "--no-pager",
    "--no-replace-objects",
    "--no-optional-locks",
    "--literal-pathspecs",
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.attributesFile=/dev/null"),
    *("-c", "diff.external="),
    *("-c", "log.showSignature=false"),
    *("-c", "submodule.recurse=false"),
    *("-c", "protocol.allow=never"),
)
"""Before every command: nothing that a configuration could name is run, nothing is fetched."""
OURS = {
    "LC_ALL": "C",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ATTR_NOSYSTEM": "1",
}
THEIRS = re.compile(r"GIT_CONFIG_(?:GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+|PARAMETERS)")
"""What is left of git's variables: where a user says that a checkout is safe. All others answer for
another repository, as inside hooks, or run and write what they name."""


class _Blob(NamedTuple):
    path: str
    id: str
    size: int


class Repository:
    """A git repository with a checkout. Paths in it are relative to ``root``, with slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def find(cls, path: Path) -> Repository:
        """The repository whose checkout a file or folder lies in. Raises BadUsage where there is
        none, or where git refuses it."""
        folder = path if path.is_dir() else path.parent
        if not folder.is_dir():
            raise BadUsage(f"{folder} is not a folder")
        for root in _checkouts(path, folder):
            code, _, err = _git(root, "rev-parse", "--git-dir")
            if not code:
                return cls(root)
            words = [line.strip() for line in err.splitlines() if line.strip()]
            words = words or ["git does not say why"]
            if "not a git repository" not in err:
                raise BadUsage(f"git cannot use {root}: {words[0]}", " ".join(words[1:3]))
        if shutil.which("git") is None:
            raise _no_git()
        raise BadUsage(
            f"{folder.absolute()} is not in a git repository",
            "name a workload inside a checkout; two files need no git",
        )

    def inside(self, path: Path) -> str:
        """A path on disk as the repository names it. Raises BadUsage for one outside.

        Links of the checkout are no part of it: what a change turned into a link is asked for
        where the base has it.
        """
        for named in (_plain(path), path.parent.resolve() / path.name):
            for root in (self.root, self.root.resolve()):
                if named.is_relative_to(root):
                    below = named.relative_to(root)
                    return "/".join(below.parts)
        raise BadUsage(f"{path} is not in the repository {self.root}")

    def commit(self, revision: str) -> str:
        """The full hash of the commit that a revision names. Raises BadUsage for an unknown one."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            raise BadUsage(f"'{revision}' is no name of a revision")
        asked = f"{revision}^{{commit}}"
        code, out, _ = _git(
            self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", asked
        )
        if code:
            raise BadUsage(f"'{revision}' is no revision of {self.root}", self._near(revision))
        return out.decode("ascii").strip()

    def read_at(self, revision: str, path: str) -> bytes:
        """A file's bytes in a revision. Raises BadUsage where it has no such file."""
        commit = self.commit(revision)
        tree = self._tree(commit, path, revision)
        if not isinstance(tree, str):
            raise BadUsage(f"{path or 'the root'} is a folder in {revision}, not a file")
        return self._contents([_Blob(path, tree, 0)], revision)[path]

    def folder_at(
        self, revision: str, path: str, suffix: str | tuple[str, ...] = ""
    ) -> dict[str, bytes]:
        """The files below a folder in a revision, by their path in that folder, sorted.

        Only those whose path ends in ``suffix``, or in one of them. Links and submodules are left
        out. Raises BadUsage where there is no such folder, or it holds too much.
        """
        commit = self.commit(revision)
        tree = self._tree(commit, path, revision)
        if isinstance(tree, str):
            raise BadUsage(f"{path} is a file in {revision}, not a folder")
        wanted = [blob for blob in tree if blob.path.endswith(suffix)]
        if len(wanted) > LARGEST_FOLDER:
            raise BadUsage(f"{path or 'the root'} has {len(wanted):,} files in {revision}")
        return self._contents(wanted, revision)

    def exists_at(self, revision: str, path: str) -> bool:
        """Whether a revision has a file or folder of that path. Raises BadUsage without one, and
        for a link that leads out of the revision or nowhere."""
        return self._object(self.commit(revision), path, revision) is not None

    def is_folder_at(self, revision: str, path: str) -> bool:
        """Whether a path is a folder in a revision. Raises BadUsage where it is nothing there."""
        return not isinstance(self._tree(self.commit(revision), path, revision), str)

    def _object(self, commit: str, path: str, revision: str) -> tuple[str, str] | None:
        """The id and the kind of what a path leads to, links inside the revision followed."""
        if not path.isprintable():
            raise BadUsage(f"{path!r} of {revision} cannot be read", "a path is printable text")
        asked = f"{commit}:{path}\n".encode()
        batch = ("cat-file", "--batch-check=%(objectname) %(objecttype)", "--follow-symlinks")
        code, out, err = _git(self.root, *batch, stdin=asked)
        head = out.partition(b"\n")[0].decode("utf-8", "replace")
        name, _, kind = head.partition(" ")
        if not code and HASH.fullmatch(name):
            return name, kind
        if head.endswith(" missing"):
            return None
        if name in ("symlink", "dangling", "loop", "notdir"):
            if name == "notdir":
                return None
            why = {"symlink": "leads out of it", "dangling": "leads nowhere"}.get(name, "loops")
            raise BadUsage(f"'{path}' of {revision} is a link that {why}", "commit the file itself")
        raise BadUsage(f"{path} of {revision} cannot be read: {err.strip()[:200]}", self._shallow())

    def _tree(self, commit: str, path: str, revision: str) -> str | list[_Blob]:
        """The id of a file's content, or the files below a folder."""
        known = self._object(commit, path, revision)
        if known is None:
            raise BadUsage(f"{revision} has no '{path}'", did_you_mean(path, self._names(commit)))
        name, kind = known
        if kind == "blob":
            return name
        code, out, err = _git(self.root, "ls-tree", "-r", "-z", "-l", name)
        if code:
            raise BadUsage(f"{path} of {revision} cannot be read: {err.strip()[:200]}")
        return list(_blobs(out))

    def _contents(self, blobs: Iterable[_Blob], revision: str) -> dict[str, bytes]:
        """Contents as they are stored: no filter, no conversion of line ends."""
        blobs = list(blobs)
        for blob in blobs:
            if blob.size > LARGEST_FILE:
                raise BadUsage(f"{blob.path} is larger than {LARGEST_FILE:,} bytes in {revision}")
        asked = "".join(f"{blob.id}\n" for blob in blobs).encode("ascii")
        code, out, err = _git(self.root, "cat-file", "--batch", stdin=asked)
        contents: dict[str, bytes] = {}
        at = 0
        for blob in blobs:
            end = out.find(b"\n", at)
            head = out[at:end].split()
            if code or end < 0 or len(head) != 3:
                why = err.strip()[:200] or "its content is not in this clone"
                raise BadUsage(f"{blob.path} of {revision} cannot be read: {why}", self._shallow())
            size = int(head[2])
            if size > LARGEST_FILE:
                raise BadUsage(f"{blob.path} is larger than {LARGEST_FILE:,} bytes in {revision}")
            contents[blob.path] = out[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return contents

    def _names(self, commit: str) -> list[str]:
        out = _git(self.root, "ls-tree", "-r", "-z", "-t", "--name-only", commit)[1]
        return [os.fsdecode(name) for name in out.split(b"\0")[:LARGEST_FOLDER] if name]

    def _near(self, revision: str) -> str:
        out = _git(self.root, "for-each-ref", "--format=%(refname:short)")[1]
        near = did_you_mean(revision, out.decode("utf-8", "replace").split())
        return near or self._shallow() or "such as HEAD~1, a branch, a tag or a commit's hash"

    def _shallow(self) -> str | None:
        """The remedy where history was not fetched."""
        if _git(self.root, "rev-parse", "--is-shallow-repository")[1].strip() == b"true":
            return "this clone has no older history: 'git fetch --unshallow' gets it"
        return None


def _blobs(listing: bytes) -> Iterable[_Blob]:
    for row in listing.split(b"\0"):
        head, _, name = row.partition(b"\t")
        mode, kind, blob, size = (head.split() + [b""] * 4)[:4]
        if kind == b"blob" and mode != b"120000":
            yield _Blob(os.fsdecode(name), blob.decode("ascii"), int(size))


def short(revision: str) -> str:
    """A revision as people read it: a whole hash by its first digits, a name as it is."""
    return revision[:SHORT] if HASH.fullmatch(revision) else revision


def _no_git() -> BadUsage:
    return BadUsage("git is not installed", "a revision can only be read with git")


def _plain(path: Path) -> Path:
    """A path from the root of the disk, its ``..`` gone; links are not looked at."""
    return Path(os.path.abspath(path))


def _checkouts(path: Path, folder: Path) -> Iterator[Path]:
    """The folders that may be the checkout of a path, the likeliest first: those above it that have
    a ``.git``. None lies below a link of the folder that the work is done in, so that a change
    cannot send the question to another repository.

    Within a boundary the outermost one is meant: a submodule that a change brings is no checkout of
    the job's. Where the boundary is the submodule itself, that is the outermost.
    """
    named = _plain(path if path.is_dir() else path.parent)
    limit = boundary()
    if limit is not None:
        yield from _outermost(named, limit)
        return
    try:
        here = Path.cwd()
    except OSError:  # removed under our feet
        here = Path("/")
    seen = False
    for place in (named, *named.parents):
        within = place.is_relative_to(here) and place != here
        if within and any(link.is_symlink() for link in _between(here, place)):
            continue
        if os.path.lexists(place / ".git"):
            seen = True
            yield place
    if not seen:
        real = folder.resolve()
        yield from (above for above in (real, *real.parents) if os.path.lexists(above / ".git"))


def _between(top: Path, below: Path) -> Iterator[Path]:
    """``below`` and the folders above it, up to ``top``, which is not among them."""
    while below != top:
        yield below
        below = below.parent


def _outermost(named: Path, limit: Boundary) -> Iterator[Path]:
    for root in limit.folders:
        for top in (root, root.resolve()):
            if named.is_relative_to(top):
                down = [top, *reversed([*_between(top, named)])]
                yield from (
                    above for above in (*down, *top.parents) if os.path.lexists(above / ".git")
                )
                return


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
    """A git process's exit code, output and words, asked in the top folder of a checkout.

    Raises BadUsage where git cannot be run. It goes up no further than ``root``, and does not take
    that for a bare repository.
    """
    import subprocess

    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or THEIRS.fullmatch(name)
    }
    ceiling = {"GIT_CEILING_DIRECTORIES": str(root.parent)}
    try:
        ran = subprocess.run(
            ["git", *PROTECTED, *arguments],
            cwd=root,
            env={**kept, **OURS, **ceiling},
            input=stdin,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise _no_git() from None
    except subprocess.TimeoutExpired:
        raise BadUsage(f"git has not answered for {SECONDS} seconds") from None
    except (OSError, ValueError) as error:
        raise BadUsage(f"git cannot be run: {error}") from None
    return ran.returncode, ran.stdout, ran.stderr.decode("utf-8", "replace")
