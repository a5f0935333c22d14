"""Clouds: tables against a second transcription, and what a plan makes of them."""

from __future__ import annotations

import pytest

from amlz.capabilities.defender.facts import PLANS
from amlz.capabilities.pipeline_identities.spec import FederatedCredentialSpec
from amlz.core.facts.builtins import LISTED
from amlz.core.facts.clouds import CLOUDS, ENDPOINTS
from amlz.core.facts.dns import ZONES
from amlz.core.facts.egress import NOT_THERE, SCENARIOS, required_hosts
from amlz.core.facts.federation import AUDIENCES
from amlz.core.facts.regions import REGIONS, WITH_AZURE_ML, ZONELESS, cloud_of
from amlz.core.facts.services import COSMOS_DB
from amlz.core.planning import clouds
from amlz.core.problems import Problem
from amlz.core.relaxations import relaxations
from amlz.core.specs import records
from amlz.stackfile.load import from_object
from tests.core.stacks import LANDING_ZONE, Stack, at, built, facts, planned, stack

WRITTEN = facts("clouds")
THREE = WRITTEN["columns"]

GOVERNMENT: Stack = {"cloud": "usGovernment", "location": "usgovvirginia"}
CHINA: Stack = {"cloud": "china", "location": "chinaeast2", "availabilityZones": []}


def written(row: list[object]) -> dict[str, object]:
    """A row of the transcription, by cloud."""
    return dict(zip(THREE, row, strict=True))


def named(regions: list[str]) -> set[str]:
    """Regions as Azure writes them in resources."""
    return {region.replace(" ", "").lower() for region in regions}


def test_hosts_ids_and_words_of_clouds_are_those_of_the_published_pages() -> None:
    """Every row, for each of the three."""
    endpoints: dict[str, dict[str, str]] = {}
    for row in ENDPOINTS:
        endpoints.setdefault(row.service, {})[row.cloud] = row.host

    assert endpoints == {service: written(row) for service, row in WRITTEN["endpoints"].items()}
    assert {cloud: item.environment for cloud, item in CLOUDS.items()} == written(
        WRITTEN["environment of the provider"]
    )
    assert dict(AUDIENCES) == written(WRITTEN["audience of federated credentials"])
    assert dict(COSMOS_DB.application_ids) == written(WRITTEN["application of Azure Cosmos DB"])


def test_what_each_cloud_has_is_what_the_published_pages_say() -> None:
    """Plans of Defender, scenarios of egress, and hosts in addition to the tags."""
    refused = {(row.scenario, cloud) for row in NOT_THERE for cloud in row.clouds}

    assert {key: {c: c in plan.clouds for c in THREE} for key, plan in PLANS.items()} == {
        key: written(row) for key, row in WRITTEN["plans of Defender"].items()
    }
    assert {name: {c: (name, c) not in refused for c in THREE} for name in SCENARIOS} == {
        name: written(row) for name, row in WRITTEN["scenarios"].items()
    }
    assert {c: sorted(host for row in required_hosts(c) for host in row.hosts) for c in CLOUDS} == {
        cloud: sorted(hosts) for cloud, hosts in zip(THREE, WRITTEN["hosts besides tags"], strict=True)
    }


def test_regions_are_those_of_the_published_pages() -> None:
    """By cloud, with zones and with Azure ML; none is in two clouds."""
    zones = {**WRITTEN["regions with zones"], "public": WRITTEN["public regions with zones"]}

    assert {c: set(REGIONS[c].names) for c in THREE[1:]} == {c: named(r) for c, r in WRITTEN["regions"].items()}
    assert {c: set(REGIONS[c].names - ZONELESS[c].names) for c in THREE} == {c: named(r) for c, r in zones.items()}
    assert {c: set(known.names) for c, known in WITH_AZURE_ML.items()} == {
        c: named(r) for c, r in WRITTEN["regions with Azure ML"].items()
    }
    assert {region: cloud_of(region) for c in THREE for region in REGIONS[c].names} == {
        region: c for c in THREE for region in REGIONS[c].names
    }


@pytest.mark.parametrize(("settings", "cloud"), [({}, "public"), (GOVERNMENT, "usGovernment"), (CHINA, "china")])
def test_a_cloud_decides_zones_audience_and_the_providers_environment(settings: Stack, cloud: str) -> None:
    """And nothing else of an environment moves: names are made without it."""
    subjects = {"github": {"subjects": ["repo:contoso/churn:environment:{environment}"]}}
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", pipelineIdentities=subjects)}, **settings))
    (environment,) = plan.environments
    groups = ("amlworkspace", "blob", "file", "queue", "registry", "table", "vault")

    assert plan.hub is not None
    assert [zone.name for zone in plan.hub.dns.zones] == sorted({z for g in groups for z in ZONES[cloud][g]})
    assert (plan.provider_environment, next(records(environment, FederatedCredentialSpec)).audience) == (
        written(WRITTEN["environment of the provider"])[cloud],
        written(WRITTEN["audience of federated credentials"])[cloud],
    )


