"""Checks before `pulumi up`: the guard's answer, and its equality with the approved one."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest

from amlz.integrations.pipelines import deploy
from amlz.integrations.pipelines.problems import PipelineError
from amlz.integrations.pipelines.runner import Runner
from tests.integrations.pipelines.azure import Pulumi, step

#: Replaces `amlz`: writes a report, and ends with the exit code in the file `code`.
AMLZ = """
import pathlib, sys
pathlib.Path(sys.argv[sys.argv.index("--output") + 1]).write_text(f"report of {sys.argv[-1]} {sys.argv[2]}\\n")
sys.exit(int(pathlib.Path("code").read_text()))
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pulumi:
    """A folder with stand-ins for both commands."""
    result = Pulumi(tmp_path / "shown")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "pulumi").write_text(result.script)
    (tools / "pulumi").chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    (work / "amlz.py").write_text(AMLZ)
    (work / "code").write_text("0")
    monkeypatch.chdir(work)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(work))
    return result


def guard_answer(approved: str = "", production: bool | None = None) -> tuple[int, str]:
    """The exit code, and the outputs and reports."""
    out = io.StringIO()
    return deploy.guard("dev", Runner({}, out), approved, production), out.getvalue()


def test_what_changes_something_is_handed_on_with_what_it_is(pulumi: Pulumi) -> None:
    """Once approved, it goes on only as long as it is the same."""
    pulumi.would("dev", "same", "create", "update")
    digest = deploy.digest_of([step("dev", "update", "store2"), step("dev", "create", "store1")])

    first, text = guard_answer()
    again, _ = guard_answer(digest)

    reports = "report of dev --engine\n\nreport of dev --today\n\n"
    assert (first, again, text) == (0, 0, f"{reports}changes=true\ndigest={digest}\nproduction=false\n")
    assert pulumi.asked == [["", "preview", "--stack", "dev", "--json", "--non-interactive"]] * 2
    pulumi.would("dev", "same", "create")
    with pytest.raises(PipelineError, match="no longer the one that was approved"):
        guard_answer(digest)


def test_a_stack_that_stays_as_it_is_needs_no_approval(pulumi: Pulumi) -> None:
    """Nothing would be done."""
    pulumi.would("dev", "same", "read", "refresh")

    assert guard_answer()[1].splitlines()[-3] == "changes=false"


def test_what_the_guard_or_a_policy_stops_is_not_handed_on(pulumi: Pulumi) -> None:
    """Exit code 1; the reports are still published."""
    pulumi.would("dev", "delete")
    Path("code").write_text("1")

    code, text = guard_answer()

    assert (code, text) == (1, "report of dev --engine\n\nreport of dev --today\n\n")


@pytest.mark.parametrize(("preview", "amlz"), [(1, 0), (0, 2), (255, 1)])
def test_a_preview_that_fails_stops_it(
    pulumi: Pulumi, preview: int, amlz: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the engine's message, which is in its answer and not in its error output."""
    text = '{"diagnostics": [{"severity": "error", "message": "no subscription\\n"}], "steps": []}'
    pulumi.says("preview", text, preview)
    Path("code").write_text(str(amlz))

    with pytest.raises(PipelineError, match="Its preview failed"):
        guard_answer()

    sentence = f"pulumi preview ended with {preview}.\nno subscription\n" if preview else ""
    assert capfd.readouterr().err == sentence


def test_what_is_known_again_is_what_would_be_done_and_not_its_order() -> None:
    """Another value is something else; what stays does not count."""
    one, two = step("dev", "create", "a"), step("dev", "update", "b")
    other = {**two, "newState": {**two["newState"], "inputs": {"accountName": "c"}}}

    digests = [deploy.digest_of(steps) for steps in ([one, two], [two, step("dev", "same", "d"), one], [one, other])]

    assert (digests[0] == digests[1], digests[0] == digests[2]) == (True, False)


def protected(before: bool, after: bool) -> str:
    """A preview in which nothing but the protection of a storage account may differ."""
    one = step("dev", "same", "store")
    states = {"oldState": {**one["oldState"], "protect": before}, "newState": {**one["newState"], "protect": after}}
    return json.dumps({"steps": [{**one, **states}], "diagnostics": None, "maybeCorrupt": False})


@pytest.mark.parametrize(
    ("before", "after", "outputs"),
    [
        (False, False, ["changes=false", "production=false"]),
        (True, True, ["changes=false", "production=true"]),
        (True, False, ["changes=true", "production=true"]),
        (False, True, ["changes=true", "production=true"]),
    ],
)
def test_production_is_what_is_deployed_or_configured(
    pulumi: Pulumi, before: bool, after: bool, outputs: list[str]
) -> None:
    """A protection that is dropped changes nothing in Azure, and waits for the approval of production all the same."""
    pulumi.says("preview", protected(before, after))

    lines = guard_answer()[1].splitlines()

    assert [line for line in lines if line.startswith(("changes=", "production="))] == outputs


def test_a_deployment_that_is_not_taken_for_production_does_not_touch_it(pulumi: Pulumi) -> None:
    """As Azure Pipelines would: its list of stacks has those that wait for an approval."""
    pulumi.says("preview", protected(before=True, after=False))

    with pytest.raises(PipelineError, match="deployed without the approval of production"):
        guard_answer(production=False)
    assert guard_answer(production=True)[0] == 0


def test_what_is_approved_includes_the_protection() -> None:
    """Another protection after the approval is another change."""
    dropped, kept = (json.loads(protected(True, after))["steps"] for after in (False, True))

    assert deploy.digest_of(dropped) != deploy.digest_of(kept)
