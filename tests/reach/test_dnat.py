"""DNAT rules of a firewall, which are not evaluated: the program builds none, custom code can."""

from __future__ import annotations

import pytest

from amlz.azure.graph import ResourceGraph
from amlz.reach.answers import Evaluator
from amlz.reach.ends import find
from amlz.reach.read import landscape
from tests.reach.worlds import FIREWALL, RANGES, SUBNETS, at, resource


def world(*kinds: str) -> ResourceGraph:
    """A hub with a firewall and a subnet, and a rule of each kind."""
    rules = [{"ruleType": kind, "name": f"a {kind}", "ipProtocols": ["TCP"]} for kind in kinds]
    dnat = {"sourceAddresses": ["*"], "destinationAddresses": [FIREWALL], "destinationPorts": ["443"]}
    collections = [
        {"name": rule["name"], "priority": 100 + index, "action": {"type": "Allow"}, "rules": [{**rule, **dnat}]}
        for index, rule in enumerate(rules)
    ]
    own = {"properties": {"subnet": at("virtualNetworks/hub/subnets/AzureFirewallSubnet")}}
    resources = [
        resource("virtualNetworks/hub", {"addressSpace": {"addressPrefixes": [RANGES["hub"]]}}),
        *(
            resource(f"virtualNetworks/hub/subnets/{name}", {"addressPrefix": SUBNETS["hub"][name]})
            for name in ("AzureFirewallSubnet", "jump")
        ),
        resource("firewallPolicies/policy", {}),
        resource(
            "firewallPolicies/policy/ruleCollectionGroups/group", {"priority": 200, "ruleCollections": collections}
        ),
        resource("azureFirewalls/wall", {"firewallPolicy": at("firewallPolicies/policy"), "ipConfigurations": [own]}),
    ]
    return ResourceGraph(tuple(resources))


@pytest.mark.parametrize(
    ("kinds", "answer"),
    [
        (("NetworkRule",), "blocked: jump"),
        (("NatRule",), "cannot tell: wall, a NatRule"),
        (("NetworkRule", "NatRule"), "cannot tell: wall, a NatRule"),
    ],
)
def test_with_a_dnat_rule_nobody_can_tell_what_the_internet_reaches(kinds: tuple[str, ...], answer: str) -> None:
    """The rule is named. Without one, nothing in a subnet without public addresses is reached."""
    land = landscape(world(*kinds), [])
    (start,), (end,) = find(land, "internet", True), find(land, "jump", False)

    (reached,) = Evaluator(land).ask(start, end, "tcp", 443)

    assert reached.decisive is not None
    assert (
        f"{reached.verdict.value}: {reached.decisive.at}"
        + (f", {reached.decisive.rule}" if reached.decisive.rule else "")
        == answer
    )
