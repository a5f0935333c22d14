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
    if shared.apply:
        yield Problem(
            ("mesh", "apply"),
            "`pulumi up` applies nothing of a mesh: Pulumi's provider of Kubernetes needs the cluster in each preview, "
            "and a preview of this program runs without one.",
            "Remove it, and let GitOps apply the folder of `amlz mesh render --to`.",
        )
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


def _environment(environment: EnvironmentConfig, own: EnvironmentMeshConfig, path: Path) -> Iterator[Problem]:
    clusters = attached(environment)
    if own.cluster is not None and own.cluster not in clusters:
        known = f"Choose one of {listed(clusters)}." if clusters else "Attach the cluster under `kubernetes`."
        yield Problem((*path, "cluster"), f"`kubernetes` of this environment has no {own.cluster!r}.", known)
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
    cluster = attached(environment).get(own.cluster) if own.cluster else None
    result = {(caller.zone or own.zone, caller.namespace) for caller in own.callers.values()}
    return result | ({(own.zone, cluster.namespace)} if cluster else set())
