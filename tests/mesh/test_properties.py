"""Properties of all meshes: drawn records, rendered, and evaluated by their documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.mesh.evaluation import Workload, answer
from amlz.mesh.files import documents_of
from amlz.mesh.model import (
    IN_MESH,
    AbortSpec,
    BackendSpec,
    CallerSpec,
    CopySpec,
    MeshEndpointSpec,
    MeshFaultsSpec,
    MeshSpec,
)
from amlz.mesh.rules import problems
from tests.layers import MUCH
from tests.mesh.kinds import faults_of
from tests.mesh.samples import example, host

NAMES = ("alpha", "beta", "gamma")
ZONES = ("aks-weu", "aks-neu")


@st.composite
def meshes(draw: Any) -> MeshSpec:
    """A mesh with up to three endpoints and callers. The last endpoint has no route, so others can send it copies."""
    names = NAMES[: draw(st.sampled_from((2, 3, 3, 1)))]
    version = draw(st.sampled_from(("3.0", "3.0", "3.0", "2.14")))
    ways = [draw(st.sampled_from(("managed", "kubernetes-in-mesh")))] * 3
    if draw(st.sampled_from((False, False, True))):
        ways = draw(st.permutations(("managed", "kubernetes-in-mesh", "kubernetes-via-front-end")))
    endpoints = tuple(
        draw(endpoint_of(name, way, names if name != names[-1] and version == "3.0" else ()))
        for name, way in zip(names, ways, strict=False)
    )
    managed = all(endpoint.way == "managed" for endpoint in endpoints)
    zone = st.sampled_from(ZONES if managed else ZONES[:1])
    some = st.lists(st.sampled_from(names), unique=True).map(tuple)
    callers = tuple(
        CallerSpec(f"caller-{number}", "shop", f"caller-{number}", draw(zone), draw(some), draw(some))
        for number in range(draw(st.integers(1, 3)))
    )
    return repaired(replace(example(), version=version, endpoints=endpoints, callers=callers))


@st.composite
def endpoint_of(draw: Any, name: str, way: Any, names: tuple[str, ...]) -> MeshEndpointSpec:
    """An endpoint in any stage. `names`: of all endpoints, if it may send copies to the last one."""
    stage = draw(st.sampled_from(("canary", "validating", "promoted", "canary")))
    share = draw(st.integers(1, 99))
    others = ("blue", "green") if way == IN_MESH else (name, draw(st.sampled_from(names or (name,))))
    split = (BackendSpec(others[0], share), BackendSpec(others[1], 100 - share))
    one = draw(st.sampled_from(((), (BackendSpec(others[0], 100),))))
    weights = () if not names else split if stage == "canary" and others[0] != others[1] else one
    shadow = (
        CopySpec(names[-1], draw(st.integers(1, 100))) if names and draw(st.sampled_from((True, True, False))) else None
    )
    rate = draw(st.sampled_from((None, None, 100)))
    abort = draw(st.sampled_from((None, None, AbortSpec(draw(st.sampled_from((500, 503))), draw(st.integers(1, 100))))))
    faults = MeshFaultsSpec(abort, expires_on="2027-03-31") if abort is not None else None
    return MeshEndpointSpec(name, way, stage, f"{name}.contoso.com", 5000, rate, weights, shadow, faults)


def repaired(mesh: MeshSpec) -> MeshSpec:
    """The mesh without its mistakes: the first caller validates everything, wrong parts of endpoints are removed."""
    first = replace(mesh.callers[0], zone=mesh.zone, may_validate=tuple(item.name for item in mesh.endpoints))
    mesh = replace(mesh, callers=(first, *mesh.callers[1:]))
    while wrong := [problem.path for problem in problems(mesh, ())]:
        changed = []
        for endpoint in mesh.endpoints:
            parts = {
                path[2] if len(path) > 2 else "stage" for path in wrong if path[:2] == ("endpoints", endpoint.name)
            }
            plain: dict[str, Any] = {"shadow": None, "weights": (), "stage": "validating", "faults": None}
            changed.append(replace(endpoint, **{str(part): plain[str(part)] for part in parts}))
        mesh = replace(mesh, endpoints=tuple(changed))
    return mesh


def may(mesh: MeshSpec, caller: CallerSpec, endpoint: MeshEndpointSpec) -> bool:
    """The rule of the stages, written a second time."""
    if endpoint.way == IN_MESH and caller.zone != mesh.zone:
        return False
    validated = endpoint.stage in ("canary", "promoted")
    return endpoint.name in caller.may_validate or (validated and endpoint.name in caller.may_score)


def failing(mesh: MeshSpec, endpoint: MeshEndpointSpec) -> Iterator[bool]:
    """Yields True for each endpoint with faults that answers: the destinations of a managed one, otherwise itself."""
    names = [item.name for item in endpoint.weights] if endpoint.way == "managed" else []
    return (item.faults is not None for item in mesh.endpoints if item.name in (names or [endpoint.name]))


@settings(max_examples=2000 if MUCH else 80, deadline=None)
@given(meshes())
def test_the_documents_of_a_valid_mesh_answer_as_its_records_allow(mesh: MeshSpec) -> None:
    """No caller without a record passes, none but its validators reaches what is not validated, weights add up to 100,
    an endpoint that receives copies only answers none of their senders, and faults are those of the endpoints that
    answer.
    """
    for zone in mesh.zones:
        rendered = documents_of(mesh, zone.name)
        assert [fault for document in rendered for fault in faults_of(document, mesh.version)] == []
        for endpoint in mesh.endpoints:
            for stranger in (Workload(zone.name, "shop", "stranger"), Workload(zone.name, "shop2", "caller-0")):
                assert answer(rendered, stranger, host(mesh, endpoint), mesh.version).verdict == "denied"
        for caller in mesh.callers:
            for endpoint in mesh.endpoints if caller.zone == zone.name else ():
                workload = Workload(zone.name, caller.namespace, caller.account)
                seen = answer(rendered, workload, host(mesh, endpoint), mesh.version)
                assert (seen.verdict == "allowed") is may(mesh, caller, endpoint)
                if seen.verdict == "allowed":
                    assert sum(weight for _, weight in seen.backends) == 100
                    assert seen.retries == 2
                    copied = endpoint.shadow and (
                        host(mesh, next(item for item in mesh.endpoints if item.name == endpoint.shadow.endpoint)),
                        endpoint.shadow.percentage,
                    )
                    assert seen.copies == copied
                    assert not seen.copies or seen.copies[0] not in dict(seen.backends)
                    assert {fault.backend for fault in seen.faults} <= set(dict(seen.backends))
                    assert bool(seen.faults) is any(failing(mesh, endpoint))
                assert seen.verdict == "allowed" or not seen.faults
