"""Calls through service meshes: the answer of each endpoint to each caller, computed from the rendered documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amlz.core.plan import LandingZonePlan
from amlz.core.specs import records
from amlz.mesh.evaluation import MeshAnswer, Workload, answer
from amlz.mesh.files import documents_of
from amlz.mesh.model import IN_MESH, CallerSpec, MeshEndpointSpec, MeshSpec
from amlz.mesh.objects import Document, policy_name
from amlz.reports.custom_sections import CustomSection

TITLE = "Calls through the service mesh"
_COLUMNS = ("call", "mesh", "stage", "answer", "answered by", "copies", "retries", "faults")


@dataclass(frozen=True, slots=True)
class MeshCall:
    """A caller and an endpoint of a mesh, with the answer to its requests."""

    mesh: MeshSpec
    caller: CallerSpec
    endpoint: MeshEndpointSpec
    answer: MeshAnswer

    @property
    def row(self) -> tuple[str, ...]:
        """Returns the row of the table."""
        seen = self.answer
        shares = ", ".join(f"{share} % {name}" for name, share in seen.backends)
        copies = f"{seen.copies[1]} % to {seen.copies[0]}" if seen.copies else ""
        faults = [
            f"{fault.percentage} % {f'get {fault.status}' if fault.status else f'wait {fault.delay}'}"
            for fault in seen.faults
        ]
        if seen.failing:
            faults.append(f"after retries {seen.failing:.3g} % fail")
        verdict = seen.verdict if seen.verdict == "allowed" else f"{seen.verdict}: {seen.why}"
        call = f"{self.caller.name} to {self.endpoint.name}"
        retries = str(seen.retries) if seen.verdict == "allowed" else ""
        return call, self.mesh.owner, self.endpoint.stage, verdict, shares, copies, retries, ", ".join(faults)


def calls_of(plan: LandingZonePlan) -> Iterator[MeshCall]:
    """Yields every caller of a mesh with every endpoint, in the order of the stack file."""
    for mesh in records(plan.environments, MeshSpec):
        documents: dict[str, tuple[Document, ...]] = {zone.name: documents_of(mesh, zone.name) for zone in mesh.zones}
        for caller in mesh.callers:
            workload = Workload(caller.zone, caller.namespace, caller.account)
            for endpoint in mesh.endpoints:
                host = endpoint.name if endpoint.way == IN_MESH else policy_name(mesh, endpoint)
                seen = answer(documents[caller.zone], workload, host, mesh.version)
                yield MeshCall(mesh, caller, endpoint, seen)


def mesh_calls(plan: LandingZonePlan) -> Iterator[CustomSection]:
    """Yields the table of calls, where there is a mesh."""
    rows = tuple(call.row for call in calls_of(plan))
    if rows:
        yield CustomSection(TITLE, _COLUMNS, rows)
