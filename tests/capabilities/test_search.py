"""Azure AI Search: the service of an environment, its names, its roles, and the way to it."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.capabilities.search.spec import SearchSpec
from amlz.core.addresses import endpoint_groups
from amlz.core.notices import notices
from amlz.core.plan import LandingZonePlan
from amlz.core.specs import ProjectEnvironmentSpec
from amlz.stackfile.load import from_object
from tests.core.stacks import PEOPLE, at, facts, messages_of, planned, stack

ROLES = facts("roles-of-search")
WHO = {object_id: kind for kind, ids in PEOPLE.items() for object_id in ids}


def with_search(owner: str = "churn/dev", settings: dict[str, Any] | None = None, **more: Any) -> LandingZonePlan:
    """A landing zone of one environment with a search service."""
    return planned(stack({owner: at("10.1.0.0/24", search=settings or {}, **more)}, access=PEOPLE))


def service(environment: ProjectEnvironmentSpec) -> SearchSpec:
    """The search service of an environment."""
    (planned_part,) = environment.capabilities
    assert isinstance(planned_part.part.spec, SearchSpec)
    return planned_part.part.spec


def zones(plan: LandingZonePlan) -> list[str]:
    """The private DNS zones of the hub."""
    assert plan.hub is not None
    return [zone.name for zone in plan.hub.dns.zones]


def test_without_its_key_nothing_of_it_is_planned() -> None:
    """No service, no endpoint, no zone, no role."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}, access=PEOPLE))

    assert plan.environments[0].capabilities == ()
    assert "searchService" not in endpoint_groups(from_object(stack()).projects["churn"].environments["dev"])
    assert [zone for zone in zones(plan) if "search" in zone] == []
    assert [role for role in plan.roles() if "Search" in role.role] == []


def test_a_service_is_planned_closed_and_small() -> None:
    """Its name, its size, its private endpoint, and the connection by which callers sign in."""
    plan = with_search()

    search = service(plan.environments[0])
    assert (search.name, search.sku, search.replicas, search.partitions, search.semantic_search, search.lock) == (
        "srch-retail-churn-dev-zag7s",
        "basic",
        1,
        1,
        "disabled",
        None,
    )
    assert (search.endpoint.name, search.endpoint.group, search.endpoint.target) == (
        "pep-retail-churn-dev-search",
        "searchService",
        search.id,
    )
    assert [zone.name for zone in search.endpoint.zones] == ["privatelink.search.windows.net"]
    assert (search.connection.category, search.connection.target, search.connection.identity) == (
        "CognitiveSearch",
        f"https://{search.name}.search.windows.net",
        None,
    )
    assert "privatelink.search.windows.net" in zones(plan)


def test_production_is_locked_and_protected() -> None:
    """It holds data."""
    search = service(with_search("churn/prod").environments[0])

    assert (search.protect, search.lock and search.lock.name) == (True, "lock-search")


@pytest.mark.parametrize("owner", ["churn/dev", "churn/prod"])
def test_roles_on_it_are_those_of_the_case_file(owner: str) -> None:
    """Written by value from Microsoft's page: development access outside of production, queries in it."""
    (environment,) = with_search(owner).environments
    identities = {identity.id: f"{identity.role}Identity" for identity in environment.identities}

    given = [
        [
            identities.get(role.principal.id) or WHO[role.principal.id],
            role.role,
            role.role_id.rsplit("/", 1)[1],
        ]
        for role in service(environment).roles
    ]
    assert sorted(given) == sorted(ROLES["production" if owner.endswith("prod") else "nonProduction"])


def test_roles_of_a_managed_network_let_its_endpoint_be_approved() -> None:
    """And an outbound rule leads to it: the only way from such a network."""
    (environment,) = with_search(isolation="managed").environments
    search = service(environment)

    assert environment.workspace.managed_network is not None
    rules = [rule for rule in environment.workspace.managed_network.built.values() if rule.to == search.id]
    assert [(rule.name, rule.kind, rule.group) for rule in rules] == [("pe-search", "PrivateEndpoint", "searchService")]
    assert "Azure AI Enterprise Network Connection Approver" in [role.role for role in search.roles]


def test_nodes_wait_for_the_roles_with_which_jobs_use_it() -> None:
    """A job that starts earlier would be refused."""
    (environment,) = with_search().environments

    of_jobs = {role.id for role in service(environment).roles if "computeIdentity" in role.holders}
    assert len(of_jobs) == 2
    assert of_jobs <= set(environment.computes.after)


def test_a_custom_name_is_used_and_two_of_one_name_are_refused() -> None:
    """It is unique in Azure."""
    named = {"name": "srch-models"}
    twice = stack({"churn/dev": at("10.1.0.0/24", search=named), "fraud/dev": at("10.1.1.0/24", search=named)})

    assert service(with_search(settings=named).environments[0]).name == "srch-models"
    assert messages_of(twice) == [
        "projects.fraud.environments.dev.search.name\n"
        "  'srch-models' is already the name of projects.churn.environments.dev.search.name.\n"
        "  Give one of them another name."
    ]


def test_azure_government_has_its_own_zone_and_host() -> None:
    """Both from Microsoft's page."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", search={})}, cloud="usGovernment", location="usgovvirginia"))

    search = service(plan.environments[0])
    assert [zone.name for zone in search.endpoint.zones] == ["privatelink.search.azure.us"]
    assert search.connection.target == f"https://{search.name}.search.azure.us"


def test_in_a_cloud_whose_zone_no_page_names_it_is_refused() -> None:
    """With any owner of the zones."""
    settings = stack(
        {"churn/dev": at("10.1.0.0/24", search={})}, cloud="china", location="chinanorth3", dns={"mode": "policy"}
    )

    assert messages_of(settings) == [
        "projects.churn.environments.dev.search\n"
        "  No page of Microsoft's names the private DNS zone of Azure AI Search in Azure operated by 21Vianet.\n"
        "  Remove it."
    ]


def test_a_connection_of_ones_own_to_it_is_open() -> None:
    """Its private endpoint answers for its host."""
    name = service(with_search().environments[0]).name
    own = {"mine": {"category": "CognitiveSearch", "target": f"https://{name}.search.windows.net"}}
    config = from_object(stack({"churn/dev": at("10.1.0.0/24", search={}, connections=own)}))

    assert list(notices(config, with_search(connections=own))) == []
