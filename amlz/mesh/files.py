"""Everything that is rendered of a mesh, as files of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from amlz.dataclass import dataclass
from amlz.mesh.cluster import egress, flux_release, namespaces, network_policies, system_namespace, values
from amlz.mesh.identity import identities, mesh_object, rotation, secrets_needed, tls, trust
from amlz.mesh.model import RELEASES, MeshSpec, MeshZoneSpec
from amlz.mesh.objects import Document
from amlz.mesh.observability import observability, scrape_configuration, scrape_job
from amlz.mesh.permissions import permissions
from amlz.mesh.policies import policies
from amlz.mesh.routes import external_services, routes, services
from amlz.mesh.yaml_text import as_yaml

#: The file of identities, whose names and IDs never change.
IDENTITY_FILE = "20-identity.yaml"
#: The jobs of Prometheus, below the folder of a zone.
SCRAPE_FILE = "prometheus/ama-metrics-prometheus-config.yaml"
_CHART = "chart kuma of https://kumahq.github.io/charts"


@dataclass(frozen=True, slots=True)
class MeshFile:
    """A file: its path below the folder, its documents, and comments above them."""

    path: str
    documents: tuple[Document, ...]
    comments: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Returns the content of the file."""
        return as_yaml(self.documents, *self.comments)


def files(meshes: Iterable[MeshSpec]) -> tuple[MeshFile, ...]:
    """Returns the files of all meshes, sorted by path: those of a zone once."""
    every = tuple(meshes)
    zones = {zone.name: zone for mesh in every for zone in mesh.zones}
    result = [file for mesh in every for file in _files(mesh)]
    for zone in zones.values():
        result += _zone_files(zone, [mesh for mesh in every if zone in mesh.zones])
    return tuple(sorted(result, key=lambda file: file.path))


def _zone_files(zone: MeshZoneSpec, meshes: Sequence[MeshSpec]) -> Iterator[MeshFile]:
    """Returns the control plane of a zone, and how Prometheus reads the proxies of its meshes."""
    head, release = _head(meshes[0]), RELEASES[meshes[0].version]
    folder = f"zones/{zone.name}"
    yield MeshFile(f"{folder}/control-plane/namespace.yaml", (system_namespace(),), head)
    if zone.repository is None:
        note = f"Values of version {release} of the {_CHART}."
        yield MeshFile(f"{folder}/control-plane/values.yaml", (values(zone),), (note,))
    else:
        note = f"Needs version {release} of the {_CHART}, unpacked, in {zone.repository.chart} of the repository."
        yield MeshFile(f"{folder}/control-plane/release.yaml", (flux_release(zone),), (*head, note))
    jobs = [scrape_job(mesh, zone.name) for mesh in sorted(meshes, key=lambda mesh: mesh.name)]
    note = "For managed Prometheus. A cluster has one ConfigMap of this name: merge its jobs with yours."
    yield MeshFile(f"{folder}/{SCRAPE_FILE}", (scrape_configuration(jobs),), (*head, note))


def _files(mesh: MeshSpec) -> Iterator[MeshFile]:
    for zone in mesh.zones:
        parts = {name: documents for name, documents in _parts(mesh, zone.name) if documents}
        folder = f"zones/{zone.name}/{mesh.name}"
        for name, documents in parts.items():
            yield MeshFile(f"{folder}/{name}", documents, _head(mesh))
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": sorted(parts),
        }
        yield MeshFile(f"{folder}/kustomization.yaml", (kustomization,), _needs(secrets_needed(mesh, zone.name)))
    if mesh.federated:
        note = "Apply it with kumactl to the Global control plane, before everything else."
        yield MeshFile(f"global/{mesh.name}.yaml", (mesh_object(mesh),), (*_head(mesh), note))


def _head(mesh: MeshSpec) -> tuple[str, ...]:
    return (f"Rendered by `amlz mesh render` for Kuma {RELEASES[mesh.version]}. Change the stack file, not this file.",)


def _needs(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Returns comments on the Secrets that a reader of the files has to create."""
    return tuple(f"Needs the Secret {name} in kuma-system, which is never rendered." for name in secrets)


def _parts(mesh: MeshSpec, zone: str) -> Iterator[tuple[str, tuple[Document, ...]]]:
    yield "00-namespaces.yaml", tuple(namespaces(mesh, zone))
    yield "10-mesh.yaml", () if mesh.federated else (mesh_object(mesh),)
    yield IDENTITY_FILE, (*identities(mesh, zone), *trust(mesh, zone), tls(mesh))
    yield "30-permissions.yaml", tuple(permissions(mesh, zone))
    yield "31-policies.yaml", tuple(policies(mesh, zone))
    yield "40-egress.yaml", (*egress(mesh, zone), *external_services(mesh, zone))
    yield "50-routes.yaml", (*services(mesh, zone), *routes(mesh, zone))
    yield "60-observability.yaml", tuple(observability(mesh, zone))
    yield "70-network-policies.yaml", tuple(network_policies(mesh, zone))


def rotation_files(meshes: Iterable[MeshSpec], step: int) -> tuple[MeshFile, ...]:
    """Returns the identity file of each mesh and zone in a step of a rotation."""
    return tuple(
        MeshFile(
            f"zones/{zone.name}/{mesh.name}/{IDENTITY_FILE}",
            rotation(mesh, zone.name, step),
            (
                f"Step {step} of 3 of a rotation from generation {mesh.identity.generation} to "
                f"{mesh.identity.generation + 1}, by `amlz mesh rotate`.",
                *_needs(secrets_needed(mesh, zone.name, mesh.identity.generation + 1)),
            ),
        )
        for mesh in meshes
        for zone in mesh.zones
    )


def documents_of(mesh: MeshSpec, zone: str) -> tuple[Document, ...]:
    """Returns every document of a mesh in one zone, in the order of the files."""
    return tuple(document for _, documents in _parts(mesh, zone) for document in documents)