def test_azure_government_has_hosts_beside_the_tags() -> None:
    """A rule collection group of the firewall, and a route to the firewall from every subnet of compute targets."""
    plan = planned(stack(**GOVERNMENT))
    assert plan.hub is not None
    subnet = next(g for s in plan.spokes for g in s.security_groups if g.role == "churn-dev-training")

    assert [(g.name, g.priority, [r.hosts for r in g.application_rules]) for g in built(plan.hub.firewall).groups] == [
        ("rcg-azure-ml", 200, []),
        ("rcg-azure-government", 210, [("usgovvirginia.api.ml.azure.us", "graph.windows.net")]),
    ]
    assert [(r.destinations, r.ports, r.why) for r in subnet.rules if r.name == "by-firewall"] == [
        (("Internet",), ("443",), "azure-government: the firewall knows the hosts")
    ]


@pytest.mark.parametrize(("settings", "cloud"), [({}, "public"), (GOVERNMENT, "usGovernment"), (CHINA, "china")])
def test_a_key_is_named_by_the_vault_of_its_cloud(settings: Stack, cloud: str) -> None:
    """Of a vault that is made here."""
    own = {"cosmosDbObjectId": "33333333-aaaa-4bbb-8ccc-000000000001"}
    options = at("10.1.0.0/24", batch=False, security={"customerManagedKey": own})
    (environment,) = planned(stack({"churn/dev": options}, **settings)).environments

    assert environment.encryption is not None
    name = environment.encryption.vault.rsplit("/", 1)[-1].lower()
    assert environment.encryption.vault_uri == f"https://{name}.{written(WRITTEN['endpoints']['vault'])[cloud]}"


def test_zones_that_no_page_names_are_refused_unless_azure_policy_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than guessed."""
    without = {"china": {group: zones for group, zones in ZONES["china"].items() if group != "registry"}}
    monkeypatch.setattr(clouds, "ZONES", without)

    assert list(clouds.check_input(from_object(stack(**CHINA)))) == [
        Problem(
            ("cloud",),
            "No page of Microsoft's names the private DNS zones of registry in Azure operated by 21Vianet.",
            "Set `dns: {mode: policy}` and let a policy of yours write them, or leave out what needs them.",
        )
    ]
    assert list(clouds.check_input(from_object(stack(**CHINA, dns={"mode": "policy"})))) == []


def test_a_region_that_no_list_has_is_no_mistake_of_the_stack_file() -> None:
    """It may have opened since: a finding reports that."""
    assert list(clouds.check_input(from_object(stack(location="atlantis")))) == []


def test_ids_are_made_as_in_the_public_cloud() -> None:
    """Azure Resource Manager writes them alike everywhere."""
    plan = planned(stack(**GOVERNMENT))

    assert plan.environments[0].key_vault.id.startswith(
        f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-retail-churn-dev-usgovvirginia/providers/Microsoft.KeyVault/"
    )


@pytest.mark.parametrize("settings", [GOVERNMENT, CHINA], ids=["usGovernment", "china"])
def test_guardrails_name_no_built_in_that_no_list_has_for_the_cloud(settings: Stack) -> None:
    """Nor declare a parameter that none of their policies takes, nor give one that they do not declare."""
    policies = planned(stack(**settings)).policies
    declared = {spec.name: set(spec.properties["parameters"]) for spec in policies.initiatives}
    named = {member.definition.id.rsplit("/", 1)[1] for s in policies.initiatives for member in s.members}
    ours = {spec.name for spec in policies.definitions}
    taken = {
        spec.name: {p for m in spec.members for p in declared[spec.name] if f"'{p}'" in str(m.parameters)}
        for spec in policies.initiatives
    }

    assert named == ours | LISTED[settings["cloud"]]
    assert taken == declared
    assert [(a.name, set(a.parameters) - declared[a.name]) for a in policies.assignments if declared[a.name]] == [
        (a.name, set()) for a in policies.assignments if declared[a.name]
    ]


def test_a_guardrail_of_which_nothing_is_left_is_not_assigned() -> None:
    """In China that of logs has built-ins alone; that of data has one of this repository, on keys of endpoints."""
    assigned = {a.name for a in planned(stack(**CHINA)).policies.assignments}

    assert assigned == {
        "guardrails-compute",
        "guardrails-data-and-identity",
        "guardrails-network",
        "guardrails-workspace",
    }


def test_whoever_knows_that_a_cloud_has_all_built_ins_gets_them() -> None:
    """The same guardrails as in the public cloud; the preview then names nothing that is left out."""
    known = {"policies": {"builtIns": "all"}}

    def members(settings: Stack) -> dict[str, list[str]]:
        return {s.name: [m.reference for m in s.members] for s in planned(settings).policies.initiatives}

    def messages(options: Stack) -> list[str]:
        return [r.gives_up for r in relaxations(from_object(options)) if r.path == ("policies", "builtIns")]

    assert members(stack(**GOVERNMENT, **known)) == members(stack())
    assert (messages(stack(**GOVERNMENT, **known)), messages(stack()), messages(stack(**GOVERNMENT))) == (
        [],
        [],
        [
            "46 built-ins of guardrails are left out, as no list states that Azure Government has "
            "them: requests that they would refuse are not refused"
        ],
    )
