"""Facts of Azure IoT Edge."""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.capability_facts import Facts, Grant
from amlz.dataclass import dataclass

HUB = "Microsoft.Devices/IotHubs"
#: The name of an IoT hub in the table of grants.
TARGET = "iotHub"

_LEARN = "https://learn.microsoft.com/azure/"
#: 2026-03-02.
VERSIONS_PAGE = f"{_LEARN}iot-edge/version-history"
#: Properties of the agent and the hub of a device, with the version of their schema.
TWINS_PAGE = f"{_LEARN}iot-edge/module-edgeagent-edgehub"
#: Roles on the data plane, and `--auth-type login`. 2021-10-20.
HUB_PAGE = f"{_LEARN}iot-hub/iot-hub-dev-guide-azure-ad-rbac"
#: A service principal pulls with its application ID and its secret.
PULL_PAGE = f"{_LEARN}container-registry/container-registry-auth-service-principal"

#: Of `$edgeAgent` and `$edgeHub`, since IoT Edge 1.0.10: TWINS_PAGE.
SCHEMA_VERSION = "1.1"
#: The least Docker API that manifests of Microsoft's pages require: TWINS_PAGE.
DOCKER = "v1.25"
IMAGES = {"edgeAgent": "mcr.microsoft.com/azureiotedge-agent", "edgeHub": "mcr.microsoft.com/azureiotedge-hub"}


@dataclass(frozen=True, slots=True)
class SupportedRuntime:
    """A version of the runtime. `until`: the last day of its support (ISO 8601)."""

    until: str
    source: str


#: Version 1.4 had support until 2024-11-12. The page names no version after 1.5.
RUNTIMES: Mapping[str, SupportedRuntime] = {"1.5": SupportedRuntime("2026-11-10", VERSIONS_PAGE)}

_DATA = "IoT Hub Data Contributor"

FACTS = Facts(
    # https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/internet-of-things
    roles={_DATA: "4fc6c259-987e-4a07-842e-c321cc9d413f"},
    grants=(
        Grant("iotEdgePuller", "AcrPull", "registry", "devices pull images of models", PULL_PAGE),
        Grant("iotEdgePuller", "AcrPull", "sharedRegistry", "devices pull images of models", PULL_PAGE),
        # Deployments at scale take the actions of configurations, which no smaller built-in role has.
        Grant("pipelines", _DATA, TARGET, "deploying manifests to devices", HUB_PAGE),
    ),
    shared_targets={TARGET: HUB},
)
