"""Problems of the keys of a mesh."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.capabilities.mesh.config import EnvironmentMeshConfig, MeshConfig
from amlz.capabilities.mesh.records import attached, landing_zone_mesh, mesh_of, own_mesh
from amlz.core.addresses import environments
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.facts.clouds import PUBLIC, title
from amlz.core.owners import EnvironmentKey
from amlz.core.problems import Path, Problem, listed
from amlz.mesh.files import documents_of
from amlz.mesh.model import MANAGED
from amlz.mesh.rules import problems

_LONGEST_NAME = 63
#: https://github.com/kubernetes/registry.k8s.io (Stability): "mirror images to a location you control" to allow-list.
_UNLISTED = "registry.k8s.io"


def check_mesh(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns contradictions, unknown names, and what Kuma refuses."""
    shared = landing_zone_mesh(config)
    if shared is not None:
        yield from _shared(config, shared)
    namespaces: dict[tuple[str, str], str] = {}
    for project, name, environment in environments(config):
        own, path = own_mesh(environment), ("projects", project, "environments", name, "mesh")
        if own is None:
            continue
        if shared is None:
            yield Problem(
                path,
                "`mesh` of the landing zone has zones and collector, and it is not set.",
                "Add `mesh` to the landing zone, or remove this one.",
            )
            continue
        wrong = [*_environment(environment, own, path), *problems(mesh_of(config, EnvironmentKey(project, name)), path)]
        yield from wrong
        yield from _identities(shared, own, path)
        if not wrong:
            yield from _rendered(config, EnvironmentKey(project, name), path)
        for zone, namespace in sorted(_namespaces(own, environment)):
            first = namespaces.setdefault((zone, namespace), f"{project}/{name}")
            if first != f"{project}/{name}":
                yield Problem(
                    path,
                    f"The namespace {namespace} in {zone} is in the mesh of {first}: a namespace has one mesh.",
                    "Use another namespace.",
                )


def _shared(config: LandingZoneConfig, shared: MeshConfig) -> Iterator[Problem]:
    if config.cloud != PUBLIC:
        yield Problem(
            ("mesh",),
            f"Names of endpoints in {title(config.cloud)} are in no source of this project.",
            "Remove it.",
        )
    yield from _applied(shared)
    yield from _clusters(config, shared)
    federated = [name for name, zone in shared.zones.items() if zone.federated]
    if federated and shared.global_address is None:
        yield Problem(
            ("mesh", "zones", federated[0], "federated"),
            "It connects to a Global control plane, and `globalAddress` is not set.",
            "Set `mesh.globalAddress`, or remove `federated`.",
        )
    if shared.global_address is not None and not federated:
        yield Problem(
            ("mesh", "globalAddress"), "No zone connects to it.", "Set `federated: true` in a zone, or remove it."
        )


def _applied(shared: MeshConfig) -> Iterator[Problem]:
    """Returns what is missing for Flux, and what nothing reads."""
    if shared.apply and shared.repository is None:
        yield Problem(
            ("mesh", "apply"),
            "Flux applies documents from a git repository, and `repository` is not set.",
            "Set `mesh.repository`, or remove `apply` and apply the folder of `amlz mesh render --to`.",
        )
    if shared.repository is not None and not shared.apply:
        yield Problem(
            ("mesh", "repository"), "Nothing reads it without `apply`.", "Set `mesh.apply: true`, or remove it."
        )
    for name, zone in shared.zones.items() if shared.apply else ():
        if zone.aks is None:
            yield Problem(
                ("mesh", "zones", name),
                "`apply` installs Flux on clusters that this stack builds, and this zone names none.",
                "Set `aks` to the environment that has the cluster, or remove `mesh.apply`.",
            )


