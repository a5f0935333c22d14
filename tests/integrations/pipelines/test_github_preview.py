"""A pull request from a fork on GitHub, from the push to the comment: every step of both workflows is run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.pipelines.common import MINIMAL, begun, merged
from tests.integrations.pipelines.host import TOKEN, Host, host
from tests.integrations.pipelines.workflow import JobResult, Runs, commands

NUMBER, RUN, FORK, OURS = 7, 41, 2002, 2001
HEAD = "1234567890123456789012345678901234567890"
OTHER = MINIMAL.replace("      churn:\n", "      fraud:\n")


def zipped(files: dict[str, str]) -> bytes:
    """Files as an artifact."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return memory.getvalue()


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """A repository whose default branch has two stacks."""
    return begun(tmp_path_factory.mktemp("pull"), {}, {"small": MINIMAL, "gone": MINIMAL})


SARIF = json.dumps({"runs": [{"tool": {"driver": {"name": "amlz"}}}]})
BUNDLE = {"about.json": '{"number": 7, "quiet": false}', "comment.md": "## ✅ small\n", "small.sarif": SARIF}


@pytest.fixture
def code_host() -> Iterator[Host]:
    """GitHub with the pull request and the artifact of its run."""
    with host() as result:
        result.artifacts[RUN] = zipped(BUNDLE)
        result.pulls[NUMBER] = {"state": "open", "head": {"sha": HEAD, "repo": {"id": FORK}}}
        yield result


def posted(runs: Runs, code_host: Host, findings: str = "true", head: str = HEAD) -> JobResult:
    """The second workflow, on the event that the end of the first one is."""
    event = {
        "event": "pull_request",
        "conclusion": "failure",
        "id": RUN,
        "head_sha": head,
        "html_url": "https://github.com/contoso/landing-zone/actions/runs/41",
        "head_branch": "change",
        "head_repository": {"id": FORK},
        "repository": {"id": OURS},
    }
    path = runs.folder / "event.json"
    path.write_text(json.dumps({"workflow_run": event}))
    environment = {**runs.environment, **code_host.environment(), "GITHUB_EVENT_PATH": str(path)}
    with_event = Runs(runs.folder, runs.origin, environment, {}, runs.ran)
    github = {"event": {"workflow_run": event}, "token": TOKEN}
    context = {"github": github, "vars": {"AMLZ_CODE_SCANNING": findings}}
    return with_event.job("preview-comment.yml", "comment", context, "origin/main")


def previewed(runs: Runs, merge: str) -> dict[str, JobResult]:
    """Every job of the workflow that has no token, on a merge that GitHub tries."""
    context: dict[str, Any] = {"github": {"base_ref": "main", "event": {"pull_request": {"number": NUMBER}}}}
    jobs = {"stacks": runs.job("preview.yml", "stacks", context, merge)}
    needs = {"stacks": {"result": jobs["stacks"].result, "outputs": jobs["stacks"].outputs}}
    for row in json.loads(jobs["stacks"].outputs["stacks"])["include"]:
        jobs["preview"] = runs.job("preview.yml", "preview", context | {"needs": needs, "matrix": row}, merge)
    for job, more in (("report", "preview"), ("verdict", "report")):
        needs[more] = {"result": jobs[more].result, "outputs": {}}
        jobs[job] = runs.job("preview.yml", job, context | {"needs": needs}, merge)
    return jobs


def test_a_pull_request_of_a_fork_from_the_push_to_the_comment(tmp_path: Path, code_host: Host) -> None:
    """Only the stack that it touches is previewed. A stopped change is a red check, and still has its report.

    Every command of both workflows is run: there is none that this does not know.
    """
    runs = begun(tmp_path, {}, {"small": MINIMAL, "gone": MINIMAL})
    head, merge = merged(runs, {"small": OTHER, "gone": None})

    jobs = previewed(runs, merge)

    assert {name: job.result for name, job in jobs.items()} == {
        "stacks": "success", "preview": "failure", "report": "success", "verdict": "failure"
    }  # fmt: skip
    row = '{"stack":"small","path":"Pulumi.small.yaml","production":false,"dependsOn":[],"wave":1}'
    assert jobs["stacks"].outputs == {"any": "true", "stacks": f'{{"include":[{row}]}}'}
    report = jobs["report"].summary.rstrip() + "\n"
    lines = report.splitlines()
    assert lines[:2] == [
        "<!-- amlz preview -->",
        "## ❌ small against main: 62 created, 3 changed, 62 deleted, 60 unchanged",
    ]
    assert lines[-1] == "Gone since main: gone. Their resources stay in Azure until `pulumi destroy`."
    bundle = {path.name: path.read_text(encoding="utf-8") for path in runs.artifacts["amlz-report"].iterdir()}
    assert sorted(bundle) == ["about.json", "comment.md", "small.sarif"]
    assert sorted(path.name for path in runs.artifacts["amlz-pages"].iterdir()) == ["comment.md", "small.html"]

    code_host.artifacts[RUN] = zipped(bundle)
    code_host.pulls[NUMBER]["head"]["sha"] = head
    posted(runs, code_host, head=head)

    note = (
        f"> From a fork: the fork's own code wrote this, at {head[:7]} in "
        "[this run](https://github.com/contoso/landing-zone/actions/runs/41). Read the change before you believe it."
    )
    assert [comment["body"] for comment in code_host.comments] == [
        f"<!-- amlz preview -->\n{note}\n\n{report.removeprefix('<!-- amlz preview -->').strip()}\n"
    ]
    assert [(f["commit_sha"], f["ref"]) for f in code_host.findings] == [(head, "refs/pull/7/head")]
    assert runs.ran == commands("preview.yml") | commands("preview-comment.yml")


