"""An existing Azure ML registry in the stack file."""

from __future__ import annotations

from amlz.core.capability import Key, Scope
from amlz.core.config.existing import ModelRegistryId
from amlz.core.config.shared import Config


class ModelRegistryConfig(Config):
    """An Azure ML registry that exists already. Several landing zones can use it; nothing of it is changed."""

    id: ModelRegistryId
    """The ID of the registry, in the same tenant."""
    give_roles: bool | None = None
    """Assigns the roles on it here. If false, its owner does. Required for a registry in another subscription; default:
    true.
    """


KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "model_registry",
        ModelRegistryConfig | None,
        "An existing Azure ML registry for promoting models. docs/how-to/model-registry.md.",
    ),
)
