"""Callers that reach an endpoint, by the rendered documents: stages, weights, copies, retries."""

from __future__ import annotations

from dataclasses import replace

from amlz.mesh.evaluation import MeshAnswer, Workload, answer
from amlz.mesh.files import documents_of
from amlz.mesh.model import BackendSpec, CallerSpec, MeshEndpointSpec, MeshSpec, Stage
from tests.mesh.samples import answered, documents, example, host

CALLER = CallerSpec("client", "shop", "client", "aks", may_score=("model",))
VALIDATOR = CallerSpec("validator", "checks", "validator", "aks", may_validate=("model",))
BOTH = (BackendSpec("blue", 90), BackendSpec("green", 10))


def small(stage: Stage, weights: tuple[BackendSpec, ...] = ()) -> MeshSpec:
    """A mesh with one model in it, two callers and one zone without a Global control plane."""
    sample = example()
    zone = replace(sample.zones[0], name="aks", global_address=None)
    model = MeshEndpointSpec("model", "kubernetes-in-mesh", stage, weights=weights)
    return replace(sample, zone="aks", zones=(zone,), callers=(CALLER, VALIDATOR), endpoints=(model,), trusted=())


def verdicts(mesh: MeshSpec) -> dict[tuple[str, str], str]:
    """The verdict for each caller and endpoint."""
    return {
        (caller.name, endpoint.name): answered(mesh, caller, endpoint).verdict
        for caller in mesh.callers
        for endpoint in mesh.endpoints
    }


def test_an_endpoint_that_is_validated_answers_its_validator_alone() -> None:
    """Kept inside the mesh until its validation completes."""
    assert verdicts(small("validating")) == {("client", "model"): "denied", ("validator", "model"): "allowed"}


def test_in_the_stage_canary_the_declared_callers_share_two_deployments() -> None:
    """By the weights of the route."""
    mesh = small("canary", BOTH)

    assert verdicts(mesh) == {("client", "model"): "allowed", ("validator", "model"): "allowed"}
    assert answered(mesh, CALLER, mesh.endpoints[0]).backends == (("model-blue", 90), ("model-green", 10))


def test_a_promoted_endpoint_answers_with_one_deployment() -> None:
    """Everything goes there."""
    mesh = small("promoted", (BackendSpec("green", 100),))

    assert answered(mesh, CALLER, mesh.endpoints[0]) == MeshAnswer(
        "allowed", "permitted", (("model-green", 100),), None, retries=2
    )


def test_one_line_sends_every_request_back_to_the_former_deployment() -> None:
    """The failover that Kuma has not: retries stay in one destination."""
    canary = small("canary", BOTH)
    back = small("promoted", (BackendSpec("blue", 100),))

    assert answered(canary, CALLER, canary.endpoints[0]).backends == (("model-blue", 90), ("model-green", 10))
    assert answered(back, CALLER, back.endpoints[0]).backends == (("model-blue", 100),)


def test_a_workload_without_a_record_is_denied_in_every_stage() -> None:
    """Another service account of the same namespace, and the same account elsewhere."""
    strangers = [Workload("aks", "shop", "other"), Workload("aks", "shop-2", "client")]

    for mesh in (small("validating"), small("canary", BOTH), small("promoted")):
        seen = [answer(documents(mesh), stranger, "model").verdict for stranger in strangers]
        assert seen == ["denied", "denied"]


def test_a_zone_of_another_trust_domain_is_denied() -> None:
    """The identity has the zone in it."""
    mesh = small("promoted")
    elsewhere = replace(mesh, zone="aks2", zones=(replace(mesh.zones[0], name="aks2"),))
    foreign = [item for item in documents_of(elsewhere, "aks2") if item.get("kind") == "MeshIdentity"]
    others = [item for item in documents(mesh) if item.get("kind") != "MeshIdentity"]

    assert answer([*foreign, *others], Workload("aks2", "shop", "client"), "model").verdict == "denied"


def test_without_an_identity_nobody_passes() -> None:
    """A mesh without MeshIdentity has no certificates."""
    rendered = [item for item in documents(small("promoted")) if item.get("kind") != "MeshIdentity"]

    assert answer(rendered, Workload("aks", "shop", "client"), "model").why == "the caller has no certificate"


def test_the_answers_of_the_example() -> None:
    """All three ways, two zones, copies, and a validator."""
    mesh = example()
    checkout, other, validator = mesh.callers

    assert {
        name: answered(mesh, checkout, endpoint).verdict for endpoint in mesh.endpoints for name in [endpoint.name]
    } == {
        "fraud-scoring": "allowed",
        "fraud-scoring-next": "allowed",
        "fraud-scoring-shadow": "denied",
        "fraud-graph": "allowed",
        "fraud-graph-shadow": "denied",
        "fraud-rules": "denied",
    }
    assert [answered(mesh, validator, endpoint).verdict for endpoint in mesh.endpoints] == ["allowed"] * 6
    assert [answered(mesh, other, endpoint).verdict for endpoint in mesh.endpoints] == ["allowed"] * 2 + ["denied"] * 4


def test_copies_go_to_the_shadow_and_the_caller_itself_does_not() -> None:
    """Its permission names the caller, whose route forwards no request of it."""
    mesh = example()
    checkout = mesh.callers[0]
    scoring, _, shadow, graph, _, _ = mesh.endpoints

    assert answered(mesh, checkout, scoring) == MeshAnswer(
        "allowed",
        "permitted",
        (("fraud-prod-fraud-scoring", 90), ("fraud-prod-fraud-scoring-next", 10)),
        ("fraud-prod-fraud-scoring-shadow", 25),
        retries=2,
    )
    assert answered(mesh, checkout, graph).copies == ("fraud-graph-shadow", 100)
    assert answered(mesh, checkout, shadow).why == "no rule of the caller's route matches: 404"


def test_no_copy_arrives_where_the_shadow_does_not_permit_the_caller() -> None:
    """Copies carry the identity of the caller: this one has no permission of the shadow."""
    mesh = example()
    permission = "fraud-prod-callers-fraud-graph-shadow"
    rendered = [item for item in documents(mesh) if item.get("metadata", {}).get("name") != permission]
    workload = Workload(mesh.zone, "shop", "checkout")

    assert answer(rendered, workload, host(mesh, mesh.endpoints[3])).copies is None
