"""Identities of pipelines as the program builds them: in which order, with what ids to hand on."""

from __future__ import annotations

import json
from pathlib import Path

from amlz.app.preview import PROGRAM, PROJECT
from amlz.azure.graph import Resource
from amlz.simulator.monitor import Program, Registration
from amlz.stackfile.load import load
from tests.conftest import ROOT, registered_once
from tests.reports.test_previews import case

CASE = ROOT / "tests" / "cases" / "previews" / "pipeline-identities.yaml"
IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"


def registered(path: Path) -> Registration:
    """Registrations of the program for a stack file."""
    file = load(str(path))
    return registered_once(Program(main=PROGRAM, project=PROJECT, stack=file.stack, config=file.pulumi_config))


def test_credentials_of_one_identity_wait_for_each_other() -> None:
    """In the order of the stack file; each waits for its identity."""
    graph = case(CASE).graph
    by_urn = {resource.urn: resource for resource in graph}

    def waits(credential: Resource) -> list[str]:
        kinds = (IDENTITY, f"{IDENTITY}/federatedIdentityCredentials")
        return sorted(by_urn[urn].name for urn in credential.depends_on if by_urn[urn].arm_type in kinds)

    credentials = graph.of_type(f"{IDENTITY}/federatedIdentityCredentials")

    assert {f"{c.project}, {c.environment}: {c.body['properties']['subject']}": waits(c) for c in credentials} == {
        "churn, dev: repo:contoso/churn:environment:dev": ["id-retail-churn-dev-github"],
        "churn, dev: repo:contoso@123456/churn@456789:ref:refs/heads/main": [
            "environment-dev-ewwaw",
            "id-retail-churn-dev-github",
        ],
        "churn, prod: sc://contoso/ml platform/churn-prod": ["id-retail-churn-prod-azure-devops"],
        "churn, prod: /eid1/c/pub/t/DA0ODxERIkKDM0REVVVmZg/a/xNzhDGXlfUiMdTnp7BmBPw/sc/"
        "7d0d8a3e-2222-4333-8444-555566667777/11111111-aaaa-4bbb-8ccc-000000000042": [
            "connection-churn-prod-gjmpt",
            "id-retail-churn-prod-azure-devops",
        ],
        "fraud, dev: repo:contoso/fraud:pull_request": ["id-retail-fraud-dev-github"],
    }


def test_roles_of_a_pipeline_are_given_to_its_identity() -> None:
    """By its principal, which only the deployment knows: two roles an identity."""
    graph = case(CASE).graph
    named = {r.urn: r.name for r in graph.of_type(IDENTITY) if r.name.endswith(("-github", "-azure-devops"))}

    given = sorted(
        (named[urn], role.body["properties"]["description"])
        for role in graph.of_type("Microsoft.Authorization/roleAssignments")
        for urn in role.depends_on
        if urn in named
    )

    assert given == [
        (name, why)
        for name in ("id-retail-churn-dev-github", "id-retail-churn-prod-azure-devops", "id-retail-fraud-dev-github")
        for why in (
            "pipelines: training and deploying, the only way into production",
            "pipelines: uploading code and data",
        )
    ]


def test_the_stack_hands_on_the_client_id_of_each_identity() -> None:
    """By environment and kind; known at deployment."""
    handed = registered(CASE).outputs["pipelineClientIds"]

    assert {key: list(kinds) for key, kinds in handed.items()} == {
        "churn-dev": ["github"],
        "churn-prod": ["azureDevOps"],
        "fraud-dev": ["github"],
    }
    assert all("$unknown" in json.dumps(kinds) for kinds in handed.values())


def test_an_issuer_that_ends_is_found() -> None:
    """Of the connection that still has tokens of Azure DevOps' own issuer, and no other."""
    pairs = [(f.name, f.severity.value) for f in case(CASE).findings if f.check == "identity/issuer-retires"]

    assert pairs == [("connection-churn-prod-gjmpt", "warning")]
