"""Rights that a deployer may delegate: exactly the roles of the plan. The condition is evaluated as documented."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from amlz.core.delegation import condition, lock_role
from amlz.core.facts.custom_roles import CUSTOM_ROLES, custom_role_id
from amlz.core.facts.roles import LOCK_ROLE, PRIVILEGED, RBAC_ADMINISTRATOR, ROLES
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.stackfile.load import load
from tests.abac import allows
from tests.conftest import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*/Pulumi.*.yaml"))
WRITE, DELETE = (f"Microsoft.Authorization/roleAssignments/{verb}" for verb in ("write", "delete"))
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
KINDS = ("ServicePrincipal", "Group", "User", "ForeignGroup", "Device")


@cache
def planned(path: Path) -> LandingZonePlan:
    """The plan of an example."""
    return make_plan(load(path.name, path.parent).config)


def may(text: str, action: str, role_id: str, kind: str) -> bool:
    """Returns true if a deployer with this condition may assign or remove a role."""
    source = "@Request" if action == WRITE else "@Resource"
    names = {"RoleDefinitionId": role_id, "PrincipalType": kind}
    values = {f"{source}[Microsoft.Authorization/roleAssignments:{name}]": value for name, value in names.items()}
    return allows(text, action, values)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_deployer_gives_exactly_the_roles_of_the_plan(path: Path) -> None:
    """On each subscription, each role to the types of principals that get it, and no other role to anyone."""
    plan = planned(path)
    wanted = {(r.subscription, r.role_id.rsplit("/", 1)[1], r.principal.kind) for r in plan.roles()}
    rows = {row.subscription: row.condition for row in plan.deployer if row.role == RBAC_ADMINISTRATOR}
    custom = {custom_role_id(name, subscription) for name in CUSTOM_ROLES for subscription in plan.subscriptions}
    every = {*ROLES.values(), *custom, OWNER, "00000000-0000-4000-8000-000000000000", ""}

    for action in (WRITE, DELETE):
        given = {
            (subscription, role_id, kind)
            for subscription, text in rows.items()
            for role_id in every
            for kind in KINDS
            if text is None or may(text, action, role_id, kind)
        }
        assert given == wanted


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_no_deployer_can_give_itself_every_right(path: Path) -> None:
    """Neither by a role that gives roles, nor by one without its condition."""
    roles = planned(path).deployer

    assert [row.role for row in roles if row.role in {*PRIVILEGED.values()} - {RBAC_ADMINISTRATOR}] == []
    assert [row.subscription for row in roles if row.role == RBAC_ADMINISTRATOR and not row.condition] == []
    texts = [row.condition for row in roles if row.condition]
    giving = [OWNER, ROLES["User Access Administrator"], ROLES[RBAC_ADMINISTRATOR]]
    assert [(role, kind) for text in texts for role in giving for kind in KINDS if may(text, WRITE, role, kind)] == []


def test_a_condition_is_the_documented_text() -> None:
    """In one line, as `--condition` of the Azure CLI takes it; a role for each type of principal on its own."""
    roles = [*planned(ROOT / "examples" / "us-government" / "Pulumi.us-government.yaml").roles()]
    (job, people) = (
        next(r for r in roles if (r.role, r.principal.kind) == wanted)
        for wanted in (("AcrPull", "ServicePrincipal"), ("Reader", "Group"))
    )

    assert condition([job]) == (
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR ("
        "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
        "{7f951dda-4ed3-4680-a7ca-43fe172d538d} AND "
        "@Request[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase "
        "{'ServicePrincipal'})) AND "
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR ("
        "@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
        "{7f951dda-4ed3-4680-a7ca-43fe172d538d} AND "
        "@Resource[Microsoft.Authorization/roleAssignments:PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase "
        "{'ServicePrincipal'}))"
    )
    both = condition([people, job])
    assert both == condition([job, people, job])
    assert both is not None
    assert [may(both, WRITE, ROLES[role], kind) for role in ("AcrPull", "Reader") for kind in KINDS[:2]] == [
        True, False, False, True,
    ]  # fmt: skip


def test_without_role_assignments_nothing_is_delegated() -> None:
    """A condition that names no role would not be one."""
    assert condition([]) is None


@pytest.mark.parametrize("role_id", PRIVILEGED)
def test_a_role_that_gives_roles_is_never_delegated(role_id: str) -> None:
    """Its holder could assign itself every right, also under another name of the role."""
    first = next(planned(EXAMPLES[0]).roles())

    with pytest.raises(ValueError, match=f"{PRIVILEGED[role_id]} is never delegated"):
        condition([first, replace(first, role=role_id, role_id=f"/x/{role_id}")])


def test_a_role_that_only_a_policy_names_is_delegated_by_its_id() -> None:
    """Policies name roles by their ids, and some are in no table of this program."""
    first = next(planned(EXAMPLES[0]).roles())
    monitoring = "749f88d5-cbae-40b8-bcfc-e573ddc772fa"

    text = condition([replace(first, role=monitoring, role_id=f"/x/{monitoring}")])

    assert text is not None
    assert [may(text, WRITE, role_id, first.principal.kind) for role_id in (monitoring, OWNER)] == [True, False]


def test_the_role_for_locks_holds_locks_alone() -> None:
    """No rights on roles, data or resources."""
    assert lock_role(["s1", "s2"]) == {
        "Name": LOCK_ROLE,
        "IsCustom": True,
        "Description": "Creates and deletes locks, for deployers of landing zones.",
        "Actions": ["Microsoft.Authorization/locks/*"],
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": ["/subscriptions/s1", "/subscriptions/s2"],
    }
