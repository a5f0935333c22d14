"""A central log, vaults and registries that exist: what is built towards them, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ExistingKeyVaultSpec, ExistingLogAnalyticsSpec, ExistingRegistrySpec
from tests.core.stacks import LANDING_ZONE, PEOPLE, at, built, planned, stack

OTHER = "e1e1e1e1-1111-4222-8333-444455556666"
VAULT = f"/subscriptions/{OTHER}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-contoso"
REGISTRY = f"/subscriptions/{OTHER}/resourceGroups/rg-images/providers/Microsoft.ContainerRegistry/registries/crcontoso"
INSIGHTS = f"/subscriptions/{OTHER}/resourceGroups/rg-telemetry/providers/Microsoft.Insights/components/appi-contoso"
LOG = f"/subscriptions/{OTHER}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/log-central"
ZONES = {"mode": "existing", "resourceGroup": f"/subscriptions/{OTHER}/resourceGroups/rg-zones"}


def with_parts(endpoint_range: str | None = None, **settings: Any) -> LandingZonePlan:
    """An environment whose vault and registry exist."""
    more = {} if endpoint_range is None else {"endpointRange": endpoint_range}
    existing = {"keyVault": {"id": VAULT, **more}, "containerRegistry": {"id": REGISTRY, **more}}
    dns = {"dns": ZONES} if endpoint_range else {}
    return planned(stack({"churn/dev": at("10.1.0.0/24", existing=existing, **settings)}, **dns))


def test_the_workspace_has_what_exists_and_its_identities_the_same_roles_there() -> None:
    """Neither is built, locked or protected; containers, secrets and images carry the workspace's id."""
    plan = with_parts()

    (spec,) = plan.environments
    registry = spec.registry
    assert registry is not None
    assert (spec.key_vault.id, registry.id) == (VAULT, REGISTRY)
    assert (spec.workspace.key_vault, spec.workspace.registry) == (VAULT, REGISTRY)
    assert (type(spec.key_vault), type(registry)) == (ExistingKeyVaultSpec, ExistingRegistrySpec)
    assert spec.workspace.data_isolation
    given = [(role.who, role.role, role.scope) for role in (*spec.key_vault.roles, *registry.roles)]
    assert given == [
        ("workspaceIdentity", "Contributor", VAULT),
        ("workspaceIdentity", "Key Vault Administrator", VAULT),
        ("workspaceIdentity", "Contributor", REGISTRY),
        ("computeIdentity", "AcrPull", REGISTRY),
        ("buildIdentity", "AcrPush", REGISTRY),
    ]
    deployer = [(row.role, row.why) for row in plan.deployer if row.subscription == OTHER]
    assert deployer == [
        (
            "Role Based Access Control Administrator",
            "on existing vaults, registries and Application Insights: roles on them",
        ),
        ("Contributor", "on existing vaults and registries: private endpoints are connected to them"),
    ]
    assert OTHER in plan.subscriptions


def test_two_workspaces_share_an_application_insights_that_exists() -> None:
    """Each identity gets a role on it; no endpoint is built, and data isolation stays off."""
    existing = {"applicationInsights": {"id": INSIGHTS}}
    plan = planned(
        stack(
            {"churn/dev": at("10.1.0.0/24", existing=existing), "fraud/dev": at("10.1.1.0/24", existing=existing)},
            hub={"addressSpace": "10.0.0.0/24", "privateLinkScope": {}},
        )
    )

    assert [(spec.insights.id, spec.insights.exists, spec.insights.scoped) for spec in plan.environments] == [
        (INSIGHTS, True, None)
    ] * 2
    assert [spec.workspace.insights for spec in plan.environments] == [INSIGHTS] * 2
    given = [(role.who, role.role, role.scope) for spec in plan.environments for role in spec.insights.roles]
    assert given == [("workspaceIdentity", "Contributor", INSIGHTS)] * 2
    assert not any(spec.workspace.data_isolation for spec in plan.environments)
    assert dict(plan.parts) == {
        "Application Insights appi-contoso": (
            "it keeps its data in a Log Analytics workspace",
            "people who read telemetry have roles on it: none is given there",
            "it is in a private link scope of its owner, unless telemetry over public addresses is accepted",
        )
    }
    deployer = [(row.role, row.why) for row in plan.deployer if row.subscription == OTHER]
    assert deployer == [
        (
            "Role Based Access Control Administrator",
            "on existing vaults, registries and Application Insights: roles on them",
        )
    ]


@pytest.mark.parametrize(
    ("endpoint_range", "isolation", "endpoints", "rules", "hosts"),
    [
        (None, "injected", (VAULT, REGISTRY), [], []),
        ("10.0.0.192/27", "injected", (None, None), [("10.0.0.192/27",)], []),
        (
            "10.9.8.0/27",
            "injected",
            (None, None),
            [("10.9.8.0/27",)],
            ["crcontoso.azurecr.io", "crcontoso.westeurope.data.azurecr.io", "kv-contoso.vault.azure.net"],
        ),
        ("10.9.8.0/27", "managed", (None, None), [], []),
    ],
)
def test_an_endpoint_is_built_unless_there_is_one_to_which_the_rules_then_lead(
    endpoint_range: str | None,
    isolation: str,
    endpoints: tuple[str | None, str | None],
    rules: list[tuple[str, ...]],
    hosts: list[str],
) -> None:
    """In the hub without the firewall, elsewhere by it."""
    plan = with_parts(endpoint_range, isolation=isolation)

    (spec,) = plan.environments
    assert spec.registry is not None
    assert plan.hub is not None
    ends = [part.endpoint for part in (spec.key_vault, spec.registry)]
    assert tuple(endpoint and endpoint.target for endpoint in ends) == endpoints
    pairs = [
        rule.destinations
        for spoke in plan.spokes
        for group in spoke.security_groups
        for rule in group.rules
        if rule.name == "existing-parts" and group.role.endswith("-training")
    ]
    assert pairs == rules
    through = [rule.hosts[0] for group in built(plan.hub.firewall).groups for rule in group.application_rules]
    assert through == hosts


def test_a_central_log_that_exists_gets_the_diagnostics_and_no_role() -> None:
    """With a hub that is built. Its owner lets the platform team read."""
    plan = planned(stack(hub={"addressSpace": "10.0.0.0/24", "logAnalytics": {"existing": LOG}}, access=PEOPLE))

    assert plan.hub is not None
    assert plan.hub.log_analytics == ExistingLogAnalyticsSpec(LOG)
    (spec,) = plan.environments
    assert {spec.workspace.diagnostics.log_analytics, spec.insights.log_analytics} == {LOG}
    assert plan.parts == (
        ("log log-central", ("the platform team has Log Analytics Reader on it: no role is given there",)),
    )
    roles = {row.subscription: row.role for row in plan.deployer if row.subscription != LANDING_ZONE}
    assert roles[OTHER] == "Log Analytics Contributor"
