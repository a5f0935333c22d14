"""Ports on which services answer that do not speak HTTPS, by category of a connection."""

from __future__ import annotations

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class UsualPort:
    """The port of a category's clients, for hosts whose names hold `host_part`."""

    category: str
    host_part: str
    port: int
    source: str


PORTS: tuple[UsualPort, ...] = (
    UsualPort(
        "AzureSqlDb", "", 1433, "https://learn.microsoft.com/azure/azure-sql/database/connectivity-architecture"
    ),
    UsualPort(
        "AzureSqlMi", "", 1433,
        "https://learn.microsoft.com/azure/azure-sql/managed-instance/connectivity-architecture-overview",
    ),
    UsualPort(
        "AzureSynapseAnalytics", ".sql.", 1433,
        "https://learn.microsoft.com/azure/synapse-analytics/security/synapse-workspace-ip-firewall",
    ),
    UsualPort(
        "AzureMySqlDb", "", 3306, "https://learn.microsoft.com/azure/mysql/flexible-server/concepts-networking-public"
    ),
    UsualPort(
        "AzurePostgresDb", "", 5432, "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-public"
    ),
)  # fmt: skip
