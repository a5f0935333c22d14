"""Azure IoT Edge in the stack file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from amlz.core.capability import Key, Scope
from amlz.core.config.existing import IotHubId
from amlz.core.config.shared import Config, Guid

#: Of modules and routes: https://json.schemastore.org/azure-iot-edge-deployment-2.0.json
EdgeName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]+$", max_length=63)]
Variable = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$", max_length=63)]
#: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
Repository = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._/-][a-z0-9]+)*$", max_length=255)]
#: https://learn.microsoft.com/azure/iot-edge/module-composition#declare-routes
Route = Annotated[str, StringConstraints(pattern=r"^FROM \S.* INTO \S.*$", max_length=512)]


class IotEdgeModuleConfig(Config):
    """A container with a model, which a release pipeline builds and pushes."""

    repository: Repository
    """Its repository in the environment's registry. The pipeline names the tag or the digest."""
    environment: dict[Variable, str] = Field(default_factory=dict)
    """Environment variables. They are in the manifest, so no secret is here."""
    port: Annotated[int, Field(ge=1, le=65535, strict=True)] | None = None
    """A port of the container that the device offers under the same number."""


class IotEdgeConfig(Config):
    """Models on devices of Azure IoT Edge. docs/how-to/iot-edge.md."""

    runtime: Literal["1.5"]
    """Version of the runtime on the devices. Its support ended on 2026-11-10."""
    modules: Annotated[dict[EdgeName, IotEdgeModuleConfig], Field(min_length=1)]
    """Containers by the name of their module."""
    routes: dict[EdgeName, Route] = Field(default_factory=dict)
    """Routes of messages, by name. Without any, messages stay where they are."""
    keep_messages_hours: Annotated[int, Field(ge=1, le=720, strict=True)] = 2
    """How long a device keeps messages while it has no connection."""
    puller: Guid | None = None
    """The object ID of a service principal with whose secret devices pull images. Left out: their registry is another,
    and the manifest has no credentials.
    """
    hub: IotHubId | None = None
    """The ID of the IoT hub of the devices, in the environment's subscription: pipelines deploy to it."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "iot_edge",
        IotEdgeConfig | None,
        "Models on devices of Azure IoT Edge. docs/how-to/iot-edge.md.",
        copied=False,
    ),
)
