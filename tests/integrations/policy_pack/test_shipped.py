"""The shipped stacks, sent to the pack as Pulumi's engine does: its violations are the verdicts of the preview."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from amlz.azure.graph import ResourceGraph, unknown
from amlz.checks.naming import in_words, names_of
from amlz.integrations.policy_pack.server import Analyzer
from amlz.integrations.policy_pack.stack import given, stack_of
from amlz.policy.imported import imported
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts
from amlz.reports.folding import folded_answers
from amlz.reports.policy import because, headline
from amlz.simulator.graph import resource_graph
from tests.conftest import STACKS, previewed
from tests.integrations.policy_pack.common import (
    Run,
    Violation,
    analyze_requests,
    changed,
    shipped,
    stack_request,
    violations,
)

#: The pack's text for each word of a verdict.
SAYS = {
    "deny": ("azure-policy-denied", "mandatory"),
    "error": ("azure-policy-denied", "mandatory"),
    "audit": ("azure-policy-audited", "advisory"),
    "audit-if-not-exists": ("azure-policy-audited", "advisory"),
    "undecided": ("azure-policy-undecided", "advisory"),
    "invalid": ("azure-policy-undecided", "advisory"),
}

DENIED, AUDITED = SAYS["deny"], SAYS["audit"]
#: The end of the message of every assignment of the shipped stacks.
ASK = "Ask the platform team of Contoso (landing zone retail) for a change or an exemption."
KEYS = (
    "{} guardrails-data-and-identity: Storage: no shared keys\nproperties.allowSharedKeyAccess is {}.\n"
    f"Azure Machine Learning landing zone: data and identity. {ASK}"
)
CLOSED = (
    "{} guardrails-workspace: {}\nproperties.publicNetworkAccess is 'Enabled'.\n"
    f"Azure Machine Learning landing zone: workspaces. {ASK}"
)
BOTH_SWITCHES = "Workspaces are closed to public networks, by the old switch and the new one"
ONE_SWITCH = "Workspaces: no public network access"

#: Stack, resource, input, value, and the violations in addition to those of the shipped stack.
WEAKENED: list[tuple[str, str, str, Any, list[Violation]]] = [
    (
        "prod",
        "churn-prod-storage-account",
        "allowSharedKeyAccess",
        True,
        [(*DENIED, "churn-prod-storage-account", KEYS.format("deny", "true"))],
    ),
    (
        "prod",
        "churn-dev-storage-account",
        "allowSharedKeyAccess",
        True,
        [(*AUDITED, "churn-dev-storage-account", KEYS.format("audit", "true"))],
    ),
    (
        "dev",
        "churn-dev-storage-account",
        "allowSharedKeyAccess",
        unknown("allowSharedKeyAccess, from a value made by the program"),
        [
            (
                *SAYS["undecided"],
                "churn-dev-storage-account",
                KEYS.format(
                    "undecided",
                    "known only at deployment (allowSharedKeyAccess, from a value made by the program)",
                ),
            )
        ],
    ),
    (
        "prod",
        "churn-prod-workspace-workspace",
        "publicNetworkAccess",
        "Enabled",
        [
            (*DENIED, "churn-prod-workspace-workspace", CLOSED.format("deny", BOTH_SWITCHES)),
            (*DENIED, "churn-prod-workspace-workspace", CLOSED.format("deny", ONE_SWITCH)),
        ],
    ),
]


def policy_sources() -> PolicySources:
    """The same question as to the preview, without a date."""
    return PolicySources(library(), imported())


def expected(graph: ResourceGraph) -> list[Violation]:
    """The preview's verdicts of a graph, in the words of the pack, to which resources are given by their URNs."""
    graph = replace(graph, resources=tuple(sorted(graph, key=lambda one: one.urn)))
    names = {resource.id.lower(): resource.urn.rpartition("::")[2] for resource in graph}
    result = verdicts(graph, policy_sources())
    pairs = [
        (*SAYS[answer.word], names[answer.subject.id.lower()], _sentences(answer))
        for answer in result.answers
        if answer.word in SAYS
    ]
    # The pack does not get projects and environments.
    plain = replace(graph, resources=tuple(replace(one, project=None, environment=None) for one in graph))
    open_ = [
        (
            "azure-policy-undecided",
            "advisory",
            "",
            f"{_sentences(folded.first)}\nAt {in_words(item.resource for item in folded.at)}.",
        )
        for folded in folded_answers(result.answers, names_of(plain))
        if folded.first.word == "not-judged"
    ]
    return sorted([*pairs, *open_])


def _sentences(answer: Any) -> str:
    return "\n".join(dict.fromkeys([" ".join(headline(answer).split()), *because(answer)]))


@pytest.mark.parametrize("stack", STACKS)
def test_the_graph_is_that_of_the_preview(stack: str) -> None:
    """The pack builds the same requests from the engine's data, without owner and source line."""
    registration = shipped(stack)
    seen = {request.urn: answer for request in analyze_requests(registration) if (answer := given(request))}
    providers = {one.urn: one for one in registration.resources}

    pack_stack = stack_of(stack_request(registration.resources, providers).resources, seen)

    graph = previewed(stack).graph
    plain = [replace(one, project=None, environment=None, source=None) for one in graph]
    assert pack_stack.unjudged == ()
    assert list(pack_stack.graph) == sorted(plain, key=lambda one: one.urn)
    assert pack_stack.graph.parents == graph.parents
    assert pack_stack.graph.dependencies == graph.dependencies


@pytest.mark.parametrize("stack", STACKS)
def test_violations_are_the_verdicts_of_the_preview(stack: str) -> None:
    """No more and no fewer, in the same sentences."""
    assert violations(Run(shipped(stack)), Analyzer(policy_sources)) == expected(previewed(stack).graph)


@pytest.mark.parametrize(("stack", "name", "path", "value", "actual"), WEAKENED)
def test_a_weakened_input_is_told_and_nothing_else(
    stack: str, name: str, path: str, value: Any, actual: list[Violation]
) -> None:
    """Production refuses, elsewhere it is noted, and what is not known yet is undecided: as in the preview."""
    registration = changed(shipped(stack), name, path, value)

    pairs = violations(Run(registration), Analyzer(policy_sources))

    as_shipped = expected(previewed(stack).graph)
    assert [item for item in pairs if item not in as_shipped] == actual
    assert [item for item in as_shipped if item not in pairs] == []
    assert pairs == expected(resource_graph(registration))
