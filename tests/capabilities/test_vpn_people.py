"""Connections of people to the VPN gateway of the hub, and the identity for connections between sites."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.capabilities.vpn_gateway.spec import PointToSiteSpec
from amlz.core.relaxations import relaxations
from amlz.stackfile.load import from_object
from tests.conftest import previewed
from tests.core.stacks import Stack, hub_part, planned, stack

POOL, TENANT = "10.8.0.0/24", "0f0e0d0c-1111-4222-8333-444455556666"
AUDIENCE = "44444444-aaaa-4bbb-8ccc-000000000001"
IDENTITY = (
    "/subscriptions/c0c0c0c0-1111-4222-8333-444455556666/resourceGroups/rg-vpn/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/id-vpn"
)


def with_people(audience: str = AUDIENCE, **settings: Any) -> Stack:
    """A stack to whose gateway people connect."""
    gateway = {"pointToSite": {"addressPool": POOL, "audience": audience}}
    return stack(**({"hub": {"addressSpace": "10.0.0.0/24", "vpnGateway": gateway}, "onPremises": [POOL]} | settings))


@pytest.mark.parametrize(
    ("cloud", "location", "host"),
    [
        ("public", "westeurope", "login.microsoftonline.com"),
        ("usGovernment", "usgovvirginia", "login.microsoftonline.us"),
    ],
)
def test_people_sign_in_at_the_tenant_of_the_stack(cloud: str, location: str, host: str) -> None:
    """The issuer ends in a slash, without which connections may fail."""
    gateway = hub_part(planned(with_people(cloud=cloud, location=location)), "vpn_gateway")

    assert gateway.point_to_site == PointToSiteSpec(
        POOL, f"https://{host}/{TENANT}", f"https://sts.windows.net/{TENANT}/", AUDIENCE
    )


def test_a_gateway_without_the_key_takes_no_people() -> None:
    """And reads no certificates."""
    gateway = hub_part(planned(stack(hub={"addressSpace": "10.0.0.0/24", "vpnGateway": {}})), "vpn_gateway")

    assert (gateway.point_to_site, gateway.identity) == (None, None)


def test_the_request_of_a_shipped_stack_has_entra_id_alone_and_no_secret() -> None:
    """The whole client configuration, and the identity for certificates of sites."""
    (gateway,) = previewed("everything").graph.of_type("Microsoft.Network/virtualNetworkGateways")

    assert gateway.properties["vpnClientConfiguration"] == {
        "vpnClientAddressPool": {"addressPrefixes": ["10.0.200.0/24"]},
        "vpnClientProtocols": ["OpenVPN"],
        "vpnAuthenticationTypes": ["AAD"],
        "aadTenant": f"https://login.microsoftonline.com/{TENANT}",
        "aadIssuer": f"https://sts.windows.net/{TENANT}/",
        "aadAudience": AUDIENCE,
    }
    assert gateway.body["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}


@pytest.mark.parametrize(
    ("audience", "listed"),
    [(AUDIENCE, False), ("c632b3df-fb67-4d84-bdcf-b95ad541b5c8", True), ("51bb15d4-3a4f-4ebf-9dca-40096fe32426", True)],
)
def test_the_application_of_the_client_itself_is_less_secure(audience: str, listed: bool) -> None:
    """Assignments to an application of the organisation decide nothing then."""
    paths = [relaxation.path for relaxation in relaxations(from_object(with_people(audience)))]

    assert (("hub", "vpnGateway", "pointToSite", "audience") in paths) is listed


def test_security_groups_admit_clients_to_endpoints_and_to_no_compute() -> None:
    """As they admit networks on premises."""
    (spoke,) = planned(with_people()).spokes

    admitted = {
        group.role: sorted({rule.name for rule in group.rules if rule.direction == "Inbound" and POOL in rule.sources})
        for group in spoke.security_groups
    }

    assert {role for role, rules in admitted.items() if rules} == {"churn-dev-endpoints"}
