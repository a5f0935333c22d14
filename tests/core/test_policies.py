"""Azure policies in the plan: which guardrails, with which effect and values, where; and who is exempt."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.facts.roles import PRIVILEGED
from amlz.core.problems import StackFileError
from amlz.core.specs import ExistingPolicySpec, OwnPolicySpec, PolicyAssignmentSpec
from amlz.policy.library import Entry
from tests.conftest import previewed
from tests.core.stacks import LANDING_ZONE, Stack, at, cluster, messages_of, planned, stack

GROUP = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-retail"
TLS, LOGIN, LOGS = (
    "fe83a0eb-a853-422d-aac2-1bffd182c5d0",
    "a6f9a2d0-cff7-4855-83ad-4cd750666512",
    "f59276f0-5740-4aaf-821d-45d185aa210e",
)
BOTH = {"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24")}
EXEMPT = {
    "assignment": "workspace",
    "project": "churn",
    "environment": "prod",
    "category": "Waiver",
    "reason": "Agreed with security.",
    "ticket": "ML-7",
    "expiresOn": "2027-03-31",
}


def assigned(policies: Stack, environments: Stack | None = None) -> list[PolicyAssignmentSpec]:
    """The assignments of a stack with these policies; none on the rest of the subscription by default."""
    wanted = {"subscription": "off"} | policies
    return list(planned(stack(environments or BOTH, policies=wanted)).policies.assignments)


def test_without_a_word_all_guardrails_are_on_every_environment() -> None:
    """That of networks is on spokes too."""
    pairs = [(a.name, a.scope.removeprefix(GROUP)) for a in assigned({})]

    names = ["workspace", "compute", "network", "data-and-identity", "monitoring"]
    places = ["-churn-dev-westeurope", "-churn-prod-westeurope"]
    expected = [(f"guardrails-{name}", place) for name in names for place in places]
    assert sorted(pairs) == sorted([*expected, ("guardrails-network", "-spoke-main-westeurope")])


def test_guardrails_deny_in_production_and_audit_elsewhere() -> None:
    """Deny is the default of their parameters; every one that would deny is set to audit elsewhere."""
    dev, prod = assigned({"guardrails": ["workspace"]})

    assert prod.parameters == {"networkMode": "Injected"}
    assert dev.parameters == {
        "publicAccessEffect": "Audit",
        "highBusinessImpactEffect": "Audit",
        "identityEffect": "Audit",
        "managedNetworkEffect": "Audit",
        "networkMode": "Injected",
    }


def test_guardrails_deny_in_an_environment_by_its_name() -> None:
    """Staging refuses what production refuses; what environments share follows production."""
    three = {**BOTH, "churn/staging": at("10.1.2.0/24")}
    effects = {
        assignment.scope.removeprefix(GROUP): assignment.parameters.get("publicAccessEffect", "Deny")
        for assignment in assigned({"guardrails": ["network"], "effects": {"staging": "Deny", "prod": "Audit"}}, three)
    }

    assert effects == {
        "-churn-dev-westeurope": "Audit",
        "-churn-staging-westeurope": "Deny",
        "-churn-prod-westeurope": "Audit",
        "-spoke-main-westeurope": "Deny",
    }


@pytest.mark.parametrize(
    ("settings", "effect"),
    [
        ({}, "Audit"),
        ({"subscription": "Deny"}, "Deny"),
        ({"subscription": "off"}, None),
        ({"createDefinitions": False}, None),
        ({"createDefinitions": False, "subscription": "Audit"}, "Audit"),
    ],
)
def test_the_rest_of_the_subscription_has_guardrails(settings: Stack, effect: str | None) -> None:
    """Three of them, without the resource groups that have separate assignments."""
    every = planned(stack(BOTH, policies=settings)).policies.assignments
    rest = {a.name: a for a in every if a.scope == f"/subscriptions/{LANDING_ZONE}"}

    names = [f"guardrails-{name}" for name in ("workspace", "network", "data-and-identity")]
    assert list(rest) == (names if effect else [])
    groups = tuple(f"{GROUP}-{name}-westeurope" for name in ("churn-dev", "churn-prod", "spoke-main"))
    for assignment in rest.values():
        assert assignment.not_scopes == groups
        assert assignment.parameters.get("publicAccessEffect", "Deny") == effect or assignment.name.endswith("identity")


def test_policies_that_are_fixed_to_deny_audit_on_an_audited_subscription_alone() -> None:
    """In a development environment they deny: their definitions have no parameter."""
    every = planned(stack({"churn/dev": at("10.1.0.0/24")})).policies.assignments
    softened = {a.key: [(o.effect, o.references) for o in a.overrides] for a in every if a.overrides}

    assert softened == {
        "subscription-guardrails-network": [("Audit", ("interface-public-address", "interface-forwarding"))]
    }


def test_every_assignment_describes_itself_and_names_the_owner() -> None:
    """In its request: a description, who assigned it, and whom a denied person asks."""
    assignments = previewed("dev").graph.of_type("Microsoft.Authorization/policyAssignments")

    assert assignments
    for assignment in assignments:
        properties = assignment.properties
        assert properties["description"], assignment.name
        assert properties["metadata"]["assignedBy"], assignment.name
        assert all("platform team" in row["message"] for row in properties["nonComplianceMessages"]), assignment.name
        assert properties["nonComplianceMessages"], assignment.name


def test_what_computes_may_be_follows_from_the_stack_file() -> None:
    """Sizes, nodes and idle time of the environment's own clusters, and what is allowed beyond."""
    environment = at(
        "10.1.0.0/24",
        clusters={"gpu": cluster(3, size="Standard_NC4as_T4_v3", minNodes=1, idleSeconds=1800)},
        instances={"ada": {"size": "Standard_D2s_v5", "owner": "11111111-aaaa-4bbb-8ccc-0000000000aa"}},
    )

    settings = {"guardrails": ["compute"], "allowedSizes": ["Standard_E*_v5"], "otherEffect": "Deny"}
    (assignment,) = assigned(settings, {"churn/dev": environment})

    assert assignment.parameters == {
        "allowedVmSizes": ["Standard_D2s_v5", "Standard_D4s_v5", "Standard_NC4as_T4_v3"],
        "allowedVmSizePatterns": ["Standard_E*_v5"],
        "maxNodeCount": 3,
        "highestMinNodeCount": 1,
        "maxIdleSeconds": 1800,
        "localLoginCorrection": "Disabled",
    }


