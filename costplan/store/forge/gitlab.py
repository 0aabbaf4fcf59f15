"""GitLab, on gitlab.com or an own server: notes of a merge request. It cannot hide a note."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from costplan.problems import BadUsage
from costplan.store.forge import Comment, ForgeError, Place
from costplan.store.forge.talk import Talk

PROJECT = re.compile(r"\d{1,12}|[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")
API = "https://gitlab.com/api/v4"


def place(environment: Mapping[str, str], **given: str | int | None) -> Place:
    """Where to comment, from GITLAB_TOKEN and the variables of a merge request's pipeline."""
    project = str(given.get("project") or environment.get("CI_PROJECT_ID", ""))
    if not PROJECT.fullmatch(project) or ".." in project:
        problem = f"'{project}' is no project" if project else "which project?"
        raise BadUsage(problem, "--project group/name or its number, or CI_PROJECT_ID")
    text = environment.get("CI_MERGE_REQUEST_IID", "")
    number = given.get("number") or (text if text.isascii() and text.isdigit() else 0)
    if not number:
        raise BadUsage(
            "which merge request?", "--number N; a merge request's pipeline says it by itself"
        )
    token = environment.get("GITLAB_TOKEN", "")
    api = str(given.get("api") or environment.get("CI_API_V4_URL") or API)
    return Place(api, project, int(number), token)


class Thread:
    """The notes of one merge request, without the system's own."""

    limit = 1_000_000
    hides = False

    def __init__(self, talk: Talk, where: Place) -> None:
        self.talk = talk
        project = quote(where.project, safe="")
        self.root = f"/projects/{project}/merge_requests/{where.number}/notes"
        self._user: int | None = None

    def close(self) -> None:
        self.talk.close()

    def comments(self) -> list[Comment]:
        """All notes, oldest first."""
        if self._user is None:
            answer = self.talk.ask("GET", "/user")
            user = answer.get("id") if isinstance(answer, dict) else None
            if not isinstance(user, int):
                raise ForgeError("the token has no user", "use a project or personal access token")
            self._user = user
        notes = []
        for note in self.talk.pages(self.root):
            author = note.get("author")
            ours = isinstance(author, dict) and author.get("id") == self._user
            if not note.get("system"):
                notes.append(Comment(str(note.get("id", "")), str(note.get("body") or ""), ours))
        return sorted(notes, key=lambda note: (len(note.id), note.id))

    def create(self, body: str) -> None:
        self.talk.ask("POST", self.root, {"body": body}, again=False)

    def update(self, comment: Comment, body: str) -> None:
        self.talk.ask("PUT", f"{self.root}/{comment.id}", {"body": body})

    def delete(self, comment: Comment) -> None:
        self.talk.ask("DELETE", f"{self.root}/{comment.id}")

    def hide(self, comment: Comment) -> None:
        raise ForgeError("GitLab cannot hide a note")


def connect(where: Place, seconds: float) -> Thread:
    """The merge request's notes. Raises BadUsage without a token."""
    if not where.token:
        raise BadUsage(
            "no token for GitLab",
            "set GITLAB_TOKEN (a job's own token may not write notes); --dry-run needs none",
        )
    return Thread(Talk(where.api, {"PRIVATE-TOKEN": where.token}, seconds), where)
