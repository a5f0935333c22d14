"""Data platforms and clusters under Pulumi's own engine: faults strike, and the next `up` repairs their resources."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.rehearsal.faults import meet, read, undisturbed
from amlz.rehearsal.life import plain_config, stack_under_test
from amlz.stackfile.load import load
from amlz.stackfile.stack_file import KEY
from tests.conftest import ROOT
from tests.rehearsal.common import stage

CLUSTER = "Microsoft.ContainerService/managedClusters"
ML = "Microsoft.MachineLearningServices/workspaces"
FAULTS = {
    "kubernetes": (
        f"timeout@{CLUSTER}",
        f"unavailable@{CLUSTER}/trustedAccessRoleBindings",
        "timeout@Microsoft.KubernetesConfiguration/extensions",
        f"quota@{ML}/computes",
    ),
    "edge": ("timeout@Microsoft.Authorization/roleAssignments",),
    "feature-store": (
        f"timeout@{ML}/connections",
        f"unavailable@{ML}/outboundRules",
        "timeout@Microsoft.Storage/storageAccounts/blobServices/containers",
    ),
    "data-platform": (
        "timeout@Microsoft.Databricks/workspaces",
        "unavailable@Microsoft.Databricks/accessConnectors",
        "timeout@Microsoft.DataFactory/factories",
        "timeout@Microsoft.Synapse/workspaces",
        "quota@Microsoft.Synapse/workspaces/bigDataPools",
        "timeout@Microsoft.Fabric/capacities",
        "timeout@Microsoft.Purview/accounts",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_after_faults_at_its_resources_the_next_up_converges(tmp_path: Path, name: str) -> None:
    """To the same as without: in Azure and in the engine's state, nothing lost, nothing made twice."""
    file = load(str(ROOT / "examples" / name / f"Pulumi.{name}.yaml"), ROOT)
    for folder in ("without", "with"):
        (tmp_path / folder).mkdir()

    expected = undisturbed(stage(tmp_path / "without"), file)
    outcome = meet(stage(tmp_path / "with"), file, tuple(map(read, FAULTS[name])), expected)

    assert outcome.then is None or outcome.then.refused == ()
    assert (outcome.result, outcome.differences, outcome.wrong) == ("converged", (), False)
    assert len(outcome.struck) == len(FAULTS[name])


def test_data_platforms_are_built_and_stay_as_they_are(tmp_path: Path) -> None:
    """All platforms of the environment that has them; the next `up` changes nothing."""
    file = load(str(ROOT / "examples" / "data-platform" / "Pulumi.data-platform.yaml"), ROOT)
    config = plain_config(file)
    del config[KEY]["projects"]["churn"]["environments"]["dev"]

    with stack_under_test(stage(tmp_path), file.stack, config) as here:
        first, again = here.step("up", "up"), here.step("up again", "up")

    assert (first.refused, again.refused, again.changed) == ((), (), False)
