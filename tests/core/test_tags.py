"""Tags from the outside in: Azure takes names that differ in case for one."""

from __future__ import annotations

from tests.core.stacks import at, planned, stack


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
