"""The Azure side of a mesh: one record of a caller gives it an identity, a federated credential and roles."""

from __future__ import annotations

import functools

from amlz.capabilities.mesh.spec import MeshPartSpec
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.specs import records
from amlz.mesh.model import MANAGED, pairs
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests.conftest import preview_of
from tests.mesh.samples import EXAMPLE, config_of, documents, example, landing_zone


@functools.cache
def _preview() -> Preview:
    file = load(str(EXAMPLE))
    return preview_of(file)


def _part(plan: LandingZonePlan) -> MeshPartSpec:
    (part,) = (
        part
        for environment in plan.environments
        for planned in environment.capabilities
        for part in records(planned.part.spec, MeshPartSpec)
    )
    return part


def test_roles_on_managed_endpoints_are_for_the_callers_that_the_mesh_permits() -> None:
    """The same pairs: a copy needs the role too, since it carries the token of its sender."""
    part = _part(make_plan(load(str(EXAMPLE)).config))
    names = {caller.id: caller.key for caller in part.callers}
    roles = [(names[role.principal.id], role.scope.rsplit("/", 1)[1]) for role in part.roles]

    assert part.mesh is not None
    permitted = [(caller.name, endpoint.name) for caller, endpoint in pairs(part.mesh) if endpoint.way == MANAGED]
    assert sorted(roles) == sorted(permitted)
    assert len(roles) == 9
    assert {role.role for role in part.roles} == {"Azure ML Endpoint Scorer"}


def test_permissions_at_the_egress_are_the_same_pairs() -> None:
    """Read from the rendered documents of both zones."""
    mesh = example()
    spiffe = {mesh.spiffe(caller): caller.name for caller in mesh.callers}
    rendered = [
        (spiffe[entry["spiffeID"]["value"]], entry["sni"]["value"].split(".")[5].removeprefix("fraud-prod-"))
        for zone in mesh.zones
        for item in documents(mesh, zone.name)
        if item.get("metadata", {}).get("name") == "fraud-prod-callers-egress"
        for entry in item["spec"]["rules"][0]["default"]["allow"]
    ]

    outside = [(caller.name, endpoint.name) for caller, endpoint in pairs(mesh) if endpoint.way != "kubernetes-in-mesh"]
    assert sorted(rendered) == sorted(outside)


def test_roles_are_assigned_only_where_the_stack_file_asks_and_identities_where_it_names_an_issuer() -> None:
    """Without both, nothing is built in Azure."""
    content = landing_zone()
    for zone in content["mesh"]["zones"].values():
        del zone["issuer"]
    for endpoint in content["projects"]["fraud"]["environments"]["prod"]["mesh"]["endpoints"].values():
        endpoint.pop("roles", None)

    part = _part(make_plan(config_of(content)))

    assert (part.callers, part.roles) == ((), ())


def test_a_credential_accepts_the_token_of_one_service_account() -> None:
    """To the letter, from the issuer of the caller's cluster."""
    callers = {
        caller.key: (caller.subject, caller.issuer.split("/")[2])
        for caller in _part(make_plan(load(str(EXAMPLE)).config)).callers
    }

    assert callers == {
        "checkout": ("system:serviceaccount:shop:checkout", "westeurope.oic.prod-aks.azure.com"),
        "checkout-neu": ("system:serviceaccount:shop:checkout", "northeurope.oic.prod-aks.azure.com"),
        "validator": ("system:serviceaccount:ml-validation:validator", "westeurope.oic.prod-aks.azure.com"),
    }


def test_the_preview_has_no_error_or_warning() -> None:
    """Roles wait for the workspace; credentials, identities and names are as Azure takes them."""
    findings = _preview().findings

    assert [finding for finding in findings if finding.severity.value in ("error", "warning")] == []
