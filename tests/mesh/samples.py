"""Meshes for tests: the one of the example, and small ones from stack files."""

from __future__ import annotations

import functools
from copy import deepcopy
from typing import Any

import yaml

from amlz.core.config import LandingZoneConfig
from amlz.core.plan import make_plan
from amlz.core.specs import records
from amlz.mesh.evaluation import MeshAnswer, Workload, answer
from amlz.mesh.files import documents_of
from amlz.mesh.model import IN_MESH, CallerSpec, MeshEndpointSpec, MeshSpec
from amlz.mesh.objects import Document
from amlz.stackfile.load import load
from tests.conftest import ROOT

EXAMPLE = ROOT / "examples" / "mesh" / "Pulumi.mesh.yaml"


@functools.cache
def example() -> MeshSpec:
    """The mesh of examples/mesh."""
    plan = make_plan(load(str(EXAMPLE)).config)
    (mesh,) = (
        mesh
        for environment in plan.environments
        for part in environment.capabilities
        for mesh in records(part.part.spec, MeshSpec)
    )
    return mesh


def landing_zone() -> dict[str, Any]:
    """The stack file of the example, to change."""
    content: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))["config"]["amlz:landingZone"]
    return deepcopy(content)


def config_of(content: dict[str, Any]) -> LandingZoneConfig:
    """The configuration of a stack file's content."""
    return LandingZoneConfig.model_validate(content)


def host(mesh: MeshSpec, endpoint: MeshEndpointSpec) -> str:
    """The name by which a caller reaches an endpoint."""
    return endpoint.name if endpoint.way == IN_MESH else f"{mesh.name}-{endpoint.name}"


def documents(mesh: MeshSpec, zone: str | None = None) -> tuple[Document, ...]:
    """The documents of a mesh in its zone, or in another one."""
    return documents_of(mesh, zone or mesh.zone)


def answered(mesh: MeshSpec, caller: CallerSpec, endpoint: MeshEndpointSpec) -> MeshAnswer:
    """The answer of an endpoint to a caller, from the documents of the caller's zone."""
    workload = Workload(caller.zone, caller.namespace, caller.account)
    return answer(documents(mesh, caller.zone), workload, host(mesh, endpoint), mesh.version)
