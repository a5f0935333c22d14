"""References from one part of a stack file to another, and whether their targets exist."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amlz.core.addresses import environments
from amlz.core.config import AccessConfig, LandingZoneConfig
from amlz.core.facts.egress import SHARED_DOMAINS
from amlz.core.planning.capabilities import computes_of_capabilities
from amlz.core.planning.computes import IMAGE_BUILD
from amlz.core.planning.sharing import access_levels
from amlz.core.problems import Path, Problem


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns dangling and duplicate references."""
    yield from repeated(("availabilityZones",), config.availability_zones)
    yield from repeated(("egress",), config.egress)
    yield from _wide_hosts(config)
    yield from _both_kinds(config)
    users = []
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        if environment.registry == "shared":
            users.append(path)
            if config.shared_registry is None:
                yield Problem(
                    (*path, "registry"),
                    "It wants the shared registry, and the landing zone has none.",
                    "Add `sharedRegistry: {}` next to `projects`, or set `registry: own`.",
                    absent=True,
                )
            if environment.names.container_registry:
                yield Problem(
                    (*path, "names", "containerRegistry"),
                    "It names a separate registry and wants the shared one.",
                    "Remove the name, or set `registry: own`.",
                )
        yield from repeated((*path, "approvers"), [name.lower() for name in environment.approvers or ()])
        for key in environment.clusters:
            if key in environment.instances:
                yield Problem(
                    (*path, "instances", key),
                    f"A cluster is called {key!r} too: compute targets of a workspace share their names.",
                    "Give one of them another name.",
                )
        computes: list[Path] = [place for place, _ in environment.every_cluster()]
        computes += (("instances", key) for key in environment.instances)
        for place in (*computes, *computes_of_capabilities(environment)):
            if place[-1] == IMAGE_BUILD:
                yield Problem(
                    (*path, *place),
                    f"{IMAGE_BUILD!r} is the cluster that builds images.",
                    "Set it by `imageBuild`, or give this one another name.",
                )
        for place, cluster in environment.every_cluster():
            if cluster.min_nodes > cluster.max_nodes:
                yield Problem(
                    (*path, *place, "minNodes"),
                    f"At least {cluster.min_nodes} nodes, at most {cluster.max_nodes}.",
                    "minNodes must not be above maxNodes.",
                )
    yield from _writers(config)
    if config.shared_registry is not None and not users:
        yield Problem(
            ("sharedRegistry",),
            "No environment uses it.",
            "Remove it, or set `registry: shared` in an environment.",
            absent=True,
        )


def repeated(path: Path, entries: Sequence[object]) -> Iterator[Problem]:
    """Returns repeated entries of a list."""
    for index, entry in enumerate(entries):
        if entry in entries[:index]:
            yield Problem((*path, index), f"{entry} is in the list twice.", "Remove one.")


def _both_kinds(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns object ids that an environment would give access as an Entra group and as a service principal, each path
    once.
    """
    in_both: dict[tuple[Path, str], None] = {}
    for project, name, _ in environments(config):
        levels = access_levels(config, project, name)
        groups = {
            who
            for access in levels.values()
            for kind in AccessConfig.model_fields
            if kind != "pipelines"
            for who in getattr(access, kind)
        }
        for path, access in levels.items():
            for index, who in enumerate(access.pipelines):
                if who in groups:
                    in_both.setdefault(((*path, "pipelines", index), who))
    for place, who in in_both:
        yield Problem(
            place,
            f"{who} has access as an Entra group too. Service principals belong under `pipelines`; an object id "
            "is one of both.",
            "Remove it where it does not belong.",
        )


def _wide_hosts(config: LandingZoneConfig) -> Iterator[Problem]:
    """Wildcards below which anybody can get a name."""
    for name, own in config.egress_hosts.items():
        for at, host in enumerate(own.hosts):
            below = host.removeprefix("*.")
            if below != host and ("." not in below or below in SHARED_DOMAINS):
                yield Problem(
                    ("egressHosts", name, "hosts", at),
                    f"{host} allows egress to anyone: anyone can register a name below {below}.",
                    "List the full names of the hosts.",
                )


def _writers(config: LandingZoneConfig) -> Iterator[Problem]:
    """Writers of the shared registry that do not use it."""
    settings = config.shared_registry
    known = {f"{project}/{name}" for project, name, one in environments(config) if one.registry == "shared"}
    for index, writer in enumerate((settings.writers or ()) if settings else ()):
        if writer not in known:
            yield Problem(
                ("sharedRegistry", "writers", index),
                f"{writer!r} is no environment that uses the shared registry.",
                "Write it as `project/environment`, of an environment with `registry: shared`.",
                absent=True,
            )
