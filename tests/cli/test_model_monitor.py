"""`amlz workload monitor` on the command line: the schedule, and inputs that it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from amlz.core.problems import LandingZoneError
from amlz.core.workload import environment_of
from amlz.reports.model_monitor import monitor_of, monitored_of
from tests.capabilities.test_operations import EXAMPLE
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT
from tests.core.stacks import at, planned, stack

OPTIONS = ("--deployment", "churn-online/blue", "--baseline", "churn-training:1", "--target", "churned")
MONITORED = monitored_of("churn-online/blue", "churn-training:1", "churned", "classification")


def comments(**settings: object) -> str:
    """The comments of a schedule in an environment with these settings, in one line."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", **settings)}))
    text = monitor_of(plan, environment_of(plan, "churn", "dev"), MONITORED)
    return " ".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))


def test_a_schedule_has_three_signals_with_baselines_and_notifies_tickets() -> None:
    """Every signal notifies: without `alert_enabled` the client sends it silent."""
    ran = amlz_here("workload", "monitor", str(EXAMPLE), "churn", "prod", *OPTIONS)
    schedule = yaml.safe_load(ran.stdout)
    monitor = schedule["create_monitor"]

    assert (ran.returncode, schedule["name"]) == (0, "churn-online-blue-monitor")
    assert monitor["monitoring_target"]["endpoint_deployment_id"] == "azureml:churn-online:blue"
    assert monitor["alert_notification"] == {"emails": ["ml-tickets@contoso.com"]}
    assert {
        (name, signal["type"], signal["alert_enabled"], signal["reference_data"]["input_data"]["path"])
        for name, signal in monitor["monitoring_signals"].items()
    } == {(kind, kind, True, "azureml:churn-training:1") for kind in ("data_drift", "prediction_drift", "data_quality")}


@pytest.mark.parametrize("verb", ["monitor", "drift-events"])
def test_the_command_of_the_page_runs(verb: str, tmp_path: Path) -> None:
    """On a stack that is shipped, with ids in place of words."""
    page = (ROOT / "docs" / "how-to" / "model-monitoring.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^amlz (workload {verb} .*)$", page, re.MULTILINE)
    group = "/subscriptions/a1b2c3d4-1111-4222-8333-444455556666/resourceGroups/rg/providers"
    hub = f"{group}/Microsoft.EventHub/namespaces/ns/eventhubs/drift"
    identity = f"{group}/Microsoft.ManagedIdentity/userAssignedIdentities/id"
    command, _, file = line.partition(" --output ")
    words = command.replace("EVENT_HUB_ID", hub).replace("IDENTITY_ID", identity).split()

    assert amlz_here(*words, "--output", str(tmp_path / file)).returncode == 0
    assert (tmp_path / file).read_text(encoding="utf-8")


def test_a_network_with_approved_destinations_alone_is_refused() -> None:
    """Microsoft's page excludes it (trap 15)."""
    with pytest.raises(LandingZoneError, match="AllowOnlyApprovedOutbound"):
        comments(isolation={"mode": "managed"})


def test_what_is_not_known_about_keys_and_networks_is_stated() -> None:
    """Storage without keys is the default here; the page states that monitors need credentials (trap 15)."""
    assert "the storage account takes no keys" in comments()
    assert "the storage account takes no keys" not in comments(security={"storageSharedKeys": True})
    assert "it was not tried" in comments()


@pytest.mark.parametrize(
    ("option", "value", "error"),
    [
        ("--deployment", "churn-online", "It is no online deployment"),
        ("--baseline", "churn-training", "It is no data asset with its version"),
        ("--target", " ", "It is no name of a column"),
    ],
)
def test_wrong_input_ends_with_exit_code_2(option: str, value: str, error: str) -> None:
    """With the form that is expected."""
    options = [value if OPTIONS[index - 1 : index] == (option,) else word for index, word in enumerate(OPTIONS)]
    ran = amlz_here("workload", "monitor", str(EXAMPLE), "churn", "prod", *options)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"{option}" in ran.stderr
    assert error in ran.stderr
