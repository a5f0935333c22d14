"""The computes of a project environment, and what must stand before the first node starts."""

from __future__ import annotations

from landingzone.addresses import endpoint_groups
from landingzone.facts.roles import Target
from landingzone.names import suffix
from landingzone.planning.context import Context
from landingzone.planning.places import spoke_namer, spoke_network_id, spoke_place
from landingzone.planning.scene import Scene
from landingzone.planning.spoke import subnet_name
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
    owner = f"{scene.project}/{scene.name}"
    return ComputesSpec(
        place=scene.place,
        workspace=workspace.name,
        workspace_id=workspace.id,
        tenant_id=scene.context.config.tenant_id,
        subnet=f"{spoke_network_id(scene.context, scene.spoke)}/subnets/{subnet_name(owner, 'training')}",
        identity=identity,
        clusters=tuple(clusters),
        instances=_instances(scene),
        after=(
            workspace.endpoint.zone_group,  # no-public-address computes are refused before the endpoint is there
            *(role.id for found in roles.values() for role in found if role.principal.identity),
            *_way_out(scene.context, scene.spoke),
            *_names_resolve(scene),
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


def _names_resolve(scene: Scene) -> tuple[str, ...]:
    """The hub's links of the zones of this environment: nodes ask the firewall, which asks from the hub."""
    groups = {*endpoint_groups(scene.settings), "registry"}  # a shared one has its endpoint elsewhere, its zone here
    zones = {zone.name: zone for group in groups for zone in scene.context.zones_for(group)}
    return tuple(f"{zones[name].id}/virtualNetworkLinks/link-hub" for name in sorted(zones))


def _way_out(context: Context, spoke: str) -> tuple[str, ...]:
    """Both sides of the peering, and the firewall's rules: without them a node starts and reaches nothing."""
    hub, network = context.hub_place, spoke_namer(context, spoke).name("virtualNetwork")
    peering = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings"
    hub_network, policy = context.hub_namer.name("virtualNetwork"), context.hub_namer.name("firewallPolicy")
    return (
        spoke_place(context, spoke).id(peering, network, "peer-hub"),
        hub.id(peering, hub_network, f"peer-spoke-{spoke}"),
        hub.id("Microsoft.Network/firewallPolicies/ruleCollectionGroups", policy, "rcg-azure-ml"),
    )
