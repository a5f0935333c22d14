"""Principals with rights that should be separate: pipelines, writers of a shared registry, image builds."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.notices.notice import Notice
from amlz.core.planning.sharing import access_levels
from amlz.core.problems import Path, dotted, listed

SPANS_PRODUCTION = "identity/spans-production"
SHARED_WRITER = "identity/shared-registry-writer"
BUILD_READS = "identity/build-reads-data"


def principal_notices(config: LandingZoneConfig) -> Iterator[Notice]:
    """Returns notices of pipelines with rights in production and elsewhere, of workspaces that can overwrite images of
    other environments, and of builds that read data.
    """
    yield from _pipelines(config)
    yield from _writers(config)
    yield from _builds(config)


def _pipelines(config: LandingZoneConfig) -> Iterator[Notice]:
    """By principal: where production gives it rights, and the other environments that do."""
    production: dict[str, dict[str, Path]] = {}
    others: dict[str, list[str]] = {}
    for project, name, environment in environments(config):
        for path, access in access_levels(config, project, name).items():
            for principal in access.pipelines:
                if environment.is_production(name):
                    production.setdefault(principal, {}).setdefault(f"{project} {name}", (*path, "pipelines"))
                elif f"{project} {name}" not in others.setdefault(principal, []):
                    others[principal].append(f"{project} {name}")
    for principal, places in production.items():
        if principal in others:
            path = next(iter(places.values()))
            at = listed(sorted({dotted(place) for place in places.values()}))
            yield Notice(
                SPANS_PRODUCTION,
                path,
                f"The pipeline principal {principal} has roles in production ({listed(list(places))}) and in "
                f"{listed(others[principal])}: a pipeline of these environments can change production.",
                f"Remove it from {at}. List one service principal for production and another one for the other "
                "environments under `access.pipelines` of each environment, or use `pipelineIdentities`, which creates "
                "one for each environment.",
            )


def _writers(config: LandingZoneConfig) -> Iterator[Notice]:
    writers = [f"{project}/{name}" for project, name, environment in environments(config) if environment.pushes(
        config.shared_registry.writers if config.shared_registry else None, f"{project}/{name}"
    )]  # fmt: skip
    if len(writers) > 1:
        yield Notice(
            SHARED_WRITER,
            ("sharedRegistry",),
            f"The workspace identities of {listed(writers)} have Contributor on the shared registry: each can "
            "overwrite the images of the others.",
            "Set `registry: own` in environments that build images, or list the one environment that pushes images in "
            "`sharedRegistry.writers`: the others only pull.",
        )


def _builds(config: LandingZoneConfig) -> Iterator[Notice]:
    """Environments whose image builds reach third-party hosts with the identity that reads the data."""
    for project, name, environment in environments(config):
        if environment.image_build.identity == "own":
            continue
        isolation = environment.isolation
        hosts = [*config.egress, *config.egress_hosts, *(isolation.allow if isolation.managed else ())]
        if isolation.managed and isolation.outbound == "internet":
            hosts = ["the internet"]
        if hosts:
            key: Path = ("projects", project, "environments", name, "imageBuild", "identity")
            yield Notice(
                BUILD_READS,
                key,
                f"Image builds of {project} {name} reach {listed(hosts)} with the identity of the compute clusters: "
                "the code of a package can read the data of the environment.",
                f"Set `{dotted(key)}` to `own`, the default: builds then have an identity that pushes images and "
                "reads no data.",
            )
