"""The computes of a project environment, and what must stand before the first node starts."""

from __future__ import annotations

from landingzone.addresses import endpoint_groups
from landingzone.facts.roles import Target
from landingzone.names import suffix
from landingzone.planning.context import Context
from landingzone.planning.dns import names_resolve
from landingzone.planning.hub import firewall_rules
from landingzone.planning.places import spoke_network_id
from landingzone.planning.scene import Scene
from landingzone.planning.spoke import peerings, subnet_name
from landingzone.specs import ClusterSpec, ComputesSpec, InstanceSpec, RoleAssignmentSpec, WorkspaceSpec

IMAGE_BUILD = "image-build"


def plan_computes(
    scene: Scene,
    workspace: WorkspaceSpec,
    identity: str,
    roles: dict[Target, tuple[RoleAssignmentSpec, ...]],
) -> ComputesSpec:
    """Clusters and instances."""
    settings, build = scene.settings, scene.settings.image_build
    clusters = [ClusterSpec(IMAGE_BUILD, build.size, "Dedicated", 0, build.max_nodes, f"PT{build.idle_seconds}S")]
    for name, cluster in settings.clusters.items():
        priority = "LowPriority" if cluster.priority == "lowPriority" else "Dedicated"
        idle = f"PT{cluster.idle_seconds}S"
        clusters.append(ClusterSpec(name, cluster.size, priority, cluster.min_nodes, cluster.max_nodes, idle))
    for spec in clusters:
        scene.context.take("cluster", spec.name, workspace.id, (*scene.path, "clusters", spec.name))
    owner, network = f"{scene.project}/{scene.name}", spoke_network_id(scene.context, scene.spoke)
    return ComputesSpec(
        place=scene.place,
        workspace=workspace.name,
        workspace_id=workspace.id,
        tenant_id=scene.context.config.tenant_id,
        subnet="" if workspace.managed_network else f"{network}/subnets/{subnet_name(owner, 'training')}",
        identity=identity,
        clusters=tuple(clusters),
        instances=_instances(scene),
        after=(
            workspace.endpoint.ready,  # no-public-address computes are refused before the endpoint is there
            *(role.id for found in roles.values() for role in found if role.principal.identity),
            *_reach(scene, workspace),
        ),
        tags=scene.tags,
    )


def _instances(scene: Scene) -> tuple[InstanceSpec, ...]:
    """Instances. Their names are unique in the region, so each carries a suffix."""
    specs = []
    region = f"{scene.place.subscription}/{scene.place.location}"
    for key, instance in scene.settings.instances.items():
        name = f"{key}-{suffix(*scene.namer.identity, 'instance', key)}"
        scene.context.take("computeInstance", name, region, (*scene.path, "instances", key))
        specs.append(InstanceSpec(key, name, instance.size, instance.owner, f"PT{instance.idle_minutes}M"))
    return tuple(specs)


def _reach(scene: Scene, workspace: WorkspaceSpec) -> tuple[str, ...]:
    """What nodes need to reach anything: in a managed network its rules, else ways out and names of the spoke."""
    if workspace.managed_network:
        return tuple(rule.id for rule in workspace.managed_network.built)
    return (*_way_out(scene.context, scene.spoke), *_names_resolve(scene))


def _names_resolve(scene: Scene) -> tuple[str, ...]:
    """The links of the zones of this environment: as a rule the hub's, since nodes ask the firewall there."""
    groups = {*endpoint_groups(scene.settings), "registry"}  # a shared one has its endpoint elsewhere, its zone here
    return names_resolve(scene.context, groups, scene.spoke)


def _way_out(context: Context, spoke: str) -> tuple[str, ...]:
    """What is built here of peering and firewall rules: without them a node starts and reaches nothing."""
    return (*(side.id for side in peerings(context, spoke)), *firewall_rules(context))
