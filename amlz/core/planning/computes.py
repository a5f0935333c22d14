"""The compute targets of a project environment, and the resources that must exist before the first node starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amlz.core.addresses import endpoint_groups
from amlz.core.capability_facts import Target
from amlz.core.config import ClusterConfig
from amlz.core.names import suffix
from amlz.core.own_subnets import BUILD, configured_subnets
from amlz.core.planning.context import Context
from amlz.core.planning.dns import names_resolve
from amlz.core.planning.environment_context import EnvironmentContext, grant_conditions
from amlz.core.planning.hub import firewall_rules
from amlz.core.planning.places import subnet_id
from amlz.core.planning.sharing import SharingProject, cluster_roles
from amlz.core.planning.spoke import peerings
from amlz.core.planning.virtual_wan import plan_connection
from amlz.core.specs import (
    ClusterSpec,
    ComputesSpec,
    IdentityPrincipalSpec,
    InstanceSpec,
    RoleAssignmentSpec,
    WorkspaceSpec,
)

IMAGE_BUILD = "image-build"


def plan_computes(
    env: EnvironmentContext,
    workspace: WorkspaceSpec,
    members: tuple[SharingProject, ...],
    roles: dict[Target, tuple[RoleAssignmentSpec, ...]],
) -> ComputesSpec:
    """Clusters and instances, those of `members` with what is theirs alone."""
    clusters = [_image_build(env)]
    clusters += [_cluster(name, cluster) for name, cluster in env.settings.clusters.items()]
    for spec in clusters:
        env.context.take("cluster", spec.name, workspace.id, (*env.path, "clusters", spec.name))
    for member in members:
        clusters += _of_member(env, workspace, member, roles)
    return ComputesSpec(
        place=env.place,
        workspace=workspace.name,
        workspace_id=workspace.id,
        tenant_id=env.context.config.tenant_id,
        subnet=None if workspace.managed_network else _subnet(env, "training"),
        identity=env.identity("compute").id,
        clusters=tuple(clusters),
        instances=_instances(env),
        after=(
            workspace.endpoint.ready,  # compute targets without public address are refused before the endpoint is there
            *_roles_of_identities(roles, members, of_members=False),
            *_reach(env, workspace),
        ),
        tags=env.tags,
    )


def _image_build(env: EnvironmentContext) -> ClusterSpec:
    """The cluster that builds images: with a separate identity and subnet, where the environment has them."""
    build = env.settings.image_build
    return ClusterSpec(
        IMAGE_BUILD,
        build.size,
        "Dedicated",
        0,
        build.max_nodes,
        f"PT{build.idle_seconds}S",
        identity=env.identity(BUILD).id if build.identity == "own" else None,
        subnet=_subnet(env, BUILD) if BUILD in configured_subnets(env.settings) else None,
    )


def _subnet(env: EnvironmentContext, role: str) -> str:
    return subnet_id(env.context, env.spoke, env.key, role)


def _cluster(name: str, cluster_config: ClusterConfig) -> ClusterSpec:
    priority = "LowPriority" if cluster_config.priority == "lowPriority" else "Dedicated"
    return ClusterSpec(
        name,
        cluster_config.size,
        priority,
        cluster_config.min_nodes,
        cluster_config.max_nodes,
        f"PT{cluster_config.idle_seconds}S",
    )


def _of_member(
    env: EnvironmentContext,
    workspace: WorkspaceSpec,
    member: SharingProject,
    roles: dict[Target, tuple[RoleAssignmentSpec, ...]],
) -> Iterator[ClusterSpec]:
    """Clusters of a project that shares the workspace: its tags, its identity, its people."""
    after = _roles_of_identities(roles, (member,), of_members=True)
    for name, cluster in member.clusters.items():
        path = (*env.path, "sharedBy", member.name, "clusters", name)
        env.context.take("cluster", name, workspace.id, path)
        yield replace(
            _cluster(name, cluster),
            member=member.name,
            identity="".join(member.identities.values()),
            tags=member.tags,
            roles=cluster_roles(member, f"{workspace.id}/computes/{name}", grant_conditions(env)),
            after=after,
        )


def _roles_of_identities(
    roles: dict[Target, tuple[RoleAssignmentSpec, ...]], members: tuple[SharingProject, ...], of_members: bool
) -> tuple[str, ...]:
    """Ids of the roles of identities that are built here: of these members alone, or of all but them."""
    theirs = {identity for member in members for identity in member.identities.values()}
    assignments = (role for given in roles.values() for role in given)
    of_identities = (role for role in assignments if isinstance(role.principal, IdentityPrincipalSpec))
    return tuple(role.id for role in of_identities if (role.principal.id in theirs) is of_members)


def _instances(env: EnvironmentContext) -> tuple[InstanceSpec, ...]:
    """Instances. Their names are unique in the region, so each carries a suffix."""
    specs = []
    region = f"{env.place.subscription}/{env.place.location}"
    for key, instance in env.settings.instances.items():
        name = f"{key}-{suffix(*env.namer.identity, 'instance', key)}"
        env.context.take("computeInstance", name, region, (*env.path, "instances", key))
        specs.append(InstanceSpec(key, name, instance.size, instance.owner, f"PT{instance.idle_minutes}M"))
    return tuple(specs)


def _reach(env: EnvironmentContext, workspace: WorkspaceSpec) -> tuple[str, ...]:
    """Returns the resources of a node's egress: in a managed network its rules, else outbound rules and names of the
    spoke.
    """
    if workspace.managed_network:
        return tuple(workspace.managed_network.built)
    return (*_way_out(env.context, env.spoke), *_names_resolve(env))


def _names_resolve(env: EnvironmentContext) -> tuple[str, ...]:
    """The links of the zones of this environment: as a rule the hub's, since nodes ask the firewall there."""
    groups = {*endpoint_groups(env.settings), "registry"}  # a shared one has its endpoint elsewhere, its zone here
    return names_resolve(env.context, groups, env.spoke)


def _way_out(context: Context, spoke: str) -> tuple[str, ...]:
    """Returns the peering or connection and the firewall rules that are built here: a node reaches nothing before."""
    connection = plan_connection(context, spoke)
    sides = (*peerings(context, spoke), *((connection,) if connection is not None else ()))
    return (*(side.id for side in sides), *firewall_rules(context))
