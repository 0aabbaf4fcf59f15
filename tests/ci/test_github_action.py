"""The action's script, as a runner calls it, in real repositories, against a host on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ci_runner import BASE, HEAD, Left, Runner, commit, git, load, pull, repository
from comment_hosts import TOKEN, Fault, Host, serving

MARK = "<!-- costplan:default -->"
LINE = next(at for at, row in enumerate(HEAD.splitlines(), 1) if row.startswith("monthly_total"))


@pytest.fixture
def host() -> Iterator[Host]:
    with serving("github") as found:
        yield found


def place(tmp_path: Path, host: Host, *texts: str | None) -> tuple[Path, list[str], Runner]:
    folder = tmp_path / "code"
    return folder, repository(folder, *texts), Runner(tmp_path, host.url)


def test_a_change_over_budget_is_said_everywhere_and_once(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, BASE, HEAD)
    ran = runner.run(folder, pull(base, head), INPUT_HTML="true")
    assert ran.code == 1, ran.log
    _check_outputs(ran, folder)
    assert f"::error file=costplan.toml,line={LINE}," in ran.log
    (error,) = [row for row in ran.annotations if row.startswith("::error")]
    assert error.startswith(f"::error file=costplan.toml,line={LINE},")
    assert "+$1.00 ($3.50 -" in ran.summary
    assert "**deny**" in ran.summary
    (body,) = host.bodies
    assert body.startswith(f"{MARK}\n")
    assert "**deny**" in body
    assert TOKEN not in ran.log

    again = runner.run(folder, pull(base, head))
    assert (again.code, host.bodies) == (1, [body])

    commit(folder, "more", **{"costplan.toml": HEAD.replace("= 700", "= 900")})
    third = runner.run(folder, pull(base, head))
    (changed,) = host.bodies
    assert third.outputs["total-change"] == "2"
    assert "+$2.00" in changed


def _check_outputs(ran: Left, folder: Path) -> None:
    out = folder / "costplan-report"
    diff, check = load(out / "diff.json"), load(out / "check.json")
    (stack,) = diff["stacks"]
    # 1,000 requests of 1,000 input tokens at 1.00 and of 500, then 700 output tokens at 5.00
    before = 1000 * (1000 * Decimal(1) + 500 * Decimal(5)) / 10**6
    after = 1000 * (1000 * Decimal(1) + 700 * Decimal(5)) / 10**6
    assert (stack["base"]["total_monthly"], stack["head"]["total_monthly"]) == (before, after)
    assert sum(stack["causes"].values()) == after - before == stack["causes"]["intensity"]
    assert ran.outputs["total-change"] == "1"
    assert Decimal(ran.outputs["total-change"]) == after - before
    assert (ran.outputs["exit-code"], ran.outputs["changed"]) == ("1", "true")
    assert ran.outputs["currency"] == "USD"
    assert (check["exit_code"], check["as_of"]) == (1, "2026-11-22")
    for name in ("diff", "check", "junit", "sarif", "html"):
        assert (folder / ran.outputs[name]).is_file(), name
    suites = ElementTree.parse(folder / ran.outputs["junit"]).getroot()
    assert len(suites.findall(".//failure")) == 1
    assert load(folder / ran.outputs["sarif"])["version"] == "2.1.0"
    assert "<html" in (folder / ran.outputs["html"]).read_text(encoding="utf-8")


def test_nothing_changed_nothing_said(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, BASE, BASE)
    ran = runner.run(folder, pull(base, head))
    assert ran.code == 0, ran.log
    assert (ran.outputs["changed"], ran.outputs["total-change"]) == ("false", "0")
    assert host.bodies == []
    assert ran.annotations == []
    ran = runner.run(folder, pull(base, head), INPUT_ALWAYS="true")
    assert ran.code == 0
    assert len(host.bodies) == 1


def test_an_unchanged_workload_over_its_budget_is_said(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, HEAD, HEAD)
    ran = runner.run(folder, pull(base, head), INPUT_FAIL_ON="none")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "1")
    assert "**deny**" in host.bodies[0]


def test_a_change_that_is_taken_back_is_taken_back_in_the_comment(
    tmp_path: Path, host: Host
) -> None:
    cheap = BASE.replace("= 500", "= 450")
    folder, (base, head), runner = place(tmp_path, host, BASE, cheap)
    runner.run(folder, pull(base, head))
    assert "-$0.25" in host.bodies[0]
    commit(folder, "back", **{"costplan.toml": BASE})
    assert runner.run(folder, pull(base, head)).code == 0
    assert "unchanged" in host.bodies[0]
    assert len(host.bodies) == 1


def test_the_first_version_of_a_file_is_a_diff_from_nothing(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, None, BASE)
    ran = runner.run(folder, pull(base, head), INPUT_MAX_INCREASE="")
    assert ran.code == 0, ran.log
    assert (ran.outputs["changed"], ran.outputs["total-change"]) == ("true", "")
    assert "is new: $3.50" in host.bodies[0]


def test_a_shallow_clone_of_a_merge_fetches_what_it_merges_onto(tmp_path: Path, host: Host) -> None:
    origin = tmp_path / "origin"
    (stale,) = repository(origin, BASE)
    git(origin, "checkout", "--quiet", "-b", "topic")
    head = commit(origin, "dearer", **{"costplan.toml": HEAD})
    git(origin, "checkout", "--quiet", "main")
    tip = commit(origin, "meanwhile", other="x")
    git(origin, "merge", "--quiet", "--no-ff", "-m", "merge", "topic")
    merge = git(origin, "rev-parse", "HEAD")
    git(origin, "update-ref", "refs/pull/5/merge", merge)
    git(origin, "reset", "--hard", "--quiet", tip)
    folder = tmp_path / "code"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "remote", "add", "origin", origin.as_uri())
    git(folder, "fetch", "--quiet", "--depth=1", "origin", "refs/pull/5/merge")
    git(folder, "checkout", "--quiet", "FETCH_HEAD")
    ran = Runner(tmp_path, host.url).run(folder, pull(stale, head), INPUT_FAIL_ON="price")
    assert ran.code == 0, ran.log
    assert ran.outputs["total-change"] == "1"
    assert f"{tip[:12]} → the working tree" in ran.summary.replace("&#8203;", "")


def test_a_base_that_is_nowhere_is_refused_with_its_remedy(tmp_path: Path, host: Host) -> None:
    folder, (_, head), runner = place(tmp_path, host, BASE, HEAD)
    ran = runner.run(folder, pull("1" * 40, head))
    assert ran.code == 2
    assert "fetch-depth: 0" in ran.annotations[-1]
    assert not (folder / "costplan-report").exists()
    assert host.bodies == []


def test_a_fork_s_run_writes_files_and_no_comment(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, BASE, HEAD)
    for event, token in ((pull(base, head, fork=True), TOKEN), (pull(base, head), "")):
        ran = runner.run(folder, event, GITHUB_TOKEN=token)
        assert ran.code == 1, ran.log
        assert any(row.startswith("::notice") for row in ran.annotations)
        assert (folder / "costplan-report" / "check.txt").is_file()
    assert (host.bodies, host.log) == ([], [])


def test_a_host_that_says_no_is_a_warning_and_the_gate_s_answer_stays(
    tmp_path: Path, host: Host
) -> None:
    cheap = BASE.replace("= 500", "= 400")
    folder, (base, head), runner = place(tmp_path, host, BASE, cheap)
    host.faults = {"GET": [Fault(403, body='{"message": "Resource not accessible"}')] * 2}
    ran = runner.run(folder, pull(base, head))
    assert ran.code == 0, ran.log
    assert any("comment was not written" in row for row in ran.annotations)


def test_a_push_and_no_event_at_all(tmp_path: Path, host: Host) -> None:
    folder, (base, _), runner = place(tmp_path, host, BASE, HEAD)
    ran = runner.run(folder, {"before": base})
    assert (ran.code, ran.outputs["changed"], host.bodies) == (1, "true", [])
    ran = runner.run(folder, {"before": "0" * 40})
    assert (ran.code, ran.outputs["changed"]) == (1, "unknown")
    assert any("nothing to compare with" in row for row in ran.annotations)


def test_an_increase_is_taken_over_the_base_with_no_file_kept(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, BASE, BASE.replace("= 500", "= 550"))
    limits = {"INPUT_MAX_INCREASE": "5%", "INPUT_COMMENT": "false"}
    ran = runner.run(folder, pull(base, head), **limits)
    assert ran.code == 1, ran.log
    (verdict,) = [
        one
        for one in load(folder / "costplan-report" / "check.json")["verdicts"]
        if one["status"] == "deny"
    ]
    # 3.50 becomes 3.75
    assert abs(verdict["figure"] - Decimal("0.25") / Decimal("3.5") * 100) < Decimal("1e-6")


def test_a_broken_workload_is_marked_at_its_line(tmp_path: Path, host: Host) -> None:
    broken = BASE.replace("requests_per_month", "request_per_month")
    folder, (base, head), runner = place(tmp_path, host, BASE, broken)
    ran = runner.run(folder, pull(base, head))
    assert (ran.code, ran.outputs["exit-code"]) == (2, "2")
    errors = [row for row in ran.annotations if row.startswith("::error")]
    line = next(at for at, row in enumerate(broken.splitlines(), 1) if "request_per" in row)
    assert errors[-1].startswith(f"::error file=costplan.toml,line={line},")


def test_a_base_that_was_broken_does_not_keep_its_repair_out(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, "broken = ", BASE)
    ran = runner.run(folder, pull(base, head))
    assert ran.code == 0, ran.log
    assert any("no comparison" in row for row in ran.annotations)


HOSTILE = [
    "$(touch x)",
    "-x",
    "--output=x",
    "a\nb",
    "`touch x`",
    "; touch x",
    "a:b",
    "%0A::error::x",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_branch_name_is_a_name(tmp_path: Path, host: Host, name: str) -> None:
    folder, _, runner = place(tmp_path, host, BASE, HEAD)
    before = sorted(path.name for path in folder.iterdir())
    ran = runner.run(folder, {}, INPUT_BASE=name)
    assert ran.code == 2, ran.log
    assert all(row.split("::")[1].endswith(" title=costplan") for row in ran.annotations)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_branch_that_really_has_such_a_name(tmp_path: Path, host: Host) -> None:
    folder, (base, _), runner = place(tmp_path, host, BASE, HEAD)
    name = "$(touch${IFS}x);`id`'\""
    git(folder, "branch", "--", name, base)
    ran = runner.run(folder, {}, INPUT_BASE=name, INPUT_FAIL_ON="none")
    assert (ran.code, ran.outputs["total-change"]) == (0, "1"), ran.log
    assert not (folder / "x").exists()


def test_spaces_and_quotes_in_paths(tmp_path: Path, host: Host) -> None:
    folder = tmp_path / 'it\'s "a" $HOME'
    name = "-team's app/work load, 1.toml"
    base, head = repository(folder, BASE, HEAD, name=name)
    policy = "a rule's.toml"
    (folder / policy).write_text("[budget]\nmonthly_total = 1\n", encoding="utf-8")
    ran = Runner(tmp_path, host.url).run(
        folder,
        pull(base, head),
        INPUT_WORKLOAD=name,
        INPUT_OUTPUT="-out 'put'",
        INPUT_POLICY=f"\n{policy}\n",
    )
    assert ran.code == 1, ran.log
    assert ran.outputs["total-change"] == "1"
    errors = [row for row in ran.annotations if row.startswith("::error")]
    assert sum("work load%2C 1.toml" in row for row in errors) == 1
    assert sum("a rule's.toml" in row for row in errors) == 1
    assert (folder / ran.outputs["junit"]).is_file()


def test_no_word_of_a_file_becomes_a_command(tmp_path: Path, host: Host) -> None:
    bad = BASE.replace('"probe"', '"probe\\n::error::owned"').replace(
        "[stack.a]", '[stack."::set-env"]'
    )
    folder, (base, head), runner = place(
        tmp_path, host, BASE, bad + "x = '''\n::error::owned\n'''\n"
    )
    ran = runner.run(folder, pull(base, head))
    assert not any("owned" in row and row.startswith("::error::") for row in ran.annotations)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"INPUT_COMMENT": "maybe"}, "neither true nor false"),
        ({"INPUT_FAIL_ON": "dney"}, "'dney' is none of"),
        ({"INPUT_WORKLOAD": "gone.toml"}, "there is no gone.toml"),
        ({"INPUT_OUTPUT": "a\nb"}, "two lines"),
    ],
    ids=str,
)
def test_inputs_that_cannot_be_meant(
    tmp_path: Path, host: Host, given: dict[str, str], words: str
) -> None:
    folder, (base, head), runner = place(tmp_path, host, BASE, HEAD)
    ran = runner.run(folder, pull(base, head), **given)
    assert ran.code == 2
    assert words in ran.annotations[-1]
    assert host.log == []


def test_an_output_folder_that_leads_elsewhere_is_refused(tmp_path: Path, host: Host) -> None:
    folder, (base, head), runner = place(tmp_path, host, BASE, HEAD)
    away = tmp_path / "away"
    away.mkdir()
    (folder / "costplan-report").symlink_to(away)
    assert runner.run(folder, pull(base, head)).code == 2
    assert list(away.iterdir()) == []


def test_without_a_gate_it_compares(tmp_path: Path, host: Host) -> None:
    bare = [text.partition("\n[budget]")[0] for text in (BASE, HEAD)]
    folder, (base, head), runner = place(tmp_path, host, *bare)
    assert runner.run(folder, pull(base, head), INPUT_COMMENT="false").code == 2
    ran = runner.run(folder, pull(base, head), INPUT_CHECK="false")
    assert (ran.code, ran.outputs["total-change"]) == (0, "1"), ran.log
    assert len(host.bodies) == 1
