"""Image builds apart from data: their identity, their subnet, and who reaches hosts of packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from amlz.checks.guard.change import LossAllowance
from amlz.core.addresses import AddressPlan
from amlz.core.config import LandingZoneConfig
from amlz.core.notices.principals import BUILD_READS, principal_notices
from amlz.core.owners import EnvironmentKey
from amlz.core.plan import LandingZonePlan
from amlz.core.relaxations import relaxations
from amlz.core.specs import ProjectEnvironmentSpec
from amlz.stackfile.load import from_object, load
from tests.conftest import ROOT, preview_of
from tests.core.stacks import Stack, addresses, at, built, messages_of, planned, stack
from tests.remedies.deployed import commands, guarded
from tests.reports.test_previews import case

CASE = ROOT / "tests" / "cases" / "previews" / "image-builds.yaml"
APART = {"training": "10.1.0.0/25", "endpoints": "10.1.0.128/26", "build": "10.1.0.192/28"}
COMPUTES = "Microsoft.MachineLearningServices/workspaces/computes"


def apart(**settings: Any) -> Stack:
    """Two environments: one whose builds have a subnet, one that is divided."""
    there = {"churn/prod": at("10.1.0.0/24", subnets=APART), "fraud/dev": at("10.1.1.0/24")}
    return stack(there, **({"egress": ["pythonPackages", "huggingFace"]} | settings))


def roles_of(spec: ProjectEnvironmentSpec, plan: LandingZonePlan, role: str) -> list[tuple[str, str]]:
    """The roles of one identity of an environment, with the name of what each is on."""
    identity = next(identity_spec.id for identity_spec in spec.identities if identity_spec.role == role)
    return [(r.role, r.scope.rsplit("/", 1)[-1]) for r in plan.roles() if r.principal.id == identity]


def test_builds_push_to_the_registry_and_have_no_role_on_data() -> None:
    """Only the cluster that builds images acts with that identity."""
    plan = planned(
        stack({"churn/dev": at("10.1.0.0/24", clusters={"cpu": {"size": "Standard_D4s_v5", "maxNodes": 1}})})
    )
    (spec,) = plan.environments
    assert spec.registry is not None

    acting = {cluster.name: (cluster.identity or spec.computes.identity) for cluster in spec.computes.clusters}
    assert {name: identity.rsplit("/", 1)[-1] for name, identity in acting.items()} == {
        "image-build": "id-retail-churn-dev-build",
        "cpu": "id-retail-churn-dev-compute",
    }
    assert roles_of(spec, plan, "build") == [("AcrPush", spec.registry.name)]


def test_builds_of_an_environment_that_does_not_push_only_pull() -> None:
    """From the registry that several share."""
    there = {f"{name}/dev": at(f"10.1.{n}.0/24", registry="shared") for n, name in enumerate(("churn", "fraud"))}
    plan = planned(stack(there, sharedRegistry={"writers": ["churn/dev"]}))

    result = {spec.project: [role for role, _ in roles_of(spec, plan, "build")] for spec in plan.environments}

    assert result == {"churn": ["AcrPush"], "fraud": ["AcrPull"]}


def test_the_earlier_behaviour_is_kept_by_a_setting_which_every_preview_names() -> None:
    """No identity is added, and the cluster acts as the others."""
    settings = stack({"churn/dev": at("10.1.0.0/24", imageBuild={"identity": "compute"})})
    (spec,) = planned(settings).environments

    assert [identity.role for identity in spec.identities] == ["workspace", "compute"]
    assert [cluster.identity for cluster in spec.computes.clusters] == [None, None]
    assert [r.path[-2:] for r in relaxations(from_object(settings))] == [("imageBuild", "identity")]


@pytest.mark.parametrize(
    ("builds", "settings", "top", "doubts"),
    [
        ("compute", {}, {"egress": ["pythonPackages"]}, 1),
        ("compute", {}, {"egressHosts": {"mirror": {"hosts": ["pypi.contoso.com"], "why": "mirror"}}}, 1),
        ("compute", {"isolation": {"mode": "managed", "outbound": "internet"}}, {}, 1),
        ("compute", {"isolation": {"mode": "managed", "allow": ["pypi.org"]}}, {}, 1),
        ("compute", {}, {}, 0),
        ("own", {}, {"egress": ["pythonPackages"]}, 0),
    ],
)
def test_builds_from_the_internet_with_the_identity_of_jobs_are_reported(
    builds: str, settings: Stack, top: Stack, doubts: int
) -> None:
    """At the key that ends it."""
    options = stack({"churn/dev": at("10.1.0.0/24", imageBuild={"identity": builds}, **settings)}, **top)
    notices = [
        principal_notice
        for principal_notice in principal_notices(LandingZoneConfig.model_validate(options))
        if principal_notice.finding == BUILD_READS
    ]

    assert [notice.path[-2:] for notice in notices] == [("imageBuild", "identity")] * doubts


def test_a_build_subnet_moves_no_other() -> None:
    """Neither those of its environment nor those of another."""
    divided = stack({"churn/prod": at("10.1.0.0/24"), "fraud/dev": at("10.1.1.0/24")})
    before, after = addresses(divided), addresses(apart())

    churn, fraud = EnvironmentKey("churn", "prod"), EnvironmentKey("fraud", "dev")

    def places(plan: AddressPlan, owner: EnvironmentKey) -> dict[str, str]:
        return {subnet.role: subnet.cidr for subnet in plan.block(owner).subnets}

    assert places(after, fraud) == places(before, fraud)
    assert places(after, churn) == APART
    assert "scoring" not in places(before, churn)
    assert [places(before, churn)[role] for role in ("training", "endpoints")] == [
        APART["training"],
        APART["endpoints"],
    ]


def test_the_error_without_the_other_ranges_has_those_of_the_division() -> None:
    """The printed ranges are accepted and move nothing."""
    build = {"build": "10.1.0.192/28"}
    first, second = messages_of(stack({"churn/dev": at("10.1.0.0/24", subnets=build)}))

    assert first.endswith("Add `training: 10.1.0.0/25`, or remove `subnets` to have the range divided.")
    assert second.endswith("Add `endpoints: 10.1.0.128/26`, or remove `subnets` to have the range divided.")
    assert messages_of(stack({"churn/dev": at("10.1.0.0/24", subnets=APART)})) == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"subnets": APART | {"build": "10.1.0.128/28"}}, "10.1.0.128/28 overlaps 10.1.0.128/26 of endpoints."),
        ({"subnets": APART | {"build": "10.1.1.0/28"}}, "is not inside the environment's range 10.1.0.0/24."),
        (
            {"subnets": APART | {"build": "10.1.0.192/29"}, "imageBuild": {"maxNodes": 4}},
            "5 addresses for build, with 20 % growth, do not fit: 10.1.0.192/29 has 3",
        ),
        (
            {"isolation": "managed", "subnets": {"endpoints": "10.1.0.0/25", "build": "10.1.0.192/28"}},
            "With `isolation: managed` there is no subnet for build",
        ),
    ],
)
def test_a_build_subnet_that_cannot_be_is_refused(settings: Stack, problem: str) -> None:
    """Once, with the numbers."""
    (text,) = messages_of(stack({"churn/dev": at("10.1.0.0/24", **settings)}))

    assert problem in text


def reaches(plan: LandingZonePlan, host: str) -> set[str]:
    """The subnets from which a host is reached: by their own rules, and by an application rule of the firewall."""
    assert plan.hub is not None
    opened = {
        source
        for group in built(plan.hub.firewall).groups
        for rule in group.application_rules
        for source in rule.sources
        if host in rule.hosts
    }
    values = set()
    for spoke in plan.spokes:
        let_out = {
            group.id
            for group in spoke.security_groups
            for rule in group.rules
            if (rule.direction, rule.access, rule.destinations, rule.ports)
            == ("Outbound", "Allow", ("Internet",), ("443",))
        }
        values |= {s.name for s in spoke.network.subnets if s.security_group in let_out and s.cidr in opened}
    return values


EVERYWHERE = {"snet-fraud-dev-training"}


@pytest.mark.parametrize(
    ("host", "reached_from"),
    [
        ("pypi.org", {"snet-churn-prod-build", *EVERYWHERE}),
        ("pypi.contoso.com", {"snet-churn-prod-build", *EVERYWHERE}),
        ("huggingface.co", {"snet-churn-prod-build", "snet-churn-prod-training", *EVERYWHERE}),
        ("api.contoso.com", {"snet-churn-prod-build", "snet-churn-prod-training", *EVERYWHERE}),
    ],
)
def test_only_builds_reach_hosts_of_packages_where_they_have_a_subnet(host: str, reached_from: set[str]) -> None:
    """Models and other hosts stay open to jobs, and an environment without such a subnet is as before."""
    hosts = {
        "mirror": {"hosts": ["pypi.contoso.com"], "why": "a mirror", "packages": True},
        "api": {"hosts": ["api.contoso.com"], "why": "an interface"},
    }

    assert reaches(planned(apart(egressHosts=hosts)), host) == reached_from


def test_training_reaches_no_third_party_host_where_only_packages_are_opened() -> None:
    """Its security group has no rule to the internet at all; the build subnet has one."""
    plan = planned(apart(egress=["pythonPackages", "rPackages"]))
    rules = {group.role: {r.name: r.why for r in group.rules} for group in plan.spokes[0].security_groups}

    assert "by-firewall" not in rules["churn-prod-training"]
    assert rules["churn-prod-build"]["by-firewall"].startswith("pythonPackages, rPackages: ")
    assert rules["fraud-dev-training"]["by-firewall"].startswith("pythonPackages, rPackages: ")


def test_a_preview_names_who_reaches_hosts_of_packages() -> None:
    """Image builds alone, where every environment has a subnet for them."""
    builds = stack({"churn/prod": at("10.1.0.0/24", subnets=APART)}, egress=["pythonPackages", "huggingFace"])

    assert [r.gives_up for r in relaxations(from_object(builds)) if r.path == ("egress",)] == [
        "pythonPackages: code from outside reaches image builds",
        "huggingFace: code from outside reaches every compute",
    ]
    assert [r.gives_up for r in relaxations(from_object(apart())) if r.path == ("egress",)] == [
        "pythonPackages: code from outside reaches every compute of environments without `subnets.build`",
        "huggingFace: code from outside reaches every compute",
    ]


def test_a_build_subnet_has_the_storage_policy_of_training_and_no_way_to_the_lake() -> None:
    """A package cannot send the context of a build to storage of another tenant either."""
    (spoke,) = planned(apart(dataLake={"containers": ["raw"]})).spokes
    (policy,) = spoke.endpoint_policies
    rules = {group.role: {rule.name for rule in group.rules} for group in spoke.security_groups}

    assert {s.name for s in spoke.network.subnets if s.endpoint_policy == policy.id} == {
        "snet-churn-prod-training",
        "snet-churn-prod-build",
    }
    assert ("lake" in rules["churn-prod-training"], "lake" in rules["churn-prod-build"]) == (True, False)


def test_bodies_have_the_identity_and_the_subnet() -> None:
    """And the guardrail on networks of compute targets allows both subnets."""
    graph = case(CASE).graph
    result = {
        (r.environment, r.name): (
            [item.rsplit("/", 1)[-1] for item in r.body["identity"]["userAssignedIdentities"]],
            r.body["properties"]["properties"]["subnet"]["id"].rsplit("/", 1)[-1],
        )
        for r in graph.of_type(COMPUTES)
    }
    allowed = {
        r.id.split("/")[4]: [
            item.rsplit("/", 1)[-1] for item in r.body["properties"]["parameters"]["allowedSubnetIds"]["value"]
        ]
        for r in graph.of_type("Microsoft.Authorization/policyAssignments")
        if "allowedSubnetIds" in r.body["properties"]["parameters"]
    }

    assert {name: item for name, item in result.items() if name[1] == "cpu"} == {
        (name, "cpu"): ([f"id-retail-churn-{name}-compute"], f"snet-churn-{name}-training") for name in ("dev", "prod")
    }
    assert {name: item for name, item in result.items() if name[1] != "cpu"} == {
        ("dev", "image-build"): (["id-retail-churn-dev-build"], "snet-churn-dev-training"),
        ("prod", "image-build"): (["id-retail-churn-prod-build"], "snet-churn-prod-build"),
    }
    assert allowed == {
        "rg-retail-churn-dev-westeurope": ["snet-churn-dev-training"],
        "rg-retail-churn-prod-westeurope": ["snet-churn-prod-training", "snet-churn-prod-build"],
    }


def test_the_guard_prints_how_a_deployed_cluster_gets_into_its_subnet(tmp_path: Path) -> None:
    """Its identity is updated in place; its subnet never changes, so the cluster is deleted first."""
    text = CASE.read_text(encoding="utf-8").replace("              build: 10.20.17.192/28\n", "")
    path = tmp_path / CASE.name
    path.write_text(text.replace("{maxNodes: 2}", "{maxNodes: 2, identity: compute}"), encoding="utf-8")
    file = load(str(path))
    old = preview_of(file).graph

    findings = guarded(list(old), list(case(CASE).graph), LossAllowance())

    assert [(finding.check, finding.name, finding.path) for finding in findings] == [
        ("guard/ignored-by-azure", "image-build", "properties.properties.subnet.id")
    ]
    first, *rest = commands(findings[0].remedy)
    assert first.startswith("az ml compute delete --name image-build ")
    assert rest == ["pulumi refresh", "pulumi up"]
