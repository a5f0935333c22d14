"""`amlz workload drift-events` on the command line: the template, and inputs that it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from amlz.core.problems import LandingZoneError
from amlz.core.workload import environment_of
from amlz.reports.drift_events import drift_events
from tests.capabilities.test_operations import EXAMPLE, GROUPS
from tests.cli.in_process import amlz_here
from tests.conftest import shared
from tests.core.stacks import at, planned, stack

HUB = f"{GROUPS}/rg-events/providers/Microsoft.EventHub/namespaces/evhns-drift/eventhubs/drift"
IDENTITY = f"{GROUPS}/rg-events/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-drift"
COMMAND = ("workload", "drift-events", str(EXAMPLE), "churn", "prod")


def test_breaches_of_monitors_alone_go_to_the_event_hub_by_an_identity(tmp_path: Path) -> None:
    """No key is in it. Its bodies fit the published types."""
    ran = amlz_here(*COMMAND, "--event-hub", HUB, "--identity", IDENTITY)
    topic, subscription = json.loads(ran.stdout)["resources"]
    delivery, chosen = (subscription["properties"][key] for key in ("deliveryWithResourceIdentity", "filter"))

    assert topic["properties"]["source"].endswith("/workspaces/mlw-retail-churn-prod-alss6")
    assert subscription["name"] == f"{topic['name']}/drift"
    assert delivery["identity"]["userAssignedIdentity"] == IDENTITY
    assert delivery["destination"]["properties"] == {"resourceId": HUB}
    assert chosen["includedEventTypes"] == ["Microsoft.MachineLearningServices.RunStatusChanged"]
    assert [row["operatorType"] for row in chosen["advancedFilters"]] == ["StringContains"]
    bodies = [{"type": row["type"], "apiVersion": row["apiVersion"], "body": row} for row in (topic, subscription)]
    (tmp_path / "plan.json").write_text(json.dumps(bodies), encoding="utf-8")
    check = [sys.executable, str(shared() / "tools" / "check_arm.py"), str(tmp_path / "plan.json")]
    assert "0 problems" in subprocess.run(check, capture_output=True, text=True, check=True).stdout


def test_a_network_without_model_monitors_has_no_event() -> None:
    """Azure does not support them there."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", isolation={"mode": "managed"})}))

    with pytest.raises(LandingZoneError, match="does not support model monitoring"):
        drift_events(environment_of(plan, "churn", "dev"), HUB, IDENTITY)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("--event-hub", IDENTITY, "--identity", IDENTITY), "It is no id of an event hub"),
        (("--event-hub", HUB, "--identity", HUB), "It is no id of a user-assigned identity"),
        (("--event-hub", "drift", "--identity", IDENTITY), "It is no id of an event hub"),
    ],
)
def test_wrong_input_ends_with_exit_code_2(words: tuple[str, ...], error: str) -> None:
    """With the remedy."""
    ran = amlz_here(*COMMAND, *words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert error in ran.stderr
