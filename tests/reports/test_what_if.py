"""The template for `az deployment … what-if`, read by the rules of Azure's documentation on templates."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from amlz.reports.formats.as_what_if import PLACEHOLDERS
from tests.conftest import ROOT, in_format, previewed
from tests.layers import chosen

_NAME = re.compile(r"[-\w._()]{1,64}")
_USED = re.compile(r"(?<!\[)\[parameters\(\'(\w+)\'\)\]")
STACKS = chosen(("minimal", "dev", "prod", "everything", "two-subscriptions"), fast=("minimal", "everything"))


def template_of(stack: str) -> tuple[dict[str, Any], str]:
    """Returns the template of a stack, and its text."""
    text = in_format("what-if", previewed(stack))
    return json.loads(text), text


def inner(template: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Returns each nested deployment with its template."""
    return [(one, one["properties"]["template"]) for one in template["resources"]]


@pytest.mark.parametrize("stack", STACKS)
def test_a_template_has_what_azure_requires_and_stays_in_its_limits(stack: str) -> None:
    """At most 4 MB, 800 resources and 256 parameters in a template; parameters are declared where they are used."""
    template, text = template_of(stack)
    templates = [template, *(one for _, one in inner(template))]

    assert len(text) < 4_000_000
    assert "$unknown" not in text
    for one in templates:
        assert one["$schema"].startswith("https://schema.management.azure.com/schemas/")
        assert one["contentVersion"] == "1.0.0.0"
        assert (len(one["resources"]) <= 800, len(one["parameters"]) <= 256) == (True, True)
        assert all(isinstance(resource.get("apiVersion"), str) for resource in one["resources"])
    for deployment, one in inner(template):
        used = set(_USED.findall(json.dumps(one["resources"])))
        given = {name: value["value"] for name, value in deployment["properties"]["parameters"].items()}
        assert used == set(one["parameters"]) == set(given)
        assert given == {name: f"[parameters('{name}')]" for name in used}
        assert used <= set(template["parameters"])
        assert deployment["properties"]["expressionEvaluationOptions"] == {"scope": "inner"}


@pytest.mark.parametrize("stack", STACKS)
def test_every_resource_of_the_plan_is_in_the_deployment_of_its_scope(stack: str) -> None:
    """Its id follows from where it is, its type and its name; dependencies are in the same template."""
    template, _ = template_of(stack)
    ids: list[str] = []
    for deployment, one in inner(template):
        own = [_id(deployment, resource) for resource in one["resources"]]
        assert {other for resource in one["resources"] for other in resource["dependsOn"]} <= set(own)
        ids += own

    assert sorted(ids) == sorted(resource.id for resource in previewed(stack).graph)


def _id(deployment: dict[str, Any], resource: dict[str, Any]) -> str:
    """Returns the id that a resource gets in a nested deployment."""
    namespace, *kinds = resource["type"].split("/")
    names = resource["name"].split("/")
    assert len(kinds) == len(names)
    path = "/".join(part for pair in zip(kinds, names, strict=True) for part in pair)
    if resource["type"] == "Microsoft.Resources/resourceGroups":
        return f"/subscriptions/{deployment['subscriptionId']}/resourceGroups/{names[0]}"
    at = resource.get("scope") or _scope(deployment)
    return f"{at}/providers/{namespace}/{path}"


def _scope(deployment: dict[str, Any]) -> str:
    if "scope" in deployment:
        return f"/providers/{deployment['scope']}"
    group = f"/resourceGroups/{deployment['resourceGroup']}" if "resourceGroup" in deployment else ""
    return f"/subscriptions/{deployment['subscriptionId']}{group}"


@pytest.mark.parametrize(
    ("stack", "schema"),
    [
        ("minimal", "2018-05-01/subscriptionDeploymentTemplate.json#"),
        ("everything", "2019-08-01/managementGroupDeploymentTemplate.json#"),
    ],
)
def test_nested_deployments_have_a_scope_that_their_parent_may_deploy_to(stack: str, schema: str) -> None:
    """A resource group after its subscription; anything else with a region. Names are unique and valid."""
    template, _ = template_of(stack)
    deployments = [one for one, _ in inner(template)]
    names = [one["name"] for one in deployments]

    assert template["$schema"].endswith(schema)
    assert len(set(names)) == len(names)
    assert all(_NAME.fullmatch(name) for name in names)
    for one in deployments:
        in_group = "resourceGroup" in one
        assert ("location" in one) is not in_group
        assert set(one.get("dependsOn", ())) <= set(names)
        expected = "deploymentTemplate" if in_group else "eploymentTemplate"
        assert expected in one["properties"]["template"]["$schema"]
        assert ("scope" in one) is (schema.startswith("2019") and "subscriptionId" not in one)


@pytest.mark.parametrize("stack", STACKS)
def test_every_parameter_is_named_on_the_page_and_has_a_default_of_its_kind(stack: str) -> None:
    """The placeholder of a property that is not in the table would be refused by Azure."""
    page = (ROOT / "docs" / "how-to" / "what-if.md").read_text(encoding="utf-8")
    for name, parameter in template_of(stack)[0]["parameters"].items():
        key = name.partition("_from_")[0]
        assert parameter["defaultValue"] == PLACEHOLDERS[key]
        assert f"`{key}_from_…`" in page
        assert parameter["metadata"]["description"].startswith("Only Azure knows it: ")