def _clusters(config: LandingZoneConfig, shared: MeshConfig) -> Iterator[Problem]:
    """Returns zones whose cluster does not exist or is that of another zone, and images that its nodes cannot pull."""
    owners = {f"{project}/{name}": environment for project, name, environment in environments(config)}
    known = [owner for owner, environment in owners.items() if getattr(environment, "aks", None) is not None]
    first: dict[str, str] = {}
    for name, zone in shared.zones.items():
        path: Path = ("mesh", "zones", name, "aks")
        if zone.aks is None:
            continue
        if zone.aks not in known:
            choose = f"Choose one of {listed(known)}." if known else "Set `aks` of an environment, or remove it."
            yield Problem(path, f"No environment {zone.aks} has `aks`.", choose)
        elif first.setdefault(zone.aks, name) != name:
            yield Problem(
                path,
                f"Zone {first[zone.aks]} has the cluster of {zone.aks}: a cluster has one control plane.",
                "Name another environment, or remove one of the zones.",
            )
    if first and shared.image.split("/")[0] == _UNLISTED:
        yield Problem(
            ("mesh", "image"),
            f"Nodes of {listed(first.values())} pull it through the firewall, and {_UNLISTED} redirects to hosts that "
            "change: its documentation advises against listing them.",
            "Import the image into your registry, and name it there.",
        )


def _environment(environment: EnvironmentConfig, own: EnvironmentMeshConfig, path: Path) -> Iterator[Problem]:
    clusters = attached(environment)
    if own.cluster is not None and own.cluster not in clusters:
        known = f"Choose one of {listed(clusters)}." if clusters else "Attach it: `kubernetes`, or `aks.attach`."
        why = f"No Kubernetes cluster {own.cluster!r} is attached to this environment."
        yield Problem((*path, "cluster"), why, known)
    for name, endpoint in own.endpoints.items():
        here = (*path, "endpoints", name)
        if endpoint.way != MANAGED and endpoint.host is not None:
            yield Problem((*here, "host"), "Only a managed endpoint has a host.", "Remove it.")
        if endpoint.way != MANAGED and endpoint.roles:
            yield Problem(
                (*here, "roles"),
                "An endpoint on Kubernetes accepts keys and Azure ML tokens, none of Entra ID: a role has no effect.",
                "Remove it: the mesh alone checks who calls.",
            )


def _identities(shared: MeshConfig, own: EnvironmentMeshConfig, path: Path) -> Iterator[Problem]:
    """Returns endpoints with roles whose callers have no identity in Azure."""
    for name, endpoint in own.endpoints.items():
        callers = [caller for caller in own.callers.values() if name in (*caller.may_score, *caller.may_validate)]
        zones = dict.fromkeys(caller.zone or own.zone for caller in callers) if endpoint.roles else ()
        for zone in zones:
            if zone in shared.zones and shared.zones[zone].issuer is None:
                yield Problem(
                    (*path, "endpoints", name, "roles"),
                    f"Its callers in {zone} have no identity in Azure: `mesh.zones.{zone}` has no `issuer`.",
                    "Set `issuer` to the OIDC issuer of the cluster, or remove `roles`.",
                )


def _rendered(config: LandingZoneConfig, owner: EnvironmentKey, path: Path) -> Iterator[Problem]:
    """Returns names of rendered objects that Kubernetes refuses, and zones of one mesh that are not alike."""
    mesh = mesh_of(config, owner)
    if len({zone.global_address for zone in mesh.zones}) > 1:
        names = [zone.name for zone in mesh.zones if zone.global_address is None]
        yield Problem(
            path,
            f"{listed(names)} is not federated, and another zone of this mesh is: all zones of a mesh are, or none.",
            "Set `federated` of its zones to the same value.",
        )
    for zone in mesh.zones:
        for document in documents_of(mesh, zone.name):
            name = str(document["metadata"]["name"]) if "metadata" in document else ""
            if len(name) > _LONGEST_NAME:
                yield Problem(path, f"{name} has {len(name)} characters, more than {_LONGEST_NAME}.", "Shorten names.")


def _namespaces(own: EnvironmentMeshConfig, environment: EnvironmentConfig) -> set[tuple[str, str]]:
    """Returns the namespaces with pods in the mesh, by zone."""
    namespace = attached(environment).get(own.cluster) if own.cluster else None
    result = {(caller.zone or own.zone, caller.namespace) for caller in own.callers.values()}
    return result | ({(own.zone, namespace)} if namespace else set())