def test_definitions_are_created_that_are_ours_and_used() -> None:
    """Built-ins are referred to; where another stack creates ours, none is."""
    spec = planned(stack(policies={"guardrails": ["workspace"], "subscription": "off"})).policies
    elsewhere = planned(stack(policies={"guardrails": ["workspace"], "createDefinitions": False})).policies

    above = f"/subscriptions/{LANDING_ZONE}/providers/Microsoft.Authorization"
    assert [definition.id for definition in spec.definitions] == [
        f"{above}/policyDefinitions/Deny-MachineLearning-HbiWorkspace",
        f"{above}/policyDefinitions/Deny-MachineLearning-PublicAccessWhenBehindVnet",
    ]
    assert [initiative.id for initiative in spec.initiatives] == [f"{above}/policySetDefinitions/guardrails-workspace"]
    assert (elsewhere.definitions, elsewhere.initiatives) == ((), ())
    policy_id = f"{above}/policySetDefinitions/guardrails-workspace"
    assert spec.assignments[0].policy == OwnPolicySpec(policy_id)
    assert elsewhere.assignments[0].policy == ExistingPolicySpec(policy_id)


def test_an_assignment_stands_where_it_is_asked_for() -> None:
    """At each environment, at the subscription, at the management group; definitions go to the management group."""
    policies = {
        "guardrails": [],
        "managementGroup": "contoso",
        "assignments": {
            "here": {"policy": TLS, "effects": {"prod": "Deny"}, "effect": "Audit"},
            "zone": {"policy": TLS, "scope": "landingZone", "effect": "Deny", "message": "Ask us."},
            "group": {"policy": "Deny-MachineLearning-Aks", "scope": "managementGroup", "enforce": False},
        },
    }

    spec = planned(stack(BOTH, policies=policies)).policies

    above = "/providers/Microsoft.Management/managementGroups/contoso"
    ask = "Ask the platform team of Contoso (landing zone retail) for a change or an exemption."
    aks_title = spec.assignments[-1].title
    assert [(a.name, a.scope.removeprefix(GROUP), a.parameters, a.message, a.enforced) for a in spec.assignments] == [
        ("here", "-churn-dev-westeurope", {"effect": "Audit"}, f"Storage: version of TLS. {ask}", True),
        ("here", "-churn-prod-westeurope", {"effect": "Deny"}, f"Storage: version of TLS. {ask}", True),
        ("zone", f"/subscriptions/{LANDING_ZONE}", {"effect": "Deny"}, "Ask us.", True),
        ("group", above, {}, f"{aks_title}. {ask}", False),
    ]
    aks = f"{above}/providers/Microsoft.Authorization/policyDefinitions/Deny-MachineLearning-Aks"
    assert ([d.id for d in spec.definitions], spec.assignments[-1].policy.id) == ([aks], aks)


