"""policy/second-diagnostic-setting: what a tenant's policies send to a log in addition to the plan."""

from __future__ import annotations

import json
from typing import Any

import pytest

from amlz.policy.verdicts import Imported
from tests.checks.tenant import BASE, LOGS, NETWORK, findings_of, landing_zone, policy, tenant

SETTINGS = "Microsoft.Insights/diagnosticSettings"
SECOND = "policy/second-diagnostic-setting"


def logs(workspace: str, name: str = "setByPolicy", type_: str = "Microsoft.KeyVault/vaults") -> Imported:
    """A policy that sends the logs of a type to a workspace, as the published ones do."""
    resource = {
        "type": f"{type_}/providers/diagnosticSettings",
        "name": f"[concat(parameters('resourceName'), '/Microsoft.Insights/{name}')]",
        "properties": {"workspaceId": "[parameters('logAnalytics')]"},
    }
    passed = {"resourceName": {"value": "[field('name')]"}, "logAnalytics": {"value": "[parameters('target')]"}}
    rule = {
        "if": {"field": "type", "equals": type_},
        "then": {
            "effect": "DeployIfNotExists",
            "details": {
                "type": SETTINGS,
                "roleDefinitionIds": ["/providers/Microsoft.Authorization/roleDefinitions/x"],
                "existenceCondition": {"field": f"{SETTINGS}/workspaceId", "equals": "[parameters('target')]"},
                "deployment": {"properties": {"template": {"resources": [resource]}, "parameters": passed}},
            },
        },
    }
    return policy(f"logs-{name}", rule, parameters={"target": workspace})


def test_a_second_diagnostic_setting_is_a_warning() -> None:
    """With both targets, and the setting of the stack file that makes them one."""
    (one,) = findings_of(landing_zone(), logs(f"{LOGS}/workspaces/log-security"), SECOND)

    assert one.severity.value == "warning"
    assert one.message.endswith("deploys setByPolicy to log-security. Logs are then sent and billed twice.")
    assert one.remedy.startswith(
        f"(1) Set hub.existing.logAnalytics to {LOGS}/workspaces/log-security: the policy then finds the setting "
        "of the plan."
    )


def test_each_option_against_a_second_diagnostic_setting_ends_it() -> None:
    """The workspace of the policy as that of the hub, or an exemption."""
    of = logs(f"{LOGS}/workspaces/log-security")
    existing = {**BASE["hub"]["existing"], "logAnalytics": f"{LOGS}/workspaces/log-security"}

    assert findings_of(landing_zone(hub={"existing": existing}), of, SECOND) == []
    assert findings_of(landing_zone(), tenant(of, exempt=("logs-setByPolicy",)), SECOND) == []


WAN = {
    "virtualHub": f"{NETWORK}/rg-net/providers/Microsoft.Network/virtualHubs/vhub",
    "logAnalytics": f"{LOGS}/workspaces/log-central",
    "addressSpace": ["10.0.0.0/22"],
    "dnsServers": ["10.0.8.4"],
}
OWN = {"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": f"{LOGS}/workspaces/log-central"}}


@pytest.mark.parametrize(
    ("hub", "key"),
    [({"virtualWan": WAN}, "hub.virtualWan.logAnalytics"), (OWN, "hub.logAnalytics.existing")],
    ids=["virtual-wan", "own-hub"],
)
def test_the_key_of_the_log_is_that_of_the_hub(hub: dict[str, Any], key: str) -> None:
    """Following the remedy ends the finding."""
    wanted = f"{LOGS}/workspaces/log-security"
    first, *_ = findings_of(landing_zone(hub=hub), logs(wanted), SECOND)

    assert first.remedy.startswith(f"(1) Set {key} to {wanted}: the policy then finds the setting of the plan.")
    changed = json.loads(json.dumps(hub))
    *above, last = key.split(".")[1:]
    holder = changed
    for name in above:
        holder = holder[name]
    holder[last] = wanted
    assert findings_of(landing_zone(hub=changed), logs(wanted), SECOND) == []


def test_a_policy_that_finds_the_setting_of_the_plan_adds_none() -> None:
    """It looks for the workspace to which the plan sends already."""
    assert findings_of(landing_zone(), logs(f"{LOGS}/workspaces/log-central"), SECOND) == []
