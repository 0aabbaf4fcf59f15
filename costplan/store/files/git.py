"""Files as a git revision has them, read without touching a checkout, an index or a network.

    repository = Repository.find(Path("costplan.toml"))
    repository.read_at("main", repository.inside(Path("costplan.toml")))

A revision is turned into a commit's hash before anything else sees it, and one that begins with a
dash is refused, so that no name can become an option. Every call names git's remedy in ours.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from costplan.problems import BadUsage, did_you_mean
from costplan.store.files.text import LARGEST_FILE

SECONDS = 30
"""The longest that one call of git may take."""
LARGEST_FOLDER = 2_000
"""Files below one folder of a revision."""
OURS = {
    "LC_ALL": "C",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LITERAL_PATHSPECS": "1",
}
NOT_OURS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE")
"""Set inside hooks; they would answer for another repository than the one that was asked for."""


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
        """The repository that a file or folder lies in. Raises BadUsage where there is none."""
        folder = path if path.is_dir() else path.parent
        code, out, err = _git(folder, "rev-parse", "--show-toplevel")
        if code:
            words = err.strip().splitlines() or ["git does not say why"]
            if "not a git repository" in err:
                raise BadUsage(
                    f"{folder.absolute()} is not in a git repository",
                    "name a workload inside a checkout; two files need no git",
                )
            raise BadUsage(f"git cannot use {folder.absolute()}: {words[0]}", " ".join(words[1:3]))
        return cls(Path(os.fsdecode(out).rstrip("\n")))

    def inside(self, path: Path) -> str:
        """A path on disk as the repository names it. Raises BadUsage for one outside."""
        try:
            found = (path.parent.resolve() / path.name).relative_to(self.root.resolve())
        except ValueError:
            raise BadUsage(f"{path} is not in the repository {self.root}") from None
        parts = [part for part in found.parts if part != "."]
        return "/".join(parts)

    def commit(self, revision: str) -> str:
        """The full hash of the commit that a revision names. Raises BadUsage for an unknown one."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            raise BadUsage(f"'{revision}' is no name of a revision")
        asked = f"{revision}^{{commit}}"
        code, out, _ = _git(self.root, "rev-parse", "--verify", "--quiet", asked)
        if code:
            raise BadUsage(f"'{revision}' is no revision of {self.root}", self._near(revision))
        return out.decode("ascii").strip()

    def read_at(self, revision: str, path: str) -> bytes:
        """A file's bytes in a revision. Raises BadUsage where it has no such file."""
        commit = self.commit(revision)
        found = self._tree(commit, path, revision)
        if not isinstance(found, str):
            raise BadUsage(f"{path or 'the root'} is a folder in {revision}, not a file")
        return self._contents([_Blob(path, found, 0)], revision)[path]

    def folder_at(
        self, revision: str, path: str, suffix: str | tuple[str, ...] = ""
    ) -> dict[str, bytes]:
        """The files below a folder in a revision, by their path in that folder, sorted.

        Only those whose path ends in ``suffix``, or in one of them. Links and submodules are left
        out. Raises BadUsage where there is no such folder, or it holds too much.
        """
        commit = self.commit(revision)
        found = self._tree(commit, path, revision)
        if isinstance(found, str):
            raise BadUsage(f"{path} is a file in {revision}, not a folder")
        wanted = [blob for blob in found if blob.path.endswith(suffix)]
        if len(wanted) > LARGEST_FOLDER:
            raise BadUsage(f"{path or 'the root'} has {len(wanted):,} files in {revision}")
        return self._contents(wanted, revision)

    def exists_at(self, revision: str, path: str) -> bool:
        """Whether a revision has a file or folder of that path. Raises BadUsage without one."""
        asked = f"{self.commit(revision)}:{path}"
        return _git(self.root, "rev-parse", "--verify", "--quiet", asked)[0] == 0

    def is_folder_at(self, revision: str, path: str) -> bool:
        """Whether a path is a folder in a revision. Raises BadUsage where it is nothing there."""
        return not isinstance(self._tree(self.commit(revision), path, revision), str)

    def _tree(self, commit: str, path: str, revision: str) -> str | list[_Blob]:
        """The id of a file's content, or the files below a folder."""
        asked = f"{commit}:{path}"
        code, out, _ = _git(self.root, "rev-parse", "--verify", "--quiet", asked)
        if code:
            hint = did_you_mean(path, self._names(commit))
            raise BadUsage(f"{revision} has no '{path}'", hint)
        found = out.decode("ascii").strip()
        code, out, err = _git(self.root, "cat-file", "-t", found)
        if code == 0 and out.strip() == b"blob":
            return found
        code, out, err = _git(self.root, "ls-tree", "-r", "-z", "-l", found)
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
        found: dict[str, bytes] = {}
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
            found[blob.path] = out[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

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


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
    """A git process's exit code, output and words. Raises BadUsage where git cannot be run."""
    import subprocess

    clean = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    command = ["git", "--no-pager", "-c", "core.fsmonitor=false", *arguments]
    try:
        ran = subprocess.run(
            command,
            cwd=folder,
            env={**clean, **OURS},
            input=stdin,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        if not folder.is_dir():
            raise BadUsage(f"{folder} is not a folder") from None
        raise BadUsage("git is not installed", "a revision can only be read with git") from None
    except subprocess.TimeoutExpired:
        raise BadUsage(f"git has not answered for {SECONDS} seconds") from None
    except (OSError, ValueError) as error:
        raise BadUsage(f"git cannot be run: {error}") from None
    return ran.returncode, ran.stdout, ran.stderr.decode("utf-8", "replace")
