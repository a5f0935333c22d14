"""Answers of the guardrails to the shipped stacks, by name; a weaker component is found."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from amlz.azure.graph import ResourceGraph
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts
from tests.conftest import STACKS, previewed
from tests.program_copy import preview_of_changed

#: By stack: the number of assignments, three of them on the rest of the subscription, and each answer that is not
#: `compliant`.
EXPECTED = {
    "minimal": (9, {("not-judged", "instance-system-image"): 2}),
    "dev": (14, {("not-judged", "instance-system-image"): 5}),
    "recommended": (19, {("not-judged", "instance-system-image"): 7}),
    "existing-hub": (14, {("not-judged", "instance-system-image"): 4}),
    "us-government": (12, {}),
    "hub": (6, {}),
    "landing-zone": (14, {("not-judged", "instance-system-image"): 4}),
    "prod": (52, {("not-judged", "instance-system-image"): 32}),
}


@pytest.mark.parametrize("stack", STACKS)
def test_the_guardrails_let_the_shipped_stacks_pass(stack: str) -> None:
    """Nothing is refused or reported; policies that read values that only Azure sets are not evaluated."""
    result = previewed(stack).verdicts

    others = Counter((a.word, a.policy.reference) for a in result.answers if a.policy and a.word != "compliant")
    assert (len(result.assignments), dict(others)) == EXPECTED[stack]
    assert result.denied == ()


def test_every_member_of_the_guardrails_looks_at_something() -> None:
    """Or is turned off, or looks at what a landing zone does not build: those are listed here."""
    result = previewed("prod").verdicts
    wanted = {answer.policy.reference for answer in result.answers if answer.policy}
    members = {policy.reference for assignment in result.assignments for policy in assignment.policies}

    assert members - wanted == {
        # turned off: docs/policies has the reason
        "compute-local-login-off",
        "insights-public-access",
        "job-registries",
        "log-analytics-public-access",
        "registry-arm-tokens",
        "registry-customer-managed-key",
        "storage-customer-managed-key",
        "storage-sas-policy",
        "workspace-customer-managed-key",
        "workspace-diagnostic-setting",
        "workspace-managed-network",
        # types that the landing zone does not build, or that Azure makes
        "deployment-egress",
        "endpoint-keys",
        "endpoint-public-access",
        "interface-forwarding",
        "interface-public-address",
        "registry-scoped-tokens",
        "workspace-private-endpoints",
        # evaluated by the key vault itself
        "vault-key-expiry",
    }


#: Policies that an example assigns on its own: how many resources each evaluates.
ASSIGNED = {
    "data-platform": {
        "dbx-access": 2, "dbx-addresses": 2, "dbx-network": 2, "dbx-tier": 2,
        "factory-access": 2, "synapse-access": 1, "synapse-network": 1, "synapse-egress": 1, "synapse-entra": 1,
    },
    "hub": {"models-access": 1},
    "kubernetes": {"aks-api-server": 1, "aks-accounts": 1, "aks-add-on": 1, "aks-identities": 1, "aks-defender": 1},
}  # fmt: skip


@pytest.mark.parametrize("stack", ASSIGNED)
def test_resources_meet_the_policies_that_their_example_assigns(stack: str) -> None:
    """Each policy evaluates every resource of its type in the example, and all comply."""
    answers = [answer for answer in previewed(stack).verdicts.answers if answer.assignment.name in ASSIGNED[stack]]

    assert {answer.word for answer in answers} == {"compliant"}
    assert Counter(answer.assignment.name for answer in answers) == ASSIGNED[stack]


def test_a_resource_of_unknown_id_is_in_no_known_scope() -> None:
    """It is undecided whether an assignment evaluates it, and never taken for a no."""
    graph = previewed("minimal").graph
    changed = [replace(r, id="") if r.arm_type == "Microsoft.KeyVault/vaults" else r for r in graph]

    result = verdicts(ResourceGraph(tuple(changed)), PolicySources(library()))

    pairs = {(a.word, a.why) for a in result.answers if a.subject.type == "microsoft.keyvault/vaults"}
    assert pairs == {("undecided", "whether the assignment selects it is known only at deployment")}


WEAKER = [
    # component, the present text, its replacement, the denies that appear in production
    (
        "storage.py",
        "allow_blob_public_access=False",
        "allow_blob_public_access=True",
        {"storage-public-blobs"},
    ),
    (
        "storage.py",
        "public_network_access=storage.PublicNetworkAccess.DISABLED",
        "public_network_access=storage.PublicNetworkAccess.ENABLED",
        {"storage-public-access"},
    ),
    ("key_vault.py", "enable_purge_protection=True", "enable_purge_protection=None", {"vault-purge-protection"}),
    (
        "workspace.py",
        "hbi_workspace=args.high_business_impact",
        "hbi_workspace=None",
        {"workspace-high-business-impact"},
    ),
    ("container_registry.py", "admin_user_enabled=False", "admin_user_enabled=True", {"registry-admin-user"}),
    ("computes.py", "disable_local_auth=True", "disable_local_auth=False", {"compute-local-login"}),
]


@pytest.mark.parametrize(("file", "right", "wrong", "denied"), WEAKER, ids=[f"{row[0]}: {row[2]}" for row in WEAKER])
def test_a_weaker_component_is_denied_in_production_and_audited_elsewhere(
    tmp_path: Path, file: str, right: str, wrong: str, denied: set[str]
) -> None:
    """Exactly by the named policies, and the exit code is 1."""
    ran = preview_of_changed(tmp_path, file, (right, wrong), "recommended", "--format", "json")

    verdicts = json.loads(ran.stdout)["verdicts"]
    production = {v["reference"] for v in verdicts if v["verdict"] == "deny" and "-prod-" in v["assignment"]}
    elsewhere = {v["reference"] for v in verdicts if v["verdict"] == "audit" and "-dev-" in v["assignment"]}
    others = {v["verdict"] for v in verdicts if v["reference"] not in denied}
    assert (ran.returncode, production, elsewhere) == (1, denied, denied)
    assert others <= {"compliant", "not-judged"}