def test_the_comment_is_posted_once_and_then_edited_in_place(runs: Runs, code_host: Host) -> None:
    """A third-party comment with the same marker is left alone."""
    code_host.comments.append({"id": 1, "issue": NUMBER, "user": {"login": "mallory"}, "body": "<!-- amlz preview -->"})

    first = posted(runs, code_host)
    second = posted(runs, code_host, findings="")

    assert code_host.asked == [
        "POST /issues/7/comments", "POST /code-scanning/sarifs", "PATCH /issues/comments/2",
    ]  # fmt: skip
    assert [comment["body"].splitlines()[-1] for comment in code_host.comments] == [
        "<!-- amlz preview -->", "## ✅ small",
    ]  # fmt: skip
    result = "::notice::The comment of #7 shows the changes of 1234567.\n"
    assert [first.printed["Post"], second.printed["Post"]] == [
        f"{result}::notice::small.sarif is uploaded.\n",
        f"{result}::notice::Findings are not uploaded: the variable AMLZ_CODE_SCANNING is not `true`.\n",
    ]


STALE = [
    ("another commit", {"state": "open", "head": {"sha": "0" * 40, "repo": {"id": FORK}}}),
    ("another repository", {"state": "open", "head": {"repo": {"id": 1}}}),
    ("a repository that is gone", {"state": "open", "head": {"repo": None}}),
    ("a closed one", {"state": "closed", "head": {"repo": {"id": FORK}}}),
]


@pytest.mark.parametrize(("_what", "pull"), STALE, ids=[row[0] for row in STALE])
def test_a_run_posts_only_to_the_pull_request_of_its_commit(
    runs: Runs, code_host: Host, _what: str, pull: dict[str, Any]
) -> None:
    """Independent of the number in the run."""
    code_host.pulls[NUMBER] = {**pull, "head": {"sha": HEAD, **pull["head"]}}

    result = posted(runs, code_host)

    assert (result.result, result.printed["Post"], code_host.asked) == (
        "success", "::notice::#7 is closed, or has other commits by now. Nothing was posted.\n", []
    )  # fmt: skip


def test_a_run_without_a_report_posts_nothing(runs: Runs, code_host: Host) -> None:
    """A stack file that does not load: the run's own log reports it."""
    code_host.artifacts.clear()

    result = posted(runs, code_host)

    assert (result.result, code_host.asked) == ("success", [])


def test_code_scanning_that_is_off_does_not_keep_the_comment_from_being_posted(runs: Runs, code_host: Host) -> None:
    """It is reported, since it was requested."""
    code_host.refuses["/code-scanning/sarifs"] = 403

    result = posted(runs, code_host)

    assert (result.result, len(code_host.comments)) == ("success", 1)
    assert "small.sarif was not taken: is code scanning on in this repository?" in result.printed["Post"]


def test_where_nothing_differs_a_comment_is_edited_but_none_is_made(runs: Runs, code_host: Host) -> None:
    """A pull request for a page of docs/ gets no comment."""
    quiet = {"about.json": '{"number": 7, "quiet": true}', "comment.md": "## ✅ No stack differs\n"}
    code_host.artifacts[RUN] = zipped(quiet)

    posted(runs, code_host, findings="")
    none = list(code_host.comments)
    code_host.comments.append(
        {"id": 1, "issue": NUMBER, "user": {"login": "github-actions[bot]"}, "body": "<!-- amlz preview -->"}
    )
    posted(runs, code_host, findings="")

    assert none == []
    assert code_host.comments[0]["body"].splitlines()[-1] == "## ✅ No stack differs"


def test_a_pull_request_that_touches_no_stack_previews_none(tmp_path: Path) -> None:
    """A matrix must not be empty: the job is skipped, and the report made all the same."""
    runs = begun(tmp_path, {}, {"small": MINIMAL})
    listed = tmp_path / "others" / "listed"
    listed.mkdir(parents=True)
    (listed / "stacks.json").write_text('{"include": []}')
    (listed / "others.md").write_text("No difference from main: small.\n")
    runs.artifacts["amlz-listed"] = listed.parent
    context: dict[str, Any] = {"github": {"base_ref": "main", "event": {"pull_request": {"number": NUMBER}}}}
    needs = {"stacks": {"result": "success", "outputs": {"any": "false", "stacks": '{"include":[]}'}}}

    preview = runs.job("preview.yml", "preview", context | {"needs": needs})
    needs["preview"] = {"result": preview.result, "outputs": {}}
    report = runs.job("preview.yml", "report", context | {"needs": needs}, "HEAD")
    needs["report"] = {"result": report.result, "outputs": {}}
    verdict = runs.job("preview.yml", "verdict", context | {"needs": needs})

    assert (preview.result, report.result, verdict.result) == ("skipped", "success", "success")
    assert report.summary == "<!-- amlz preview -->\n## ✅ No stack differs\n\nNo difference from main: small.\n\n"
