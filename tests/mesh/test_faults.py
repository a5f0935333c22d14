"""Faults on purpose: what they hit, and the allowance that production needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from amlz.app.mesh import rendered_documents
from amlz.capabilities.mesh.plan import PLANNER
from amlz.mesh.evaluation import InjectedFault
from amlz.mesh.lint import lint
from amlz.mesh.model import AbortSpec, DelaySpec, MeshFaultsSpec, MeshSpec, permitted
from amlz.mesh.objects import Document
from amlz.mesh.rules import problems, refused_faults
from tests.cli.in_process import amlz_here
from tests.mesh.kinds import faults_of
from tests.mesh.samples import EXAMPLE, answered, config_of, documents, example, landing_zone

ABORT, DELAY = AbortSpec(503, 10), DelaySpec(1500, 25)
PATH = ("projects", "fraud", "environments", "prod", "mesh")
ALLOWANCE = (
    ', faults: {abort: {percentage: 10}, allowProduction: {reason: Game day of the team, expiresOn: "2027-03-31"}}'
)


def with_faults(name: str, faults: MeshFaultsSpec, production: bool = True) -> MeshSpec:
    """The example with faults in one endpoint."""
    endpoints = (replace(item, faults=faults) if item.name == name else item for item in example().endpoints)
    return replace(example(), endpoints=tuple(endpoints), production=production)


def injections(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """The documents of faults in a zone."""
    return (item for item in documents(mesh, zone) if item.get("kind") == "MeshFaultInjection")


def exact(name: str) -> Document:
    """The match of a caller's identity."""
    (caller,) = (item for item in example().callers if item.name == name)
    return {"spiffeID": {"type": "Exact", "value": example().spiffe(caller)}}


def test_a_model_in_the_mesh_has_the_faults_at_its_pods() -> None:
    """In requests of its permitted callers; 1,500 milliseconds are no whole seconds."""
    (document,) = injections(with_faults("fraud-graph", MeshFaultsSpec(ABORT, DELAY)), "aks-weu")

    assert document["metadata"]["name"] == "fraud-prod-fraud-graph"
    assert document["spec"] == {
        "targetRef": {"kind": "Dataplane", "labels": {"ml.azure.com/endpoint-name": "fraud-graph"}},
        "rules": [
            {
                "matches": [exact("checkout"), exact("validator")],
                "default": {
                    "http": [
                        {"abort": {"httpStatus": 503, "percentage": 10}},
                        {"delay": {"value": "1500ms", "percentage": 25}},
                    ]
                },
            }
        ],
    }


def test_a_managed_endpoint_has_the_faults_at_the_egress_of_each_zone() -> None:
    """Named by its SNI, so that no other endpoint behind the egress is hit, and by the callers of that zone."""
    mesh = with_faults("fraud-scoring", MeshFaultsSpec(delay=DELAY))
    (endpoint,) = (item for item in mesh.endpoints if item.name == "fraud-scoring")

    for zone in ("aks-weu", "aks-neu"):
        (document,) = injections(mesh, zone)
        (rule,) = document["spec"]["rules"]
        assert document["spec"]["targetRef"] == {
            "kind": "Dataplane", "labels": {"kuma.io/listener-zoneegress": "enabled"},
        }  # fmt: skip
        sni = {"type": "Exact", "value": mesh.sni(endpoint, zone)}
        names = [caller.name for caller in permitted(mesh, endpoint) if caller.zone == zone]
        assert rule["matches"] == [{**exact(name), "sni": sni} for name in names]
        assert rule["default"] == {"http": [{"delay": {"value": "1500ms", "percentage": 25}}]}


def test_faults_change_no_permission_and_break_no_rule() -> None:
    """The answers stay but for the faults; the documents have the shape of their kind."""
    mesh = with_faults("fraud-graph", MeshFaultsSpec(ABORT))

    for caller in mesh.callers:
        for endpoint in mesh.endpoints:
            without = replace(answered(mesh, caller, endpoint), faults=())
            assert without == answered(example(), caller, endpoint)
    assert [fault for item in injections(mesh, "aks-weu") for fault in faults_of(item, "3.0")] == []
    assert lint(rendered_documents((mesh,)), "3.0") == ()


def test_the_model_of_answers_has_the_faults_of_a_caller_by_backend() -> None:
    """One of two weighted endpoints has them: of 100 requests 90 go there, and each of three tries fails one in ten."""
    mesh = with_faults("fraud-scoring", MeshFaultsSpec(ABORT, DELAY))
    checkout, scoring = mesh.callers[0], mesh.endpoints[0]
    seen = answered(mesh, checkout, scoring)

    assert seen.faults == (
        InjectedFault("fraud-prod-fraud-scoring", 10, status=503),
        InjectedFault("fraud-prod-fraud-scoring", 25, delay="1500ms"),
    )
    assert seen.failing == pytest.approx(90 * 0.1**3)
    assert answered(mesh, checkout, mesh.endpoints[3]).faults == ()


def test_an_error_that_is_not_retried_reaches_the_caller_each_time() -> None:
    """500 is no error of a gateway."""
    mesh = with_faults("fraud-scoring", MeshFaultsSpec(AbortSpec(500, 10)))

    assert answered(mesh, mesh.callers[0], mesh.endpoints[0]).failing == pytest.approx(9)


