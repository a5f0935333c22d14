"""Online and batch endpoints in the stack file: what they may do, and who may call them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from amlz.capabilities.serving.facts import INSTANCES
from amlz.core.capability import Key, Scope
from amlz.core.config.shared import ComputeName, Config, Guid, VmSize, Word


class EndpointCapacityConfig(Config):
    """Machines of a deployment at full scale, from which the quota follows. Deployments are the pipeline's."""

    size: VmSize
    """Size of its virtual machines."""
    instances: Annotated[int, Field(ge=1, le=INSTANCES, strict=True)]
    """The most instances of a deployment."""


class OnlineEndpointConfig(Config):
    """A managed online endpoint. Its identity and roles are created here, deployments and traffic by a pipeline."""

    collects_data: Annotated[bool, Field(strict=True)] = False
    """Allows its deployments to write collected data to the workspace's storage account."""
    reads_secrets: Annotated[bool, Field(strict=True)] = False
    """Allows its deployments to read every secret in the key vault of the environment."""
    capacity: EndpointCapacityConfig | None = None
    """Machines to count in the quota. Default: none are counted."""
    create: Annotated[bool, Field(strict=True)] = False
    """Creates the empty endpoint, too. Pulumi then never changes it: traffic and deployments are the pipeline's."""
    callers: tuple[Guid, ...] = ()
    """Entra groups that may call this endpoint only. It needs `create`, since a role needs an existing endpoint."""


class ServingConfig(Config):
    """Managed online endpoints of an environment. docs/how-to/serve.md."""

    endpoints: Annotated[dict[Word, OnlineEndpointConfig], Field(min_length=1)]
    """Endpoints by name. The whole name in Azure is `NAME-ENVIRONMENT-SUFFIX`."""
    callers: tuple[Guid, ...] = ()
    """Entra groups that may call every online endpoint of the workspace with their own token."""


class BatchEndpointsConfig(Config):
    """Batch endpoints of an environment: the cluster that they score on, and who invokes them. docs/how-to/serve.md."""

    cluster: ComputeName
    """The cluster of this environment on which they score; `priority: lowPriority` costs less, and its jobs can be
    interrupted.
    """
    callers: Annotated[tuple[Guid, ...], Field(min_length=1)]
    """Entra groups that may invoke batch endpoints of the workspace. Jobs read and write data as their caller."""


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "serving",
        ServingConfig | None,
        "Managed online endpoints: identities, roles, callers. docs/how-to/serve.md.",
    ),
    Key(
        Scope.ENVIRONMENT,
        "batch_endpoints",
        BatchEndpointsConfig | None,
        "Batch endpoints: their cluster and callers. They need `batch`. docs/how-to/serve.md.",
    ),
)
