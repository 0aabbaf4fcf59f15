"""``costplan comment`` against hosts on loopback that keep comments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from comment_hosts import TOKEN, Fault, Host, serving
from run import Ran, costplan

pytestmark = pytest.mark.usefixtures("brief_waits")
MARK = "<!-- costplan:default -->"


@pytest.fixture(params=["github", "gitlab"])
def host(request: pytest.FixtureRequest) -> Iterator[Host]:
    with serving(request.param) as found:
        yield found


@pytest.fixture
def github() -> Iterator[Host]:
    with serving("github") as found:
        yield found


def say(host: Host, folder: Path, *options: str, text: str = "hello", token: str = TOKEN) -> Ran:
    (folder / "body.md").write_text(text, encoding="utf-8")
    return costplan(
        "comment",
        host.kind,
        "body.md",
        "--project",
        "acme/app",
        "--number",
        "5",
        "--api-url",
        host.url,
        *options,
        folder=folder,
        env={"GITHUB_TOKEN": token, "GITLAB_TOKEN": token},
    )


def test_posted_twice_it_is_updated_not_doubled(host: Host, tmp_path: Path) -> None:
    first = say(host, tmp_path)
    assert (first.code, first.out) == (0, "")
    assert first.err == "acme/app #5: created the comment\n"
    second = say(host, tmp_path, text="other")
    assert second.err == "acme/app #5: updated the comment\n"
    assert host.bodies == [f"{MARK}\nother\n"]


def test_the_same_again_sends_nothing(host: Host, tmp_path: Path) -> None:
    say(host, tmp_path)
    before = len(host.log)
    ran = say(host, tmp_path)
    assert ran.err.endswith("nothing to say that is not there already\n")
    assert {method for method, _ in host.log[before:]} == {"GET"}


def test_new_leaves_the_old_one(host: Host, tmp_path: Path) -> None:
    say(host, tmp_path)
    say(host, tmp_path, "--behavior", "new", text="other")
    assert host.bodies == [f"{MARK}\nhello\n", f"{MARK}\nother\n"]


def test_delete_and_new(host: Host, tmp_path: Path) -> None:
    say(host, tmp_path)
    ran = say(host, tmp_path, "--behavior", "delete-and-new", text="other")
    assert ran.err == "acme/app #5: created, deleted the comment\n"
    assert host.bodies == [f"{MARK}\nother\n"]


def test_hide_and_new(github: Host, tmp_path: Path) -> None:
    say(github, tmp_path)
    ran = say(github, tmp_path, "--behavior", "hide-and-new", text="other")
    assert ran.code == 0
    assert github.hidden == ["node1"]
    assert len(github.bodies) == 2


def test_gitlab_cannot_hide_and_says_so_before_it_writes(tmp_path: Path) -> None:
    with serving("gitlab") as host:
        say(host, tmp_path)
        ran = say(host, tmp_path, "--behavior", "hide-and-new", text="other")
        assert ran.code == 2
        assert "gitlab cannot hide a comment" in ran.err
        assert len(host.bodies) == 1


def test_tags_keep_several_comments_apart(host: Host, tmp_path: Path) -> None:
    say(host, tmp_path, "--tag", "prod")
    say(host, tmp_path, "--tag", "dev", text="other")
    say(host, tmp_path, "--tag", "prod", text="third")
    assert host.bodies == ["<!-- costplan:prod -->\nthird\n", "<!-- costplan:dev -->\nother\n"]


def test_somebody_else_s_comment_with_our_marker_is_never_touched(
    host: Host, tmp_path: Path
) -> None:
    host.add(f"{MARK}\nall is well", login="mallory", user_id=666, kind="User")
    say(host, tmp_path)
    say(host, tmp_path, "--behavior", "delete-and-new", text="other")
    assert host.bodies == [f"{MARK}\nall is well", f"{MARK}\nother\n"]


OTHERS = [("mallory", "User"), ("github-actions", "User"), ("dependabot[bot]", "Bot")]


@pytest.mark.parametrize(("login", "kind"), OTHERS, ids=[one[0] for one in OTHERS])
@pytest.mark.parametrize("behavior", ["update", "delete-and-new", "hide-and-new"])
def test_a_job_s_token_has_no_user_and_touches_what_its_app_wrote_alone(
    github: Host, tmp_path: Path, login: str, kind: str, behavior: str
) -> None:
    github.user = None
    github.add(f"{MARK}\nall is well", login=login, kind=kind)
    say(github, tmp_path, "--behavior", behavior)
    say(github, tmp_path, "--behavior", behavior, text="other")
    assert github.bodies[0] == f"{MARK}\nall is well"
    assert github.bodies[-1] == f"{MARK}\nother\n"
    assert "node1" not in github.hidden
    assert len(github.bodies) == (3 if behavior == "hide-and-new" else 2)


def test_a_token_that_does_not_say_whose_it_is_touches_nothing(
    github: Host, tmp_path: Path
) -> None:
    github.user = github.viewer = None
    github.add(f"{MARK}\nall is well")
    ran = say(github, tmp_path)
    assert (ran.code, "whose it is" in ran.err) == (2, True)
    assert github.bodies == [f"{MARK}\nall is well"]


def test_a_comment_of_another_with_our_text_is_not_taken_for_ours(
    host: Host, tmp_path: Path
) -> None:
    """A request that broke off is sent again, though somebody else has said the same meanwhile."""
    host.on_post = lambda: host.add(f"{MARK}\nhello\n", login="mallory", user_id=666, kind="User")
    host.faults = {"POST": [Fault(502)]}
    ran = say(host, tmp_path)
    assert ran.code == 0, ran.err
    assert host.bodies == [f"{MARK}\nhello\n"] * 2


def test_the_comment_is_found_on_a_later_page(host: Host, tmp_path: Path) -> None:
    for number in range(230):
        host.add(f"chatter {number}")
    host.add(f"{MARK}\nhello")
    host.add("the last word")
    say(host, tmp_path, text="other")
    assert sum(body.startswith(MARK) for body in host.bodies) == 1
    assert f"{MARK}\nother\n" in host.bodies


def test_from_the_variables_of_a_job(github: Host, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 5}}), encoding="utf-8")
    env = {
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.url,
        "GITHUB_REPOSITORY": "acme/app",
        "GITHUB_EVENT_PATH": str(event),
    }
    ran = costplan("comment", "github", "-", folder=tmp_path, stdin="hello", env=env)
    assert ran.code == 0, ran.err
    assert github.bodies == [f"{MARK}\nhello\n"]
    with serving("gitlab") as gitlab:
        env = {
            "GITLAB_TOKEN": TOKEN,
            "CI_API_V4_URL": gitlab.url,
            "CI_PROJECT_ID": "acme/app",
            "CI_MERGE_REQUEST_IID": "5",
        }
        ran = costplan("comment", "gitlab", "-", folder=tmp_path, stdin="hello", env=env)
        assert ran.code == 0, ran.err
        assert gitlab.bodies == [f"{MARK}\nhello\n"]


def test_a_dry_run_prints_what_it_would_say_and_sends_nothing(host: Host, tmp_path: Path) -> None:
    ran = say(host, tmp_path, "--dry-run", token="")
    assert (ran.code, ran.out) == (0, f"{MARK}\nhello\n")
    assert ran.err == "dry run: nothing was sent to acme/app #5\n"
    assert host.log == []


PASSING = [
    Fault(429, {"Retry-After": "0"}),
    Fault(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
    Fault(403, {"Retry-After": "0"}, '{"message": "secondary rate limit"}'),
    Fault(500),
    Fault(502, body="<html>"),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault.status} {fault.headers}")
def test_what_may_pass_is_tried_again(host: Host, tmp_path: Path, fault: Fault) -> None:
    host.faults = {"GET": [fault], "POST": [fault]}
    ran = say(host, tmp_path)
    assert ran.code == 0, ran.err
    assert host.bodies == [f"{MARK}\nhello\n"]


def test_a_comment_that_arrived_before_the_fault_is_not_doubled(host: Host, tmp_path: Path) -> None:
    host.faults = {"POST": [Fault(502, after=True)]}
    ran = say(host, tmp_path)
    assert ran.code == 0, ran.err
    assert host.bodies == [f"{MARK}\nhello\n"]


LASTING = [
    ({"GET": [Fault(429, {"Retry-After": "3600"})]}, "asks to wait 3,600 seconds"),
    (
        {"GET": [Fault(429, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"})]},
        "429 Too Many Requests and asks to wait",
    ),
    ({"GET": [Fault(500)] * 9}, "answers 500"),
    ({"GET": [Fault(302, {"Location": "http://127.0.0.1:1/"})]}, "the API is at another address"),
    ({"POST": [Fault(403, body='{"message": "Resource not accessible"}')]}, "needs to write"),
    ({"GET": [Fault(200, body="<html>")]}, "something else than JSON"),
]


@pytest.mark.parametrize(("faults", "words"), LASTING, ids=[words for _, words in LASTING])
def test_what_does_not_pass_is_an_error_that_keeps_the_token(
    host: Host, tmp_path: Path, faults: dict[str, list[Fault]], words: str
) -> None:
    host.faults = {method: list(each) for method, each in faults.items()}
    ran = say(host, tmp_path, "--timeout", "20")
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert TOKEN not in ran.err
    assert host.bodies == []


def test_a_wrong_token_and_none(host: Host, tmp_path: Path) -> None:
    ran = say(host, tmp_path, token="wrong")
    assert (ran.code, ran.out) == (2, "")
    assert "the token is missing, expired or of another host" in ran.err
    ran = say(host, tmp_path, token="")
    assert ran.code == 2
    assert "no token for Git" in ran.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--project", "../.."), "'../..' is no"),
        (("--project", "a b/c"), "'a b/c' is no"),
        (("--number", "0"), "--number"),
        (("--tag", "x-->"), "is no tag"),
        (("--api-url", "http://example.com"), "is not encrypted"),
        (("--api-url", "ftp://127.0.0.1"), "is not the address of an API"),
        (("--behavior", "shout"), "shout"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant(
    host: Host, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    ran = say(host, tmp_path, *options)
    assert (ran.code, ran.out) == (2, "")
    assert words in ran.err
    assert host.log == []


def test_nobody_listens(tmp_path: Path) -> None:
    with serving("github") as host:
        pass
    ran = say(host, tmp_path)
    assert ran.code == 2
    assert "cannot be reached" in ran.err


def test_missing_and_empty_files(github: Host, tmp_path: Path) -> None:
    assert say(github, tmp_path, "gone.json").code == 2
    ran = say(github, tmp_path, text=" \n")
    assert ran.code == 2
    assert "is empty" in ran.err
    assert github.log == []


def test_a_long_comment_is_shortened_from_its_details_on(github: Host, tmp_path: Path) -> None:
    details = "<details><summary>x</summary>\n\n" + "row\n" * 20_000 + "</details>\n"
    ran = say(github, tmp_path, text=f"# verdict\n\n{details}\nthe end\n")
    assert ran.code == 0, ran.err
    (body,) = github.bodies
    assert len(body) <= 65_536
    assert body.startswith(f"{MARK}\n# verdict\n")
    assert "the end" in body
    assert "<details>" not in body
    assert "Shortened to fit" in body
    ran = say(github, tmp_path, text="row\n" * 40_000)
    (body,) = github.bodies
    assert 60_000 < len(body) <= 65_536
    assert body.rstrip().endswith("_")
