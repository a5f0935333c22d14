"""Promises of the stack file to its people, kept by the roles that the plan assigns."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from amlz.azure.graph import ResourceGraph
from amlz.azure.permissions import Status
from amlz.checks.identity.action_not_allowed import find
from amlz.core.permissions.actions import BY_NAME
from amlz.core.permissions.answers import Permissions
from amlz.core.permissions.promises import PROMISES, Condition, promised
from amlz.stackfile.load import load
from tests.conftest import PREVIEWED, ROOT, graph_once, previewed

PEOPLE = """access: {dataScientists: [11111111-aaaa-4bbb-8ccc-000000000002], \
mlEngineers: [11111111-aaaa-4bbb-8ccc-000000000003], computeOperators: [11111111-aaaa-4bbb-8ccc-000000000004]}"""
ASKED = "network: 10.20.16.0/25, peopleCreateComputes: true, studioDeployments: true"
CHOICES = ("create-compute", "create-compute-as-identity", "deploy-in-studio", "deploy-as-identity")


@functools.cache
def with_choices(folder: Path) -> ResourceGraph:
    """The minimal stack with three groups, in an environment that lets them create compute targets and endpoints."""
    text = (ROOT / PREVIEWED["minimal"]).read_text("utf-8").replace("network: 10.20.16.0/25", ASKED)
    stack = folder / "Pulumi.minimal.yaml"
    stack.write_text(text.replace("    projects:\n", f"    {PEOPLE}\n    projects:\n"), "utf-8")
    file = load(str(stack))
    return graph_once(file)


def choices(graph: ResourceGraph) -> dict[tuple[str, str], tuple[Status | None, tuple[str, ...]]]:
    """Answers to actions that are a choice, of people, with the custom roles that they rest on."""
    answers = Permissions(graph).answers(lambda persona: bool(persona.promised), lambda action: action.name in CHOICES)
    return {
        (answer.persona.kind, answer.action.name): (
            answer.status,
            tuple(
                dict.fromkeys(
                    ground.ruling.by.role_name
                    for ground in answer.grounds
                    if ground.ruling.by and ground.ruling.by.role and ground.ruling.by.role.custom
                )
            ),
        )
        for answer in answers
    }


def test_an_environment_that_allows_it_lets_people_create_compute_targets_and_endpoints(tmp_path: Path) -> None:
    """By the custom roles that an owner creates; operators deploy nothing, and scientists create no compute."""
    graph = with_choices(tmp_path)

    join = ("Azure ML Network User", "Azure ML Subnet User")
    studio = ("Azure ML Studio Deployer",)
    no, yes = Status.DENIED, Status.ALLOWED
    assert choices(graph) == {
        ("dataScientists", "create-compute"): (no, ()),
        ("dataScientists", "create-compute-as-identity"): (no, ()),
        ("dataScientists", "deploy-in-studio"): (yes, studio),
        ("dataScientists", "deploy-as-identity"): (no, ()),
        ("mlEngineers", "create-compute"): (yes, join),
        ("mlEngineers", "create-compute-as-identity"): (yes, join),
        ("mlEngineers", "deploy-in-studio"): (yes, studio),
        ("mlEngineers", "deploy-as-identity"): (yes, ()),
        ("computeOperators", "create-compute"): (yes, join),
        ("computeOperators", "create-compute-as-identity"): (yes, join),
        ("computeOperators", "deploy-in-studio"): (no, ()),
        ("computeOperators", "deploy-as-identity"): (no, ()),
    }
    assert list(find(graph)) == []


def test_without_that_choice_nobody_can() -> None:
    """Neither in production nor elsewhere; the managed network of a workspace has no subnet to join."""
    result = choices(previewed("prod").graph)

    assert {status for status, _ in result.values()} == {Status.DENIED}


def test_in_a_managed_network_engineers_create_compute_targets_without_an_identity() -> None:
    """There is no subnet to join, and Azure's role lets them write compute targets."""
    answers = Permissions(previewed("recommended-managed").graph).answers(
        lambda persona: (persona.kind, persona.environment) == ("mlEngineers", "dev"),
        lambda action: action.name.startswith("create-compute"),
    )

    assert [(answer.action.name, answer.status) for answer in answers] == [
        ("create-compute", Status.ALLOWED),
        ("create-compute-as-identity", Status.DENIED),
    ]


@pytest.mark.parametrize("stack", ["dev", "prod", "everything"])
def test_shipped_stacks_keep_their_promises(stack: str) -> None:
    """Every promised action of every persona is allowed, or unknown."""
    assert [finding.message for finding in find(previewed(stack).graph)] == []


def test_promises_name_actions_and_depend_on_the_environment() -> None:
    """An action that is promised exists, and is one of people."""
    assert {name for row in PROMISES for name in row.actions} <= {
        name for name, action in BY_NAME.items() if not action.identities
    }
    production: tuple[Condition, ...] = ("production",)
    assert promised("computeOperators", production) == ("start-stop-compute",)
    assert promised("mlEngineers", production) == (
        "see-workspace",
        "read-logs",
        "read-data",
        "view-data-in-studio",
    )
    assert promised("nobody", production) == ()
