"""`amlz quota` on the command line: wanted quotas, compared with Azure's, and the step that raises them."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from amlz.core.problems import LandingZoneError
from amlz.core.workspace_quota import WantedQuota, commands, limits_of, update_of, wanted_quotas
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT, STACKS
from tests.core.stacks import LANDING_ZONE, at, cluster, planned, stack

CLUSTERS = {"cpu": cluster(4), "spot": cluster(9, priority="lowPriority")}


def wanted(current: Any = None, spare: int = 0) -> tuple[WantedQuota, ...]:
    """Quotas of a workspace with a cluster of 16 vCPUs, one of low priority, and the one that builds images."""
    return wanted_quotas(planned(stack({"churn/dev": at("10.1.0.0/24", clusters=CLUSTERS)})), spare, current)


def answer(limit: int) -> dict[str, Any]:
    """Azure's list, with its names of families."""
    base = f"{wanted()[0].workspace}/quotas/Standard_DSv5_Family_Cluster_"
    return {
        "value": [
            {"id": f"{base}Dedicated_vCPUs", "limit": limit, "unit": "Count"},
            {"id": f"{base}LowPriority_vCPUs", "limit": 1, "unit": "Count"},
        ]
    }


def family(quotas: tuple[WantedQuota, ...]) -> WantedQuota:
    """The quota of the cluster's family."""
    (quota,) = [quota for quota in quotas if quota.family == "standardDSv5Family"]
    return quota


def test_a_workspace_needs_its_dedicated_clusters_at_full_scale_and_spare_on_top() -> None:
    """4 nodes of 4 vCPUs, and the one that builds images. Low priority has no such quota. Spare is rounded up."""
    alone, more = family(wanted()), family(wanted(spare=21))

    assert (alone.owner, alone.vcpus, alone.enough) == ("churn/dev", 20, None)
    assert more.vcpus == 25
    assert LANDING_ZONE in alone.workspace


@pytest.mark.parametrize(("limit", "enough"), [(19, False), (20, True), (100, True), (-1, True)])
def test_a_limit_in_azure_is_compared_by_family(limit: int, enough: bool) -> None:
    """Its name of a family has other separators. -1 is no limit. An update raises, and never lowers."""
    quotas = wanted(answer(limit))
    quota = family(quotas)

    assert (quota.current, quota.enough) == (limit, enough)
    assert [row["limit"] for row in update_of(quotas)["value"]] == ([] if enough else [20])


@pytest.mark.parametrize("value", [[], {"value": 3}, {"value": [3]}, {"value": [{"id": "x", "limit": 1}]}])
def test_another_json_is_refused(value: Any) -> None:
    """Nothing is compared in part."""
    with pytest.raises(LandingZoneError, match="It is no list of quotas"):
        limits_of(value)


def test_the_step_of_a_pipeline_compares_and_raises(tmp_path: Path) -> None:
    """It runs with an `az` that answers a limit which is not enough: the request has the wanted limit."""
    step = amlz_here("quota", STACKS["minimal"], "--commands").stdout
    step = step.replace(STACKS["minimal"], shlex.quote(str(ROOT / STACKS["minimal"])))
    az, amlz = tmp_path / "az", tmp_path / "amlz"
    workspaces = json.loads(amlz_here("quota", STACKS["minimal"], "--format", "json").stdout)
    rows = [{"id": f"{row['workspace']}/quotas/{row['family']}", "limit": 1, "unit": "Count"} for row in workspaces]
    (tmp_path / "answer.json").write_text(json.dumps({"value": rows}), encoding="utf-8")
    az.write_text('#!/bin/sh\ncase "$*" in *"method get"*) cat answer.json ;; *) echo "$*" > sent ;; esac\n', "utf-8")
    amlz.write_text(f'#!/bin/sh\nexec "{ROOT}/.venv/bin/amlz" "$@"\n', encoding="utf-8")
    for tool in (az, amlz):
        tool.chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    subprocess.run(["sh", "-c", step], cwd=tmp_path, env=os.environ | {"PATH": path}, check=True)

    assert "/updateQuotas?api-version=2025-12-01 --body @update-1.json" in (tmp_path / "sent").read_text("utf-8")
    sent = json.loads((tmp_path / "update-1.json").read_text("utf-8"))["value"]
    assert [row["limit"] for row in sent] == [row["wanted"] for row in workspaces]


def test_a_step_quotes_a_path_that_a_shell_would_split() -> None:
    """A name of a stack stays as it is."""
    shown = [line for name in ("dev", "my stacks/Pulumi.dev.yaml") for line in commands(name, wanted(), 0)]

    assert [line.partition(" --current")[0] for line in shown if line.startswith("amlz")] == [
        "amlz quota dev",
        "amlz quota 'my stacks/Pulumi.dev.yaml'",
    ]


def test_text_has_a_line_for_each_family() -> None:
    """Without a list of Azure the limit is not known; the exit code is 0."""
    ran = amlz_here("quota", STACKS["minimal"])

    assert ran.returncode == 0
    assert "not known" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--format", "update"), "an update needs the list of --current"),
        (("--current", "nowhere.json"), "It cannot be read: No such file or directory"),
        (("--commands", "--format", "json"), "commands have no other format"),
        (("--current", str(ROOT / "LICENSE")), "It is no JSON in UTF-8"),
    ],
)
def test_wrong_input_ends_with_exit_code_2(words: tuple[str, ...], error: str) -> None:
    """With the remedy."""
    ran = amlz_here("quota", STACKS["minimal"], *words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert error in ran.stderr
