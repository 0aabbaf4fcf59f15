"""GitHub, on github.com or an own server: comments of a pull request.

REST for reading, writing and deleting; GraphQL's ``minimizeComment`` for hiding, which REST lacks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from costplan.problems import BadUsage
from costplan.store.forge import Comment, ForgeError, Place
from costplan.store.forge.talk import Refused, Talk

NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
API = "https://api.github.com"
LARGEST_EVENT = 10_000_000
LOOKUP_SECONDS = 30
BOT = "[bot]"
"""How REST ends the login of an app; GraphQL leaves it out in places."""


def place(environment: Mapping[str, str], **given: str | int | None) -> Place:
    """Where to comment, from GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL and the event."""
    project = str(given.get("project") or environment.get("GITHUB_REPOSITORY", ""))
    if not NAME.fullmatch(project) or ".." in project:
        problem = f"'{project}' is no repository" if project else "which repository?"
        raise BadUsage(problem, "--project owner/name, or GITHUB_REPOSITORY")
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN", "")
    api = str(given.get("api") or environment.get("GITHUB_API_URL") or API)
    number = given.get("number")
    if not number:
        event = _event(environment)
        run = event.get("workflow_run")
        asked = Place(api, project, 0, token)
        number = _of_run(run, asked) if isinstance(run, dict) else _number(event)
    if not number:
        raise BadUsage("which pull request?", "--number N; a pull_request event says it by itself")
    return Place(api, project, int(number), token)


def _event(environment: Mapping[str, str]) -> dict[str, Any]:
    """The event that runs this job; empty where there is none."""
    path = environment.get("GITHUB_EVENT_PATH")
    if not path:
        return {}
    try:
        with open(path, "rb") as file:
            event = json.loads(file.read(LARGEST_EVENT))
    except (OSError, ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _number(event: dict[str, Any]) -> int:
    """The pull request of an event; 0 where it has none."""
    request = event.get("pull_request")
    number = request.get("number") if isinstance(request, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def _of_run(run: dict[str, Any], where: Place) -> int:
    """The open pull request whose newest commit a workflow ran on.

    The event of a run names no pull request from a fork, so the host is asked which one comes from
    that branch. Raises ForgeError where none, or one with a newer commit, is open.
    """
    owner = run.get("head_repository")
    owner = owner.get("owner") if isinstance(owner, dict) else None
    login = owner.get("login") if isinstance(owner, dict) else None
    branch, commit = run.get("head_branch"), run.get("head_sha")
    if run.get("event") != "pull_request" or not login or not branch or not commit:
        raise ForgeError("the run that is reported on is of no pull request", "--number N")
    thread = connect(where, LOOKUP_SECONDS)
    try:
        head = quote(f"{login}:{branch}", safe="")
        requests = thread.talk.pages(f"/repos/{where.project}/pulls?state=open&head={head}")
    finally:
        thread.close()
    heads = [(request.get("number"), request.get("head")) for request in requests]
    numbers = [
        number
        for number, head in heads
        if isinstance(number, int) and isinstance(head, dict) and head.get("sha") == commit
    ]
    if len(numbers) != 1:
        raise ForgeError(
            f"{len(numbers)} open pull requests have the commit {str(commit)[:40]} as their newest",
            "a later push has a run of its own; --number N names one",
        )
    return numbers[0]


class Thread:
    """The comments of one pull request."""

    limit = 65_536
    hides = True

    def __init__(self, talk: Talk, where: Place) -> None:
        self.talk, self.where = talk, where
        self.root = f"/repos/{where.project}/issues"
        self._login: str | None = None

    def close(self) -> None:
        self.talk.close()

    def comments(self) -> list[Comment]:
        """All comments, oldest first."""
        comments = self.talk.pages(f"{self.root}/{self.where.number}/comments")
        return [
            Comment(
                id=str(comment.get("id", "")),
                body=str(comment.get("body") or ""),
                ours=self._ours(comment.get("user")),
                handle=str(comment.get("node_id", "")),
            )
            for comment in comments
        ]

    def _ours(self, user: Any) -> bool:
        """Whether the token's own user, or the app that a job's token belongs to, wrote it. Another
        bot may have copied the marker as well as a person."""
        if self._login is None:
            self._login = self._own_login()
        if not isinstance(user, dict):
            return False
        bare, login = self._login.removesuffix(BOT), str(user.get("login", ""))
        if self._login.endswith(BOT):  # no user's name has a bracket
            return user.get("type") == "Bot" and login.removesuffix(BOT) == bare
        return login == self._login

    def _own_login(self) -> str:
        """Who the token is. A job's own has no user that REST could name; GraphQL knows its app.

        Raises ForgeError where neither says it: then no comment is known to be ours.
        """
        try:
            answer = self.talk.ask("GET", "/user")
            if isinstance(answer, dict) and answer.get("login"):
                kind = BOT if answer.get("type") == "Bot" else ""
                return str(answer["login"]).removesuffix(BOT) + kind
        except Refused as refused:
            if refused.status not in (403, 404):
                raise
        answer = self.talk.ask("POST", _graphql(self.talk.api), {"query": "{ viewer { login } }"})
        data = answer.get("data") if isinstance(answer, dict) else None
        viewer = data.get("viewer") if isinstance(data, dict) else None
        login = viewer.get("login") if isinstance(viewer, dict) else None
        if not login:
            raise ForgeError(
                "the token does not say whose it is, so that no comment is known to be its own",
                "the job's own token, an app's or a user's does",
            )
        return str(login).removesuffix(BOT) + BOT

    def create(self, body: str) -> None:
        self.talk.ask(
            "POST", f"{self.root}/{self.where.number}/comments", {"body": body}, again=False
        )

    def update(self, comment: Comment, body: str) -> None:
        self.talk.ask("PATCH", f"{self.root}/comments/{comment.id}", {"body": body})

    def delete(self, comment: Comment) -> None:
        self.talk.ask("DELETE", f"{self.root}/comments/{comment.id}")

    def hide(self, comment: Comment) -> None:
        query = (
            "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) "
            "{ minimizedComment { isMinimized } } }"
        )
        address = _graphql(self.talk.api)
        answer = self.talk.ask(
            "POST", address, {"query": query, "variables": {"id": comment.handle}}
        )
        errors = answer.get("errors") if isinstance(answer, dict) else ["no answer"]
        if errors:
            first = errors[0]
            words = first.get("message", "") if isinstance(first, dict) else first
            raise ForgeError(f"the comment {comment.id} cannot be hidden: {str(words)[:200]}")


def _graphql(api: str) -> str:
    """GraphQL's address: beside REST's on github.com, above its version on an own server."""
    return f"{api.removesuffix('/v3')}/graphql"


def connect(where: Place, seconds: float) -> Thread:
    """The pull request's comments. Raises BadUsage without a token."""
    if not where.token:
        raise BadUsage("no token for GitHub", "set GITHUB_TOKEN; --dry-run needs none")
    headers = {
        "Authorization": f"Bearer {where.token}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return Thread(Talk(where.api, headers, seconds), where)
