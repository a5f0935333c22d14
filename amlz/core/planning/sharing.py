"""Workspaces that several projects share: who they are, what each has to itself, and what excludes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.core.addresses import environments
from amlz.core.config import AccessConfig, ClusterConfig, EnvironmentConfig, LandingZoneConfig
from amlz.core.config.sharing import MemberConfig
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.context import union
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.planning.roles import GrantConditions, Principals, assign
from amlz.core.problems import Path, Problem
from amlz.core.specs import IdentitySpec, RoleAssignmentSpec
from amlz.dataclass import dataclass

#: Access of a member's people that is given on its own clusters instead of the workspace: by field of AccessConfig, the
#: word of the table of grants.
ON_CLUSTERS = {"ml_engineers": "member_engineers", "compute_operators": "member_operators"}


@dataclass(frozen=True, slots=True)
class SharingProject:
    """A project in a shared workspace: its tags, its people by kind (fields of AccessConfig), what its clusters act as.

    `identity`: None where it has no clusters.
    """

    name: str
    clusters: Mapping[str, ClusterConfig]
    tags: dict[str, str]
    identity: IdentitySpec | None
    people: dict[str, tuple[str, ...]]

    @property
    def identities(self) -> dict[str, str]:
        """The id of its identity by its part of logical names, where it has one."""
        return {self.identity.role: self.identity.id} if self.identity else {}


def members_of(env: EnvironmentContext) -> tuple[SharingProject, ...]:
    """Returns the projects that share an environment's workspace, in the order of their names, independent of the
    file's.
    """
    members = []
    for name, settings in sorted((env.settings.shared_by or {}).items()):
        project = env.context.config.projects.get(name)
        tags = env.context.tags(
            {"project": name, "environment": env.name},
            project.tags if project else {},
            settings.tags,
            owner=EnvironmentKey(name, env.name),
            place=(*env.path, "sharedBy", name),
        )
        name_of = env.namer.name("identity", "member", name)
        identity = IdentitySpec(f"member-{name}", name_of, env.place, tags) if settings.clusters else None
        people = union(*access_of_member(env.context.config, name, settings).values())
        members.append(SharingProject(name, settings.clusters, tags, identity, people))
    return tuple(members)


def take_names(env: EnvironmentContext, members: tuple[SharingProject, ...]) -> tuple[IdentitySpec, ...]:
    """The identities of members; their names are taken."""
    identities = []
    for member in members:
        if member.identity is not None:
            path: Path = (*env.path, "sharedBy", member.name)
            env.context.take("identity", member.identity.name, env.place.group_id, path)
            identities.append(member.identity)
    return tuple(identities)


def access_of_member(config: LandingZoneConfig, name: str, settings: MemberConfig) -> dict[str, AccessConfig]:
    """Returns the principals of a member: of the project of its name its groups alone, since its pipelines work
    elsewhere.
    """
    project = config.projects.get(name)
    groups = project.access.model_copy(update={"pipelines": ()}) if project else AccessConfig()
    return {"project": groups, "member": settings.access}


def people_of(env: EnvironmentContext, members: tuple[SharingProject, ...]) -> dict[str, tuple[str, ...]]:
    """Everybody with access to an environment, by kind; those of members whose roles are on clusters apart."""
    config = env.context.config
    people = union(config.access, config.projects[env.project].access, env.settings.access)
    for member in members:
        for kind, who in member.people.items():
            key = ON_CLUSTERS.get(kind, kind)
            people[key] = tuple(sorted({*people.get(key, ()), *who}))
    return people


def cluster_roles(member: SharingProject, cluster: str, conditions: GrantConditions) -> tuple[RoleAssignmentSpec, ...]:
    """Returns the roles of a member's people on one of its clusters (its id)."""
    people = {key: member.people[kind] for kind, key in ON_CLUSTERS.items()}
    return assign({"memberCluster": cluster}, Principals({}, people), conditions)["memberCluster"]


def access_levels(config: LandingZoneConfig, project: str, name: str) -> dict[Path, AccessConfig]:
    """Returns every setting of access to an environment, by its path."""
    path: Path = ("projects", project, "environments", name)
    environment = config.projects[project].environments[name]
    levels: dict[Path, AccessConfig] = {
        ("access",): config.access,
        ("projects", project, "access"): config.projects[project].access,
        (*path, "access"): environment.access,
    }
    for member, settings in (environment.shared_by or {}).items():
        accesses = access_of_member(config, member, settings)
        levels[("projects", member, "access")] = accesses["project"]
        levels[(*path, "sharedBy", member, "access")] = accesses["member"]
    return levels


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Everything that cannot be together with a workspace that is shared."""
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name, "sharedBy")
        for member, settings in (environment.shared_by or {}).items():
            if member == project:
                yield Problem(
                    (*path, member),
                    f"The workspace is {project}'s own: its groups and clusters belong in the project and the "
                    "environment.",
                    "Remove it here.",
                )
            elif member not in config.projects and not any(union(settings.access).values()):
                yield Problem(
                    (*path, member),
                    f"There is no project {member!r} whose groups it would have, and it names none.",
                    "Correct the name, or set `access` to the groups that work there.",
                    absent=True,
                )
        yield from _clusters_twice(environment, path[:-1])


def _clusters_twice(environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    """Clusters of members whose names the workspace has already."""
    taken: dict[str, Path] = {name: ("instances", name) for name in environment.instances}
    for place, _ in environment.every_cluster():
        name = str(place[-1])
        if name in taken and place[0] == "sharedBy":
            other = ".".join(str(part) for part in taken[name])
            yield Problem(
                (*path, *place),
                f"{other} is called {name!r} too: compute targets of a workspace share their names.",
                "Give one of them another name, such as the project's with what it is.",
            )
        taken.setdefault(name, place)
