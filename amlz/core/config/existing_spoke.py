"""The network of a spoke that exists already, and subnets in it, in the stack file."""

from __future__ import annotations

from amlz.core.config.existing import ExistingGroup, NetworkId
from amlz.core.config.shared import Config, OwnName


class ExistingSpokeConfig(Config):
    """The network of a spoke, which its owner made: it is not changed, and its owner peers it."""

    virtual_network: NetworkId
    """The id of the virtual network. The spoke's subscription follows from it."""
    resource_group: ExistingGroup | None = None
    """The resource group of what is created for the spoke, where that exists, by its name or its id: security groups
    and the route table. docs/how-to/bring-your-own.md."""


class ExistingSubnetsConfig(Config):
    """Names of an environment's subnets that exist in the network of its spoke. Their ranges are those of `network`, or
    of `subnets`. Each subnet of the environment is named; its owner gives it security rules and routes.
    """

    training: OwnName | None = None
    """Clusters and instances; not with a managed network."""
    endpoints: OwnName | None = None
    """Private endpoints."""
    scoring: OwnName | None = None
    """Nodes that serve models, where the environment has a range for them."""
    build: OwnName | None = None
    """The cluster that builds images, where the environment has a range for it."""
