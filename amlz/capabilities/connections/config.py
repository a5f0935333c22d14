"""Connections of a workspace in the stack file: to services that let identities in."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from amlz.core.capability import Key, Scope, setting
from amlz.core.config.shared import Config

#: Kinds of Azure services of the published type. Which of them lets in which kind of identity is not in it.
#: https://learn.microsoft.com/azure/templates/microsoft.machinelearningservices/workspaces/connections
Category = Literal[
    "ADLSGen2", "AIServices", "AppConfig", "AzureBlob", "AzureDataExplorer", "AzureKeyVault", "AzureMySqlDb",
    "AzureOneLake", "AzureOpenAI", "AzurePostgresDb", "AzureSqlDb", "AzureSqlMi", "AzureStorageAccount",
    "AzureSynapseAnalytics", "AzureTableStorage", "CognitiveSearch", "CognitiveService", "ContainerRegistry",
    "CosmosDb", "Databricks", "Git", "PythonFeed",
]  # fmt: skip

#: The other kinds of the published type, in lower case: each sends a secret.
_WITH_SECRETS = {
    "accesskey", "accountkey", "apikey", "customkeys", "oauth2", "pat", "sas", "serviceprincipal", "usernamepassword",
}  # fmt: skip


def _no_secret(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in _WITH_SECRETS:
        raise PydanticCustomError("connection_secret", "it takes a secret")
    return value


#: As the published type has it.
ConnectionName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$")]
Auth = Annotated[Literal["entra", "managedIdentity"], BeforeValidator(_no_secret)]


class ConnectionConfig(Config):
    """A connection of a workspace, for everybody in it. No secret is in it, and no role is given by it."""

    category: Category
    """Kind of the service."""
    target: Annotated[
        str, StringConstraints(min_length=1, max_length=2048), Field(examples=["https://search.contoso.com"])
    ]
    """Target of the connection: as a rule the address of the service."""
    auth: Auth = "entra"
    """Authentication: each caller signs in (entra), or an identity of the environment does (managedIdentity)."""
    identity: Literal["compute", "workspace"] = "compute"
    """Which identity, with `auth: managedIdentity`."""
    metadata: Annotated[dict[str, str], Field(max_length=20)] = Field(default_factory=dict)
    """Further properties that its kind requires, such as ApiVersion."""


def connections_of(environment: object) -> dict[str, ConnectionConfig]:
    """Returns the connections of an environment, by name."""
    return setting(environment, "connections", dict) or {}


KEYS = (
    Key(
        Scope.ENVIRONMENT,
        "connections",
        dict[ConnectionName, ConnectionConfig],
        "Connections of its workspace by name, without secrets.",
        default={},
    ),
)
