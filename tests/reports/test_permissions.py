"""`amlz can`: whole answers of shipped stacks, and one answer with its reasons in each form."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.graph import Persona, ResourceGraph
from amlz.core.permissions.answers import Permissions
from amlz.core.permissions.asked import PermissionQuestion
from amlz.core.permissions.personas import ENDPOINT, KINDS
from amlz.reports import permission_counts, permissions
from tests.checks.common import graph_of
from tests.conftest import ROOT, previewed

CASES = Path(__file__).parent.parent / "cases" / "permissions"
GROUP = "/subscriptions/a0a0a0a0-1111-4222-8333-444455556666/resourceGroups/rg"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
READERS = "11111111-aaaa-4bbb-8ccc-000000000001"
OTHERS = "11111111-aaaa-4bbb-8ccc-000000000002"


def small(
    *assignments: dict[str, Any], principals: tuple[str, ...] = (READERS,), kind: str = "readers"
) -> ResourceGraph:
    """A workspace and its store, role assignments, and one persona."""
    parts = {
        "storageAccount": STORE,
        "containerRegistry": f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/cr",
    }
    workspace = {
        "type": "Microsoft.MachineLearningServices/workspaces",
        "id": WORKSPACE,
        "project": "churn",
        "environment": "dev",
        "body": {"properties": parts},
    }
    graph = graph_of([workspace, *assignments])
    return replace(graph, personas=(Persona(kind, principals, "churn", "dev"),))


def assigned(role: str, scope: str = WORKSPACE, principal: str = READERS, **more: Any) -> dict[str, Any]:
    """A role assignment as the plan sends it."""
    kind = "Microsoft.Authorization/roleAssignments"
    properties = {"principalId": principal, "roleDefinitionId": f"{GROUP}/roleDefinitions/{role}", **more}
    return {"type": kind, "id": f"{scope}/providers/{kind}/{role}-{principal}", "body": {"properties": properties}}


READER, SCIENTIST = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "f6c7c914-8db3-469d-8ca1-694a8f32e121"


def answers_of(graph: ResourceGraph, action: str) -> list[tuple[str | None, tuple[str, ...]]]:
    """The answers to one action, with their principals."""
    answers = Permissions(graph).answers(action=lambda documented_action: documented_action.name == action)
    return [(answer.status.value if answer.status else None, answer.principals) for answer in answers]


@pytest.mark.parametrize("stack", ["dev", "prod", "everything"])
def test_the_matrix_of_a_stack_is_that_of_its_case(stack: str) -> None:
    """Every persona and action of every environment. A case is changed by hand, row by row, with a reason."""
    assert permissions.as_text(previewed(stack).graph, PermissionQuestion()) == (CASES / f"{stack}.txt").read_text(
        "utf-8"
    )


def test_an_identity_without_a_persona_is_of_a_kind_that_every_answer_names() -> None:
    """Of all identities that the plan builds."""
    graph = previewed("everything").graph
    principals = {principal.lower() for persona in graph.personas for principal in persona.principals}

    identities = graph.of_type("Microsoft.ManagedIdentity/userAssignedIdentities")

    left_out = [identity.name for identity in identities if identity.id.lower() not in principals]
    kinds = ("lake-encryption", "operations", "aks", "aks-nodes", "databricks", "factory", "mesh")
    assert "id-every-operations" in left_out
    assert [name for name in left_out if not any(kind in name for kind in kinds)] == []


def test_personas_that_do_not_fit_into_80_columns_follow_below() -> None:
    """One environment can have seventeen."""
    principals = [f"11111111-aaaa-4bbb-8ccc-0000000000{number:02}" for number in range(len(KINDS))]
    people = tuple(Persona(kind, (one,), "churn", "dev") for kind, one in zip(KINDS, principals, strict=True))
    graph = replace(small(assigned(SCIENTIST, principal=principals[-2])), personas=people)

    lines = permissions.as_text(graph, PermissionQuestion(action="call-endpoint")).splitlines()

    assert max(map(len, lines)) <= 80
    assert [line.split() for line in lines[1 + len(KINDS) :][:4]] == [
        [str(number) for number in range(1, 13)],
        ["call-endpoint", *["no"] * 12],
        ["13", "14", "15", "16", "17"],
        ["call-endpoint", "no", "no", "no", "yes", "no"],
    ]


def test_a_denied_action_names_what_is_missing_and_what_would_give_it() -> None:
    """The role that another principal has, and nothing that allows everything."""
    graph = small(assigned(READER, GROUP), assigned(SCIENTIST, principal=OTHERS))

    assert permissions.as_text(graph, PermissionQuestion("readers", "call-endpoint")).split("\n\n")[0] == (
        "churn dev, readers: call-endpoint: not allowed\n"
        "  To call a managed online endpoint with a token of Microsoft Entra.\n"
        f"  principals {READERS}\n"
        "  missing on ML workspace mlw\n"
        "    Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action\n"
        "      Roles of this stack that give it: AzureML Data Scientist.\n"
        "  source https://learn.microsoft.com/azure/machine-learning/concept-endpoints-online-auth\n"
        "         (2023-12-15)"
    )


def test_an_allowed_action_names_the_assignment_and_where_it_is_inherited_from() -> None:
    """By role and scope."""
    text = permissions.as_text(small(assigned(READER, GROUP)), PermissionQuestion("readers", "see-workspace"))

    assert "  by Reader on ML workspace mlw, inherited from resource group rg\n" in text


def test_principals_with_other_rights_are_answered_apart() -> None:
    """Two groups of one persona, of which one has the role."""
    graph = small(assigned(SCIENTIST), principals=(READERS, OTHERS))

    assert answers_of(graph, "call-endpoint") == [("allowed", (READERS,)), ("not allowed", (OTHERS,))]


def test_a_condition_and_an_unknown_role_are_no_permission() -> None:
    """Neither is a denial: nobody evaluated the condition, or knows the role."""
    unknown = assigned("00000000-aaaa-4bbb-8ccc-000000000000")

    assert [answers_of(small(item), "call-endpoint") for item in (assigned(SCIENTIST, condition="(…)"), unknown)] == [
        [("conditional", (READERS,))],
        [("cannot tell", (READERS,))],
    ]


def test_a_custom_role_of_the_plan_counts_with_its_own_actions() -> None:
    """By the GUID of its definition."""
    role = "00000000-aaaa-4bbb-8ccc-00000000000c"
    kind = "Microsoft.Authorization/roleDefinitions"
    rights = {"actions": ["Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"]}
    body = {"properties": {"roleName": "Callers", "permissions": [rights]}}
    defined = {"type": kind, "id": f"{GROUP}/providers/{kind}/{role}", "body": body}

    assert answers_of(small(defined, assigned(role)), "call-endpoint") == [("allowed", (READERS,))]


def test_an_endpoint_has_the_roles_that_azure_gives_it() -> None:
    """None of them is in the plan. Pages of Microsoft differ about writing blobs."""
    graph = small(kind=ENDPOINT, principals=(f"{WORKSPACE}/onlineEndpoints/-",))

    names = ("pull-image", "read-data", "write-data", "write-metrics", "push-image")
    assert [answers_of(graph, name)[0][0] for name in names] == [
        "allowed",
        "allowed",
        "cannot tell",
        "allowed",
        "not allowed",
    ]
    text = permissions.as_text(graph, PermissionQuestion(ENDPOINT, "pull-image"))

    assert "allowed" in text.splitlines()[0]
    assert "given by Azure to a system-assigned identity" in " ".join(text.split())


def test_logs_of_an_existing_log_cannot_be_told() -> None:
    """The plan does not have its accepted permissions on the resource; without any there is nothing to ask."""
    assert answers_of(small(assigned(READER)), "read-logs") == [("cannot tell", (READERS,))]
    assert answers_of(small(), "read-logs") == [("not allowed", (READERS,))]


def test_an_identity_that_is_built_has_its_assignments_by_their_dependency() -> None:
    """Its object ID is known only at deployment. An assignment on an identity is not one to it."""
    identity = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-compute"
    built = {"type": "Microsoft.ManagedIdentity/userAssignedIdentities", "id": identity}
    unknown = {"$unknown": "principalId"}
    to_it = assigned(SCIENTIST) | {"dependsOn": [identity]}
    to_it["body"]["properties"]["principalId"] = unknown
    on_it = assigned(READER, identity) | {"dependsOn": [identity]}
    graph = small(built, to_it, on_it, principals=(identity,), kind="computeIdentity")

    assert answers_of(graph, "call-endpoint") == [("allowed", (identity,))]


def test_json_has_every_permission_with_its_assignment_and_source() -> None:
    """For programs."""
    report = json.loads(
        permissions.as_json("x", small(assigned(READER, GROUP)), PermissionQuestion("readers", "build-image"))
    )

    page = "https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles"
    common = {"dataAction": False, "on": WORKSPACE, "source": page, "date": "2026-01-08", "inferred": None}
    name = "Microsoft.MachineLearningServices/workspaces/environments"
    missing = {**common, "answer": "not allowed", "by": None, "rolesThatGive": []}
    assert report["answers"] == [
        {
            "persona": "readers",
            "principals": [READERS],
            "project": "churn",
            "environment": "dev",
            "action": "build-image",
            "on": None,
            "answer": "not allowed",
            "because": None,
            "permissions": [
                {"permission": f"{name}/write", **missing},
                {"permission": f"{name}/build/action", **missing},
            ],
        }
    ]


def test_markdown_is_a_table_with_a_row_for_each_action() -> None:
    """Only actions that are possible on something."""
    text = permissions.as_markdown(small(assigned(READER, GROUP)), PermissionQuestion(action="see-workspace"))

    assert text.split("\n\nyes: ")[0] == (
        "**churn dev**\n\n| action | readers |\n| --- | --- |\n| `see-workspace` | yes |"
    )


def test_a_persona_that_nobody_has_is_reported() -> None:
    """Not as an empty answer."""
    text = permissions.as_text(small(), PermissionQuestion("pipelines"))

    sentence = "The stack file names no principal for pipelines there, or the action is none of theirs."
    assert " ".join(text.split("\n\n")[0].split()) == sentence


def test_previews_count_allowed_actions_and_name_them_for_programs() -> None:
    """Of the possible ones: an endpoint has no answer for an absent data lake."""
    graph = small(assigned(READER, GROUP))
    answers = tuple(Permissions(graph).answers())

    assert permission_counts.text(answers) == (
        "Allowed actions, of those that are possible (amlz can names them)\n"
        "  1  churn dev\n"
        "                        1\n"
        "  readers               2/19"
    )
    (record,) = permission_counts.records(answers)
    assert (record["allowed"], record["cannotTell"], record["conditional"], record["differs"]) == (
        ["see-workspace", "see-resources"],
        ["read-logs"],
        [],
        [],
    )
    assert len(record["notAllowed"]) == 16
    assert permission_counts.text(()) == ""


def test_the_page_names_every_key_of_the_json() -> None:
    """Of an answer and of a permission."""
    page = (ROOT / "docs" / "reference" / "can.md").read_text("utf-8")
    question = PermissionQuestion("readers", "build-image")
    (answer,) = json.loads(permissions.as_json("x", small(assigned(READER, GROUP)), question))["answers"]

    keys = {*answer, *answer["permissions"][0]}
    assert keys - set(re.findall(r"`(\w+)`", page)) == set()
