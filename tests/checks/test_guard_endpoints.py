"""The guard on online endpoints: identities and roles that running deployments need, and updates that reset traffic."""

from __future__ import annotations

from functools import cache

from amlz.app.preview import graph_of
from amlz.azure.graph import Resource
from amlz.checks.guard.change import ExistingResource, LossAllowance, ResourceChanges, edit_of
from amlz.checks.guard.destructive import guard
from amlz.checks.guard.endpoints import DELETED, LOSES, UPDATED
from amlz.checks.guard.production import guarded
from amlz.core.plan import make_plan
from amlz.stackfile.load import load
from tests.conftest import ROOT

ENDPOINT = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints"
IDENTITY, ROLE = (
    "fraud-prod-identities-endpoint-explain",
    "fraud-prod-vault-vault-key-vault-secrets-user-endpoint-explain",
)


@cache
def whole() -> tuple[Resource, ...]:
    """The resources of the example."""
    file = load(str(ROOT / "examples" / "serving" / "Pulumi.serving.yaml"))
    return graph_of(file, make_plan(file.config)).resources


def without(*names: str) -> tuple[Resource, ...]:
    """Those that have none of these names in the program."""
    return tuple(resource for resource in whole() if resource.urn.rpartition("::")[2] not in names)


def warnings(old: tuple[Resource, ...], new: tuple[Resource, ...]) -> dict[str, str]:
    """Messages by the name of the resource in the program."""
    findings = guard(edit_of(old, new), LossAllowance())
    return {finding.urn.rpartition("::")[2]: finding.message for finding in findings if finding.check == LOSES.id}


def test_an_identity_and_each_role_of_it_are_reported() -> None:
    """The endpoint is named. A role of another principal is none of it."""
    gone = (IDENTITY, ROLE, "fraud-prod-storage-storage-storage-blob-data-contributor-computeIdentity")
    lost = "Deployments of online endpoint explain run with it: a healthy one fails when Azure replaces its machines."

    assert warnings(whole(), without(*gone)) == {
        IDENTITY: f"id-retail-fraud-prod-endpoint-explain would be deleted. {lost}",
        ROLE: f"Key Vault Secrets User for endpointsWithSecrets on {_vault()} would be deleted. {lost}",
    }


def _vault() -> str:
    return next(resource.name for resource in whole() if resource.urn.endswith("::fraud-prod-vault-vault"))


def test_a_reverted_change_ends_the_warning() -> None:
    """A whole environment may go: its endpoints go with it."""
    kept = tuple(resource for resource in whole() if resource.environment != "prod")

    assert warnings(without(ROLE), whole()) == {}
    assert warnings(whole(), whole()) == {}
    assert warnings(whole(), kept) == {}


def test_only_a_plan_of_the_engine_updates_an_endpoint() -> None:
    """A comparison of revisions shows changes that Pulumi ignores; a plan with the present traffic has none."""
    endpoint = ExistingResource("urn:pulumi:s::p::t::scoring", ENDPOINT, "", "scoring-dev-abcde", "fraud", "dev")

    def reported(edit: ResourceChanges) -> list[tuple[str, str]]:
        return [(finding.check, finding.name) for finding in guard(edit, LossAllowance())]

    assert reported(ResourceChanges(updated=((endpoint, ()),), of_state=True)) == [(UPDATED.id, "scoring-dev-abcde")]
    assert reported(ResourceChanges(updated=((endpoint, ()),))) == []
    assert reported(ResourceChanges(of_state=True)) == []


def test_a_deleted_endpoint_is_an_error_unless_its_environment_goes() -> None:
    """Reverted, there is no finding. The remedy names the URN, which the state forgets."""
    name = "fraud-dev-serving-scoring-endpoint"
    (urn,) = (resource.urn for resource in whole() if resource.urn.endswith(f"::{name}"))
    kept = tuple(resource for resource in whole() if resource.environment != "dev")

    (finding,) = (item for item in guard(edit_of(whole(), without(name)), LossAllowance()) if item.check == DELETED.id)

    assert urn in finding.remedy
    assert [item for item in guard(edit_of(whole(), kept), LossAllowance()) if item.check == DELETED.id] == []


def test_a_protected_endpoint_makes_no_environment_production() -> None:
    """An environment that only tries models has it, too."""
    findings = guarded(edit_of(whole(), without("fraud-dev-serving-scoring-diagnostics")), LossAllowance())

    assert [finding.check for finding in findings if finding.environment == "dev"] == []
