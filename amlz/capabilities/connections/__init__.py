"""Connections of a workspace to services that accept identities. No secret is in them."""

from amlz.azure.protection import Protection, other, ranked
from amlz.core.billing import free
from amlz.core.capability import Capability
from amlz.core.capability_facts import ArmType, Facts, Noun

CONNECTION = "Microsoft.MachineLearningServices/workspaces/connections"

CAPABILITY = Capability(
    title="Connections",
    component="components.connections:Connections",
    page="how-to/data.md",
    facts=Facts(
        types=(ArmType(CONNECTION, Noun("connection", "connections")),),
        bills={CONNECTION: free},
        protections=(
            Protection(CONNECTION, "a connection leads elsewhere", other("target")),
            Protection(
                CONNECTION, "a connection with an identity for all", ranked("authType", "AAD", "ManagedIdentity")
            ),
            Protection(CONNECTION, "another identity is used", other("credentials.resourceId")),
        ),
    ),
)
