"""Every night: what was changed by hand becomes one ticket, which is edited in place and closed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from amlz.integrations.pipelines import drift
from amlz.integrations.pipelines.drift import Drifted, Looked
from amlz.integrations.pipelines.problems import PipelineError
from tests.integrations.pipelines.azure import Pulumi
from tests.integrations.pipelines.common import MINIMAL, begun
from tests.integrations.pipelines.host import BOT, TOKEN, host
from tests.integrations.pipelines.test_github_deploy import MAIN, READER, SET
from tests.integrations.pipelines.workflow import JobResult, Runs, commands

NIGHT: dict[str, Any] = {"github": {**MAIN, "event_name": "schedule"}, "vars": SET}
SUMMARY: dict[str, Any] = {"summaryEvent": {"resourceChanges": {}}}


def event(op: str, name: str, *diffs: str) -> dict[str, Any]:
    """The engine's output for a resource after it has read it."""
    kind = "azure-native:network:RouteTable"
    urn = f"urn:pulumi:small::aml-landing-zone::{kind}::{name}"
    return {"resOutputsEvent": {"metadata": {"op": op, "urn": urn, "type": kind, "diffs": list(diffs) or None}}}


def lines(*events: dict[str, Any]) -> str:
    """Events as the engine writes them, among other lines."""
    return "".join(f"{line}\n" for line in ("Previewing refresh (small):", *map(json.dumps, events)))


def by_azure(name: str) -> dict[str, Any]:
    """A peering that Azure connected by itself."""
    result = event("update", name, "peeringState")
    step = result["resOutputsEvent"]["metadata"]
    step["type"] = "azure-native:network:VirtualNetworkPeering"
    step |= {"old": {"id": "/p", "inputs": {}}, "new": {"id": "/p", "inputs": {"peeringState": "Connected"}}}
    return result


CHANGED = lines(
    event("same", "one"), event("update", "two", "tags", "routes"), event("delete", "three"), by_azure("four"), SUMMARY
)
CLEAN = lines(event("same", "one"), SUMMARY)


def night(runs: Runs, stacks: JobResult, environment: dict[str, str]) -> tuple[str, str]:
    """One run of the workflow: results of the job that detects, and of the one that reports."""
    runs.artifacts.clear()
    for path in runs.folder.glob("artifacts/*/*"):
        path.unlink()
        path.parent.rmdir()
    needs: dict[str, Any] = {"stacks": {"result": "success", "outputs": stacks.outputs}}
    built = runs.job("drift.yml", "runtime", {**NIGHT, "needs": needs})
    needs["runtime"] = {"result": built.result, "outputs": built.outputs}
    rows = json.loads(stacks.outputs["stacks"])["include"]
    (look,) = [runs.job("drift.yml", "look", {**NIGHT, "needs": needs, "matrix": row}) for row in rows]
    needs["look"] = {"result": look.result, "outputs": {}}
    there = Runs(runs.folder, runs.origin, {**runs.environment, **environment}, runs.artifacts, runs.ran)
    return look.result, there.job("drift.yml", "report", {**NIGHT, "needs": needs}).result


RUN = "[this run](https://github.com/contoso/landing-zone/actions/runs/41)"
BODY = f"""<!-- amlz drift -->
Resources that Pulumi deployed were changed in Azure, or a deployment was not completed. Either add the change to the stack file, or run the deployment again, which restores the configuration of the program.

## small: 2 differ

- gone: RouteTable `three`
- changed: RouteTable `two`: `tags`, `routes`

Looked by {RUN}. Values are not shown here. `pulumi refresh --preview-only --diff` shows them.
"""  # noqa: E501 - a paragraph is one line


def test_one_issue_is_opened_edited_and_closed(tmp_path: Path) -> None:
    """Another's issue with the same marker is left alone, and a run without drift reports nothing."""
    pulumi = Pulumi(tmp_path / "engine")
    runs = begun(tmp_path, {"pulumi": pulumi.script}, {"small": MINIMAL})
    stacks = runs.job("drift.yml", "stacks", NIGHT)
    with host() as result:
        result.issues.append(
            {"number": 1, "state": "open", "user": {"login": "mallory"}, "body": "<!-- amlz drift -->"}
        )

        pulumi.says("refresh", CLEAN)
        results = [night(runs, stacks, result.environment())]
        pulumi.says("refresh", CHANGED, 7)
        results.append(night(runs, stacks, result.environment()))
        opened = dict(result.issues[-1])
        results.append(night(runs, stacks, result.environment()))
        pulumi.says("refresh", CLEAN)
        results.append(night(runs, stacks, result.environment()))

        assert results == [("success", "success")] * 4
        assert opened == {"id": 2, "user": BOT, "number": 2, "state": "open", "title": drift.TITLE, "body": BODY}
        assert result.asked == [
            "POST /issues", "PATCH /issues/2", "POST /issues/2/comments", "PATCH /issues/2",
        ]  # fmt: skip
        assert [issue["state"] for issue in result.issues] == ["open", "closed"]
        assert result.comments[0]["body"] == f"Every stack is as it was deployed, according to {RUN}."

        # A stack that cannot be read is reported, and closes nothing.
        pulumi.says("refresh", lines({"diagnosticEvent": {"severity": "error", "message": "403"}}, SUMMARY), 255)
        assert night(runs, stacks, result.environment()) == ("failure", "failure")
        assert "## small: it could not be looked at" in result.issues[-1]["body"]
    command = ["refresh", "--stack", "small", "--preview-only", "--expect-no-changes", "--json", "--non-interactive"]
    assert pulumi.asked == [[READER, *command]] * 5
    assert runs.ran == commands("drift.yml")
    assert TOKEN not in result.issues[-1]["body"]


def test_what_azure_changes_by_itself_is_no_drift(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The engine expected no changes and ended with its exit code for them; the log has their number."""
    pulumi = Pulumi(tmp_path / "engine")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").write_text(pulumi.script)
    (tmp_path / "bin" / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    pulumi.says("refresh", lines(event("same", "one"), by_azure("two"), SUMMARY), 7)

    ended = drift.look("small", tmp_path / "to")

    assert (ended, drift.read(tmp_path / "to")) == (0, [Looked("small", False, ())])
    assert capsys.readouterr().err == "1 resources differ only in what Azure changes by itself.\n"


def test_a_long_list_is_cut_and_in_html_nothing_is_markup() -> None:
    """Names of resources are text."""
    many = tuple(Drifted("changed", "Vault", f"v{number}", ()) for number in range(102))
    odd = Looked("b", False, (Drifted("changed", "Vault", "<script>", ("tags",)),))

    text = drift.markdown([Looked("a", False, many), Looked("c", False, ())], "RUN")

    assert text.splitlines()[2:5] == ["## a: 102 differ", "", "- changed: Vault `v0`"]
    assert text.splitlines()[103:105] == ["- changed: Vault `v99`", "- and 2 more"]
    assert "<b>b: 1 differ</b><li>changed: Vault <code>&lt;script&gt;</code>: <code>tags</code></li>" in drift.as_html(
        [odd], "RUN"
    )


def test_where_no_stack_was_looked_at_nothing_is_closed(tmp_path: Path) -> None:
    """An empty result is no proof of absence."""
    with pytest.raises(PipelineError, match="No stack was checked"):
        drift.read(tmp_path)
