"""Decides what devices of Azure IoT Edge run: identities, roles, and the manifest that a pipeline completes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from amlz.azure.ids import parse
from amlz.capabilities.iot_edge.config import IotEdgeConfig, IotEdgeModuleConfig
from amlz.capabilities.iot_edge.facts import DOCKER, IMAGES, RUNTIMES, SCHEMA_VERSION, TARGET
from amlz.capabilities.iot_edge.spec import IotEdgeSpec
from amlz.core.capability import EnvironmentParts, Part, Planner, Relaxation, setting
from amlz.core.capability_facts import Who
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.environment_settings import environments_with, path_of_setting
from amlz.core.facts.dns import registry_domain
from amlz.core.owners import EnvironmentKey
from amlz.core.planning.context import Context
from amlz.core.planning.environment_context import EnvironmentContext
from amlz.core.problems import Path, Problem
from amlz.core.specs import ExistingPrincipalSpec, PrincipalSpec
from amlz.core.subscriptions import subscription_of


def plan_iot_edge(env: EnvironmentContext, given: EnvironmentParts) -> Part | None:
    """Returns what devices of an environment run; None where it has none."""
    settings = _settings(env.settings)
    if settings is None:
        return None
    registry = f"{parse(given.workspace.registry).name.lower()}.{registry_domain(env.context.config.cloud)}"
    spec = IotEdgeSpec(
        registry=registry,
        pulls=settings.puller is not None,
        hub=settings.hub,
        manifest=manifest(settings, registry),
        roles=given.roles.get(TARGET, ()),
    )
    return Part(spec)


def manifest(settings: IotEdgeConfig, registry: str) -> dict[str, Any]:
    """Returns a deployment manifest: facts.TWINS_PAGE. The images of modules have no tag."""
    agent, hub = (f"{IMAGES[name]}:{settings.runtime}" for name in ("edgeAgent", "edgeHub"))
    running = {"status": "running", "restartPolicy": "always"}
    modules = {
        name: {
            "version": "1.0",
            "type": "docker",
            **running,
            "settings": {"image": f"{registry}/{one.repository}", "createOptions": _options(one)},
            **({"env": {key: {"value": text} for key, text in one.environment.items()}} if one.environment else {}),
        }
        for name, one in settings.modules.items()
    }
    return {
        "modulesContent": {
            "$edgeAgent": {
                "properties.desired": {
                    "schemaVersion": SCHEMA_VERSION,
                    "runtime": {"type": "docker", "settings": {"minDockerVersion": DOCKER}},
                    "systemModules": {
                        "edgeAgent": {"type": "docker", "settings": {"image": agent, "createOptions": "{}"}},
                        "edgeHub": {"type": "docker", **running, "settings": {"image": hub, "createOptions": "{}"}},
                    },
                    "modules": modules,
                }
            },
            "$edgeHub": {
                "properties.desired": {
                    "schemaVersion": SCHEMA_VERSION,
                    "routes": dict(settings.routes),
                    "storeAndForwardConfiguration": {"timeToLiveSecs": settings.keep_messages_hours * 3600},
                }
            },
        }
    }


def _options(one: IotEdgeModuleConfig) -> str:
    """Returns options of the container, as a text of JSON."""
    if one.port is None:
        return "{}"
    port = f"{one.port}/tcp"
    return json.dumps(
        {"ExposedPorts": {port: {}}, "HostConfig": {"PortBindings": {port: [{"HostPort": str(one.port)}]}}}
    )


def _settings(environment: EnvironmentConfig) -> IotEdgeConfig | None:
    return setting(environment, "iot_edge", IotEdgeConfig)


def _path(key: EnvironmentKey) -> Path:
    return path_of_setting(key, "iotEdge")


def _all(config: LandingZoneConfig) -> Iterator[tuple[EnvironmentKey, EnvironmentConfig, IotEdgeConfig]]:
    return environments_with(config, _settings)


def _principals(env: EnvironmentContext) -> dict[Who, dict[str, PrincipalSpec]]:
    """Returns the service principal with whose secret devices pull images."""
    settings = _settings(env.settings)
    if settings is None or settings.puller is None:
        return {}
    return {"iotEdgePuller": {settings.puller: ExistingPrincipalSpec("ServicePrincipal", settings.puller)}}


def _targets(env: EnvironmentContext) -> dict[str, str]:
    settings = _settings(env.settings)
    return {} if settings is None or settings.hub is None else {TARGET: settings.hub}


def _outside(context: Context) -> Iterator[str]:
    """Returns the IDs of IoT hubs, which exist."""
    return (settings.hub for _, _, settings in _all(context.config) if settings.hub is not None)


def check_iot_edge(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns settings that a device or a pipeline could not use."""
    for key, environment, settings in _all(config):
        path = _path(key)
        for name in sorted(settings.modules.keys() & IMAGES.keys()):
            yield Problem(
                (*path, "modules", name), f"{name!r} is a module of the runtime.", "Give this one another name."
            )
        if settings.hub is not None and parse(settings.hub).subscription != subscription_of(config, environment):
            yield Problem(
                (*path, "hub"),
                "It is not in the environment's subscription, in which roles are given here.",
                "Name a hub of that subscription; or remove it, and let its owner give pipelines the role.",
            )
        ports: dict[int, str] = {}
        for name, one in settings.modules.items():
            if one.port is not None and ports.setdefault(one.port, name) != name:
                yield Problem(
                    (*path, "modules", name, "port"),
                    f"Module {ports[one.port]!r} has port {one.port} of the device, too.",
                    "Choose another port.",
                )


def _relaxations(config: LandingZoneConfig) -> Iterator[Relaxation]:
    for key, _, settings in _all(config):
        yield Relaxation((*_path(key), "runtime"), _support(settings))
        if settings.puller is not None:
            yield Relaxation(
                (*_path(key), "puller"),
                "with a secret that devices have, a service principal pulls every image of the registry",
            )


def _support(settings: IotEdgeConfig) -> str:
    """Returns the date of the runtime's support, as a sentence."""
    runtime = RUNTIMES[settings.runtime]
    return f"IoT Edge {settings.runtime} has support, and security updates, until {runtime.until} only"


def _summary(config: LandingZoneConfig) -> Iterator[tuple[str, str]]:
    """Returns the step that follows a deployment, and the dates of support."""
    rows = list(_all(config))
    if rows:
        keys = ", ".join(str(key) for key, _, _ in rows)
        support = "; ".join(dict.fromkeys(_support(settings) for _, _, settings in rows))
        yield (
            "IoT Edge",
            f"{keys}: pipelines/iot-edge.sh prints the manifest; {support}, and no page names a later version",
        )


PLANNER = Planner(
    check=check_iot_edge,
    relaxations=_relaxations,
    summary=_summary,
    principals=_principals,
    targets=_targets,
    outside=_outside,
    environment=plan_iot_edge,
)
