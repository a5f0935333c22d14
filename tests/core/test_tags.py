"""Tags from the outside in: Azure takes names that differ in case for one."""

from __future__ import annotations

import pytest

from amlz.core.specs import ContainerRegistrySpec
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts
from tests import layers
from tests.checks.tenant import policy
from tests.conftest import previewed
from tests.core.stacks import Stack, at, built, messages_of, planned, stack


def test_a_tag_of_an_environment_replaces_the_same_tag_in_another_case() -> None:
    """Also one that every resource has: two of them would be refused."""
    settings = stack({"churn/dev": at("10.1.0.0/24", tags={"CostCentre": "3", "Environment": "mine"})})
    settings["tags"] = {"costCentre": "1", "owner": "a"}
    settings["projects"]["churn"]["tags"] = {"COSTCENTRE": "2"}

    (environment,) = planned(settings).environments

    assert environment.group.tags == {
        "organisation": "Contoso",
        "businessUnit": "retail",
        "managedBy": "pulumi",
        "project": "churn",
        "Environment": "mine",
        "CostCentre": "3",
        "owner": "a",
    }


def tags_of(settings: Stack) -> dict[str, dict[str, str]]:
    """Tags that the stack file sets, of resources at each scope."""
    plan = planned(settings)
    (environment,), (spoke,) = plan.environments, plan.spokes
    assert isinstance(environment.registry, ContainerRegistrySpec)
    tags = {
        "hub": built(plan.hub).group.tags,
        "spoke": spoke.group.tags,
        "security group": spoke.security_groups[0].tags,
        "environment": environment.group.tags,
        "registry": environment.registry.tags,
    }
    own = ("organisation", "businessUnit", "managedBy", "project", "environment")
    return {scope: {name: value for name, value in of.items() if name not in own} for scope, of in tags.items()}


def test_values_of_tags_have_the_words_of_their_resource() -> None:
    """A tag whose word a resource does not have is left out; other text in braces stays."""
    settings = stack({"churn/dev": at("10.1.0.0/24", tags={"app": "{project}-{environment}"})})
    settings["tags"] = {"app": "{businessUnit}-{region}", "team": "{project}@contoso.com", "json": '{"a": {}}'}
    settings["spokes"]["main"]["tags"] = {"team": "network"}

    shared = {"app": "retail-westeurope", "json": '{"a": {}}'}
    own = {"app": "churn-dev", "team": "churn@contoso.com", "json": '{"a": {}}'}
    network = {**shared, "team": "network"}
    assert tags_of(settings) == {
        "hub": shared,
        "spoke": network,
        "security group": network,
        "environment": own,
        "registry": own,
    }


def test_required_tags_are_those_of_every_scope() -> None:
    """Each scope that lacks one is named once; a tag in another case is the same."""
    settings = stack(requiredTags={"owner": [], "class": ["a", "b"]}, tags={"class": "a"})

    assert [problem.split("\n")[0] for problem in messages_of(settings)] == [
        "hub",
        "spokes.main",
        "projects.churn.environments.dev",
    ]

    settings["hub"]["tags"], settings["spokes"]["main"]["tags"] = {"Owner": "hub"}, {"owner": "network"}
    settings["projects"]["churn"]["tags"] = {"OWNER": "{project}"}
    assert messages_of(settings) == []

    settings["projects"]["churn"]["environments"]["dev"]["tags"] = {"Class": "c"}
    assert messages_of(settings) == [
        "projects.churn.environments.dev\n  Its resources have the value 'c' of the tag 'class'; `requiredTags` allows "
        "a or b.\n  Set an allowed value in `tags` here, or in those of the landing zone."
    ]


def test_a_value_keeps_azures_limit_with_its_words() -> None:
    """256 characters: a word can be longer than its placeholder."""
    organisation = "Contoso Forecasting of Demand and Churn"
    fits, longer = "x" * (256 - len(organisation)), "x" * (257 - len(organisation))

    messages = [
        messages_of(stack(organisation=organisation, tags={"long": f"{{organisation}}{rest}"}))
        for rest in (fits, longer)
    ]

    assert messages[0] == []
    assert {problem.split("\n")[1] for problem in messages[1]} == {
        "  The value of the tag 'long' has 257 characters with its words; allowed are 256."
    }


STACKS = layers.chosen(("minimal", "everything", "everything-existing", "data-platform", "own-naming"), ("minimal",))


@pytest.mark.parametrize("name", STACKS)
def test_a_policy_that_demands_a_tag_is_satisfied(name: str) -> None:
    """Every resource that takes tags has those of the landing zone: mode Indexed leaves out all others."""
    rule = {"if": {"field": "tags['managedBy']", "exists": "false"}, "then": {"effect": "deny"}}

    answers = verdicts(previewed(name).graph, PolicySources(library(), policy("tagged", rule), ("corp",))).answers

    words = [(answer.word, answer.subject.id) for answer in answers if answer.assignment.name == "tagged"]
    assert words
    assert [item for item in words if item[0] != "compliant"] == []