def test_who_is_denied_meets_no_fault() -> None:
    """A stranger, and a caller of an endpoint that is not validated."""
    mesh = with_faults("fraud-scoring-shadow", MeshFaultsSpec(ABORT))
    shadow = mesh.endpoints[2]

    assert (answered(mesh, mesh.callers[0], shadow).verdict, answered(mesh, mesh.callers[0], shadow).faults) == (
        "denied",
        (),
    )
    assert answered(mesh, mesh.callers[2], shadow).faults == (
        InjectedFault("fraud-prod-fraud-scoring-shadow", 10, status=503),
    )


@pytest.mark.parametrize(
    ("faults", "production", "where", "why"),
    [
        (MeshFaultsSpec(), False, (), "It has no fault."),
        (
            MeshFaultsSpec(ABORT), True, (),
            "Production gets no faults without an allowance, which has a reason and a date.",
        ),
        (
            MeshFaultsSpec(ABORT, expires_on="2027-03-31"), False, ("allowProduction",),
            "This environment is not production: faults need no allowance.",
        ),
    ],
)  # fmt: skip
def test_production_needs_an_allowance_and_nothing_else_takes_one(
    faults: MeshFaultsSpec, production: bool, where: tuple[str, ...], why: str
) -> None:
    """Where it is, with a remedy."""
    (problem,) = problems(with_faults("fraud-graph", faults, production), ())

    assert (problem.path, problem.what) == (("endpoints", "fraud-graph", "faults", *where), why)
    assert problem.remedy


@pytest.mark.parametrize(
    ("today", "why"),
    [
        ("2027-03-30", None),
        ("2027-03-31", "Faults are no longer allowed in production: their allowance ended on 2027-03-31."),
        (None, "Cannot tell whether faults are still allowed in production: their allowance ends on 2027-03-31."),
    ],
)
def test_an_allowance_holds_before_its_day_and_never_without_a_day(today: str | None, why: str | None) -> None:
    """No clock is read."""
    mesh = with_faults("fraud-graph", MeshFaultsSpec(ABORT, expires_on="2027-03-31"))

    refused = [problem.what for problem in refused_faults(mesh, PATH, today)]

    assert refused == ([why] if why else [])
    assert list(refused_faults(replace(mesh, production=False), PATH, today)) == []


def test_a_render_stops_at_the_line_of_an_expired_allowance(tmp_path: Path) -> None:
    """Before the day it writes the faults; after it, and without a day, nothing."""
    text = EXAMPLE.read_text(encoding="utf-8")
    endpoint = "fraud-graph-shadow: {way: kubernetes-in-mesh, stage: validating"
    stack = tmp_path / "Pulumi.mesh.yaml"
    stack.write_text(text.replace(endpoint, f"{endpoint}{ALLOWANCE}"), encoding="utf-8")
    line = next(number for number, row in enumerate(stack.read_text().splitlines(), 1) if "allowProduction" in row)

    before = amlz_here("mesh", "render", str(stack), "--today", "2027-03-30")
    after = amlz_here("mesh", "render", str(stack), "--to", str(tmp_path / "mesh"), "--today", "2027-04-01")
    never = amlz_here("mesh", "render", str(stack), "--to", str(tmp_path / "mesh"))

    assert (before.returncode, before.stderr) == (0, "")
    assert before.stdout.count("kind: MeshFaultInjection") == 1
    assert (after.returncode, after.stdout, never.returncode, never.stdout) == (2, "", 2, "")
    assert f"Pulumi.mesh.yaml:{line}  " in after.stderr
    assert "their allowance ended on 2027-03-31." in " ".join(after.stderr.split())
    assert "Pass `--today YYYY-MM-DD`." in never.stderr
    assert not (tmp_path / "mesh").exists()


def test_the_example_of_a_game_day_renders_until_its_day() -> None:
    """A managed endpoint in production, with every image from one registry."""
    stack = str(EXAMPLE.with_name("Pulumi.mesh-game-day.yaml"))

    before = amlz_here("mesh", "render", stack, "--today", "2027-03-30")
    after = amlz_here("mesh", "render", stack, "--today", "2027-03-31")

    assert (before.returncode, before.stderr, after.returncode) == (0, "", 2)
    (document,) = (item for item in yaml.safe_load_all(before.stdout) if item.get("kind") == "MeshFaultInjection")
    assert document["spec"]["rules"][0]["default"]["http"] == [
        {"abort": {"httpStatus": 503, "percentage": 5}},
        {"delay": {"value": "2s", "percentage": 10}},
    ]
    assert before.stdout.count("    registry: crcontoso.azurecr.io/kumahq\n") == 1


def test_faults_in_production_are_reported_as_less_secure() -> None:
    """With the day on which their allowance ends."""
    content = landing_zone()
    endpoint = content["projects"]["fraud"]["environments"]["prod"]["mesh"]["endpoints"]["fraud-graph"]
    allowance = {"reason": "Game day of the fraud team.", "expiresOn": "2027-03-31"}
    endpoint["faults"] = {"abort": {"percentage": 10}, "allowProduction": allowance}

    (relaxation,) = PLANNER.relaxations(config_of(content))

    assert relaxation.path == (*PATH, "endpoints", "fraud-graph", "faults")
    assert relaxation.gives_up == "requests to fraud-graph fail on purpose, and are allowed to until 2027-03-31"
