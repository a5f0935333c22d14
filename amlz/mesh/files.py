"""Everything that is rendered of a mesh, as files of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from amlz.dataclass import dataclass
from amlz.mesh.cluster import egress, namespaces, network_policies, system_namespace, values
from amlz.mesh.identity import identities, mesh_object, rotation, secrets_needed, tls, trust
from amlz.mesh.model import RELEASES, MeshSpec
from amlz.mesh.objects import Document
from amlz.mesh.observability import observability
from amlz.mesh.permissions import permissions
from amlz.mesh.policies import policies
from amlz.mesh.routes import external_services, routes, services
from amlz.mesh.yaml_text import as_yaml

#: The file of identities, whose names and IDs never change.
IDENTITY_FILE = "20-identity.yaml"
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
    """Returns the files of all meshes, sorted by path: the control plane of each zone once."""
    result: dict[str, MeshFile] = {}
    for mesh in meshes:
        for file in _files(mesh):
            result[file.path] = file
    return tuple(result[path] for path in sorted(result))


def _files(mesh: MeshSpec) -> Iterator[MeshFile]:
    release = RELEASES[mesh.version]
    for zone in mesh.zones:
        plane = f"zones/{zone.name}/control-plane"
        yield MeshFile(f"{plane}/namespace.yaml", (system_namespace(),), _head(mesh))
        yield MeshFile(f"{plane}/values.yaml", (values(zone),), (f"Values of version {release} of the {_CHART}.",))
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
