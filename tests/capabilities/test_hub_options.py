"""Options of the hub: the gateway with two active instances, the DNS resolver's security groups, rotated keys."""

from __future__ import annotations

from amlz.capabilities.vpn_gateway.spec import VpnGatewaySpec
from tests.conftest import previewed
from tests.core.stacks import built, planned, stack
from tests.core.test_rules import DENY_IN, flat


def test_two_active_instances_have_an_address_each() -> None:
    """Without the option there is one."""
    for active in (False, True):
        hub = built(planned(stack(hub={"addressSpace": "10.0.0.0/24", "vpnGateway": {"activeActive": active}})).hub)
        (spec,) = (item.part.spec for item in hub.capabilities if isinstance(item.part.spec, VpnGatewaySpec))
        names = [address.name for address in (spec.address, spec.second) if address is not None]
        assert names == ["pip-retail-hub-gateway", "pip-retail-hub-gateway-2"][: 2 if active else 1]


def test_the_gateway_of_a_shipped_stack_is_active_twice() -> None:
    """Its request."""
    (gateway,) = previewed("everything").graph.of_type("Microsoft.Network/virtualNetworkGateways")
    properties = gateway.body["properties"]

    assert properties["activeActive"] is True
    assert [item["name"] for item in properties["ipConfigurations"]] == ["default", "second"]
    addresses = {
        item["properties"]["publicIPAddress"]["id"].rsplit("/", 1)[-1] for item in properties["ipConfigurations"]
    }
    assert len(addresses) == 2


def test_the_resolver_answers_known_networks_alone() -> None:
    """Its inbound subnet takes queries, its outbound subnet nothing."""
    settings = {"addressSpace": "10.0.0.0/24", "dnsResolver": {"forward": {"corp.contoso.com": ["192.168.0.10"]}}}
    hub = built(planned(stack(hub=settings, onPremises=["192.168.0.0/16"])).hub)
    rules = {group.role: flat(group.rules) for group in hub.security_groups}
    askers = "10.0.0.0/24 10.1.0.0/16 192.168.0.0/16"

    assert rules == {
        "resolverInbound": [(100, "Allow", "*", askers, "*", ("53",), "queries"), DENY_IN],
        "resolverOutbound": [DENY_IN],
    }


def test_a_created_key_gets_a_new_version_every_year_and_never_expires() -> None:
    """An expired key would make everything that it encrypts unreadable."""
    keys = list(previewed("us-government").graph.of_type("Microsoft.KeyVault/vaults/keys"))

    assert len(keys) == 1
    policy = keys[0].body["properties"]["rotationPolicy"]
    assert policy == {
        "lifetimeActions": [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}],
    }