def test_what_changes_or_deploys_gets_an_identity_with_its_roles() -> None:
    """Only the roles that the definition names, at the assignment's own scope."""
    policies = {
        "guardrails": [],
        "assignments": {
            "login": {"policy": LOGIN, "effect": "Modify"},
            "logs": {"policy": LOGS, "scope": "landingZone", "parameters": {"logAnalytics": "/x"}},
            "off": {"policy": LOGIN, "effect": "Disabled"},
        },
    }

    assignments = assigned(policies, {"churn/dev": at("10.1.0.0/24")})

    scope = f"/subscriptions/{LANDING_ZONE}"
    assert [[(r.role, r.scope, r.principal.id) for r in a.roles] for a in assignments] == [
        [("Contributor", f"{GROUP}-churn-dev-westeurope", assignments[0].id)],
        [
            ("749f88d5-cbae-40b8-bcfc-e573ddc772fa", scope, assignments[1].id),
            ("Log Analytics Contributor", scope, assignments[1].id),
        ],
        [],
    ]


@pytest.mark.parametrize("role_id", PRIVILEGED)
def test_a_policy_whose_identity_could_assign_every_role_is_refused(
    role_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, though it would be assigned in two environments; Azure reads IDs in any case."""
    named = f"/providers/Microsoft.Authorization/roleDefinitions/{role_id.upper()}"
    monkeypatch.setattr(Entry, "roles", lambda *_: (named,))
    policies = {"guardrails": [], "assignments": {"login": {"policy": LOGIN, "effect": "Modify"}}}

    with pytest.raises(StackFileError) as refused:
        planned(stack(BOTH, policies=policies))

    assert [(problem.path, problem.what, problem.remedy) for problem in refused.value.problems] == [
        (
            ("policies", "assignments", "login"),
            f"The identity of {LOGIN} needs {PRIVILEGED[role_id]}, and who has it can assign every role: a deployer "
            "may not assign it.",
            "Name a narrower role in `roleDefinitionIds` of the definition. Or remove the assignment here, and have "
            "an owner of the scope assign the policy.",
        )
    ]


def test_an_exemption_is_of_one_environment_and_ends() -> None:
    """It names the assignment at that environment."""
    policies = {"exemptions": {"later": {**EXEMPT, "policies": ["workspace-identity"]}}}

    (exemption,) = planned(stack(BOTH, policies=policies)).policies.exemptions

    scope = f"{GROUP}-churn-prod-westeurope"
    assert (exemption.scope, exemption.assignment_id, exemption.references, exemption.expires_on) == (
        scope,
        f"{scope}/providers/Microsoft.Authorization/policyAssignments/guardrails-workspace",
        ("workspace-identity",),
        "2027-03-31T00:00:00Z",
    )


WRONG: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no such policy": (
        {"assignments": {"own": {"policy": "Deny-Everything"}}},
        [
            "policies.assignments.own.policy",
            "  There is no policy 'Deny-Everything' in this repository or in custom/policies/.",
            "  `amlz policy list` names those that there are; add others to custom/policies/.",
        ],
    ),
    "no management group": (
        {"assignments": {"own": {"policy": TLS, "scope": "managementGroup"}}},
        ["policies.assignments.own.scope", "  No management group is named.", "  Set `policies.managementGroup`."],
    ),
    "an effect that the policy does not have": (
        {"assignments": {"own": {"policy": TLS, "effect": "Modify", "scope": "landingZone"}}},
        [
            "policies.assignments.own",
            "  parameters.effect: 'Modify': allowed are Audit, Deny, Disabled. Case counts.",
            f"  `amlz policy show {TLS}` lists its parameters.",
        ],
    ),
    "a parameter that must be given": (
        {"assignments": {"own": {"policy": LOGS, "scope": "landingZone"}}},
        [
            "policies.assignments.own",
            "  No value for logAnalytics, which has no default.",
            f"  `amlz policy show {LOGS}` lists its parameters.",
        ],
    ),
    "an exemption of nobody": (
        {"exemptions": {"own": {**EXEMPT, "environment": "test"}}},
        [
            "policies.exemptions.own.environment",
            "  There is no environment 'test' of 'churn'.",
            "  Environments here: churn-dev and churn-prod.",
        ],
    ),
    "an exemption from nothing": (
        {"guardrails": ["workspace"], "exemptions": {"own": {**EXEMPT, "assignment": "compute"}}},
        [
            "policies.exemptions.own.assignment",
            "  There is no assignment 'compute'.",
            "  Assignments here: guardrails-workspace.",
        ],
    ),
    "an exemption from a policy that is not in the initiative": (
        {"guardrails": ["workspace"], "exemptions": {"own": {**EXEMPT, "policies": ["sku"]}}},
        [
            "policies.exemptions.own.policies[0]",
            "  Azure Machine Learning landing zone: workspaces has no policy 'sku'.",
        ],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_assigned_is_said(case: str) -> None:
    """Where, what, and what there is instead."""
    policies, lines = WRONG[case]

    problems = messages_of(stack(BOTH, policies=policies))

    assert len(problems) == 1
    assert problems[0].splitlines()[: len(lines)] == lines
