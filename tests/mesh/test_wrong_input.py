"""Mistakes in the keys of a mesh: where, the reason, and the remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from amlz.capabilities.mesh.check import check_mesh
from tests.cli.in_process import amlz_here
from tests.mesh.samples import EXAMPLE, config_of, landing_zone

Part = dict[str, Any]


def _endpoint(name: str, **keys: Any) -> Callable[[Part, Part], None]:
    return lambda _top, mesh: mesh["endpoints"][name].update(keys)


def _caller(name: str, **keys: Any) -> Callable[[Part, Part], None]:
    return lambda _top, mesh: mesh["callers"][name].update(keys)


def _version(top: Part, _mesh: Part) -> None:
    top["mesh"]["version"] = "2.14"


def _no_landing_zone(top: Part, _mesh: Part) -> None:
    del top["mesh"]


def _no_front_end(top: Part, _mesh: Part) -> None:
    del top["mesh"]["frontEnd"]


def _no_issuer(top: Part, _mesh: Part) -> None:
    del top["mesh"]["zones"]["aks-neu"]["issuer"]


def _one_federated(top: Part, _mesh: Part) -> None:
    del top["mesh"]["zones"]["aks-neu"]["federated"]


def _no_global(top: Part, _mesh: Part) -> None:
    del top["mesh"]["globalAddress"]


def _nobody(_top: Part, mesh: Part) -> None:
    mesh["callers"]["validator"]["mayValidate"].remove("fraud-rules")


def _second_environment(top: Part, _mesh: Part) -> None:
    endpoints = {"fraud-scoring": {"way": "managed", "stage": "promoted"}}
    callers = {"checkout": {"namespace": "shop", "mayScore": ["fraud-scoring"]}}
    own = {"zone": "aks-weu", "callers": callers, "endpoints": endpoints}
    top["projects"]["fraud"]["environments"]["dev"] = {"network": "10.20.17.0/25", "mesh": own}


WRONG: dict[str, tuple[Callable[[Part, Part], None], str, str]] = {
    "an unknown endpoint of a caller": (
        _caller("checkout", mayScore=["fraud-scoring", "fraud-scoring-next", "fraud-graph", "fraud"]),
        "callers.checkout.mayScore.3",
        "The mesh has no endpoint 'fraud'.",
    ),
    "an endpoint twice": (
        _caller("checkout-neu", mayScore=["fraud-scoring", "fraud-scoring-next", "fraud-scoring"]),
        "callers.checkout-neu.mayScore.2",
        "fraud-scoring is listed twice.",
    ),
    "two callers that are one workload": (
        _caller("validator", namespace="shop", serviceAccount="checkout"),
        "callers.validator",
        "checkout has the same namespace and service account: to the mesh, both are one workload.",
    ),
    "an unknown zone": (
        _caller("validator", zone="aks-sea"),
        "callers.validator.zone",
        "`mesh.zones` of the landing zone has no 'aks-sea'.",
    ),
    "a caller of another zone": (
        _caller("validator", zone="aks-neu"),
        "callers.validator",
        "It runs in aks-neu, and fraud-graph is on the cluster of aks-weu: callers of another zone reach managed "
        "endpoints alone, since no zone ingress is rendered.",
    ),
    "copies to itself": (
        _endpoint("fraud-graph", shadow={"endpoint": "fraud-graph", "percentage": 10}),
        "endpoints.fraud-graph.shadow.endpoint",
        "It would receive copies of requests that it answers.",
    ),
    "copies to nowhere": (
        _endpoint("fraud-graph", shadow={"endpoint": "graph", "percentage": 10}),
        "endpoints.fraud-graph.shadow.endpoint",
        "The mesh has no endpoint 'graph'.",
    ),
    "copies to an endpoint that answers": (
        _endpoint("fraud-scoring", shadow={"endpoint": "fraud-scoring-next", "percentage": 10}),
        "endpoints.fraud-scoring.shadow.endpoint",
        "fraud-scoring-next answers 10 % of these requests already, and would receive copies of them.",
    ),
    "copies to another kind": (
        _endpoint("fraud-graph", shadow={"endpoint": "fraud-scoring-shadow", "percentage": 10}),
        "endpoints.fraud-graph.shadow.endpoint",
        "Copies go from a managed endpoint to a managed one, or from `kubernetes-in-mesh` to `kubernetes-in-mesh`: "
        "fraud-graph is `kubernetes-in-mesh`, fraud-scoring-shadow `managed`.",
    ),
    "copies to an endpoint that has a route": (
        _endpoint("fraud-graph-shadow", weights={"blue": 100}),
        "endpoints.fraud-graph.shadow.endpoint",
        "fraud-graph-shadow has `weights` itself. Envoy does not apply the route of the destination to copies.",
    ),
    "more copies than the shadow takes": (
        _endpoint("fraud-scoring-shadow", ratePerSecond=49),
        "endpoints.fraud-scoring.shadow.percentage",
        "fraud-scoring takes 200 requests in a second, so up to 50 copies, and fraud-scoring-shadow takes 49.",
    ),
    "copies on Kuma 2.14": (
        _version,
        "endpoints.fraud-scoring.shadow",
        "Kuma 2.14 loses copies without an error (https://github.com/kumahq/kuma/issues/17618).",
    ),
    "weights that do not add up": (
        _endpoint("fraud-graph", weights={"blue": 90, "green": 5}),
        "endpoints.fraud-graph.weights",
        "The weights add up to 95, not to 100.",
    ),
    "weights of a promoted endpoint": (
        _endpoint("fraud-graph", stage="promoted"),
        "endpoints.fraud-graph.weights",
        "In the stage `promoted`, one destination answers everything.",
    ),
    "a canary without weights": (
        _endpoint("fraud-graph", weights={}),
        "endpoints.fraud-graph",
        "In the stage `canary`, two deployments or more share the requests.",
    ),
    "weights behind the front end": (
        _endpoint("fraud-rules", weights={"blue": 100}),
        "endpoints.fraud-rules.weights",
        "The front end of Azure ML selects the deployment, by the endpoint's `traffic`: the mesh cannot split it.",
    ),
    "a deployment as a managed destination": (
        _endpoint("fraud-scoring", weights={"fraud-scoring": 90, "green": 10}),
        "endpoints.fraud-scoring.weights.green",
        "green is no managed endpoint of this mesh. Deployments of one managed endpoint are weighted by its `traffic` "
        "in Azure ML.",
    ),
    "requests to an endpoint that is not validated": (
        _endpoint("fraud-scoring-next", stage="validating"),
        "endpoints.fraud-scoring.weights.fraud-scoring-next",
        "fraud-scoring-next is in the stage `validating`: only its validators may reach it.",
    ),
    "requests to an endpoint that denies the caller": (
        _caller("checkout-neu", mayScore=["fraud-scoring"]),
        "endpoints.fraud-scoring.weights.fraud-scoring-next",
        "checkout-neu may call fraud-scoring but not fraud-scoring-next, which answers 10 % of those requests: they "
        "would be denied.",
    ),
    "an endpoint that nobody validates": (
        _nobody,
        "endpoints.fraud-rules.stage",
        "Nobody validates it: in the stage `validating`, only callers with it in `mayValidate` reach it.",
    ),
    "an endpoint that no caller may call": (
        _nobody,
        "endpoints.fraud-rules",
        "No caller may call it, so the mesh denies every request.",
    ),
    "an unknown cluster": (
        lambda _top, mesh: mesh.update(cluster="training"),
        "cluster",
        "No Kubernetes cluster 'training' is attached to this environment.",
    ),
    "an own certificate authority as that of another zone": (
        lambda _top, mesh: mesh.update(trusted={"aks-weu": mesh["trusted"]["aks-neu"]}),
        "trusted.aks-weu",
        "A zone trusts its own certificates without an entry.",
    ),
    "a host of an endpoint on Kubernetes": (
        _endpoint("fraud-graph", host="graph.contoso.com"),
        "endpoints.fraud-graph.host",
        "Only a managed endpoint has a host.",
    ),
    "roles on an endpoint on Kubernetes": (
        _endpoint("fraud-graph", roles=True),
        "endpoints.fraud-graph.roles",
        "An endpoint on Kubernetes accepts keys and Azure ML tokens, none of Entra ID: a role has no effect.",
    ),
    "no front end": (
        _no_front_end,
        "endpoints.fraud-rules",
        "It is reached through the front end of Azure ML, and `mesh.frontEnd` of the landing zone is not set.",
    ),
    "roles without an issuer": (
        _no_issuer,
        "endpoints.fraud-scoring.roles",
        "Its callers in aks-neu have no identity in Azure: `mesh.zones.aks-neu` has no `issuer`.",
    ),
    "one zone that is not federated": (
        _one_federated,
        "",
        "aks-neu is not federated, and another zone of this mesh is: all zones of a mesh are, or none.",
    ),
    "faults in production": (
        _endpoint("fraud-graph", faults={"abort": {"percentage": 10}}),
        "endpoints.fraud-graph.faults",
        "Production gets no faults without an allowance, which has a reason and a date.",
    ),
    "no landing zone": (
        _no_landing_zone,
        "",
        "`mesh` of the landing zone has zones and collector, and it is not set.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_reported_where_it_is(case: str) -> None:
    """Each has a remedy that begins with an imperative."""
    change, where, why = WRONG[case]
    content = landing_zone()
    change(content, content["projects"]["fraud"]["environments"]["prod"]["mesh"])

    problems = list(check_mesh(config_of(content)))

    path = ("projects", "fraud", "environments", "prod", "mesh", *(where.split(".") if where else ()))
    assert (path, why) in [(tuple(map(str, problem.path)), problem.what) for problem in problems]
    assert [problem for problem in problems if not problem.remedy] == []


def test_zones_need_a_global_control_plane_to_be_federated() -> None:
    """A problem of the landing zone, not of an environment."""
    content = landing_zone()
    _no_global(content, {})

    (problem,) = check_mesh(config_of(content))

    assert (problem.path, problem.what) == (
        ("mesh", "zones", "aks-weu", "federated"),
        "It connects to a Global control plane, and `globalAddress` is not set.",
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "why"),
    [
        (", stage: promoted", "", "endpoints.fraud-scoring.stage", "It is missing"),
        ("stage: promoted", "stage: live", "endpoints.fraud-scoring.stage", "'live'"),
        (
            "[fraud-scoring, fraud-graph]",
            "[fraud-scorin, fraud-graph]",
            "callers.checkout.mayScore[0]",
            "The mesh has no endpoint",
        ),
    ],
    ids=["no stage", "another stage", "a misspelt endpoint"],
)
def test_a_mistake_of_form_is_a_sentence_with_its_line(
    old: str, new: str, where: str, why: str, tmp_path: Path
) -> None:
    """Exit code 2, and nothing of the program."""
    text = EXAMPLE.with_name("Pulumi.mesh-aks.yaml").read_text(encoding="utf-8")
    line = next(number for number, row in enumerate(text.splitlines(), 1) if old in row)
    path = tmp_path / "Pulumi.wrong.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    ran = amlz_here("check", str(path))

    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"Pulumi.wrong.yaml:{line}  projects.fraud.environments.prod.mesh.{where}" in ran.stderr
    assert why in " ".join(ran.stderr.split())
    assert "Traceback" not in ran.stderr


def test_a_namespace_is_in_one_mesh() -> None:
    """A pod has one proxy."""
    content = landing_zone()
    _second_environment(content, {})

    (problem,) = check_mesh(config_of(content))

    assert problem.path == ("projects", "fraud", "environments", "dev", "mesh")
    assert problem.what == "The namespace shop in aks-weu is in the mesh of fraud/prod: a namespace has one mesh."


def test_the_example_has_no_mistakes() -> None:
    """So that each case above has one cause."""
    assert list(check_mesh(config_of(landing_zone()))) == []
