"""Host names that the service tags of the required rules reach.

Each row is of the tables "Microsoft hosts" of https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall
(2026-03-19), which are for firewalls without service tags. Tags with a region reach the hosts only where they are in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.core.facts.clouds import CloudName, host_of
from amlz.core.facts.egress import REQUIRED

_IMAGES = ("mcr.microsoft.com", "*.data.mcr.microsoft.com")
_TELEMETRY = (
    "dc.applicationinsights.azure.com", "dc.applicationinsights.microsoft.com", "dc.services.visualstudio.com",
    "*.in.applicationinsights.azure.com",
)  # fmt: skip


def _storage(cloud: CloudName) -> tuple[str, ...]:
    return tuple(f"*.{group}.{host_of('storage', cloud)}" for group in ("blob", "dfs", "file", "queue", "table"))


#: By service tag and cloud: host names, `*.` for everything below one.
TAG_HOSTS: Mapping[str, Mapping[CloudName, tuple[str, ...]]] = {
    "AzureActiveDirectory": {
        "public": ("login.microsoftonline.com",),
        "usGovernment": ("login.microsoftonline.us",),
        "china": ("login.chinacloudapi.cn", "login.partner.microsoftonline.cn"),
    },
    "AzureMachineLearning": {
        "public": ("*.azureml.ms", "*.azureml.net"),
        "usGovernment": ("*.ml.azure.us", "*.azureml.us"),
        "china": ("*.ml.azure.cn", "*.azureml.cn"),
    },
    "AzureResourceManager": {
        "public": ("management.azure.com",),
        "usGovernment": ("management.azure.us", "management.usgovcloudapi.net"),
        "china": ("management.azure.cn", "management.chinacloudapi.cn"),
    },
    "Storage.{region}": {
        "public": _storage("public"), "usGovernment": _storage("usGovernment"), "china": _storage("china"),
    },
    "MicrosoftContainerRegistry": {"public": _IMAGES, "usGovernment": _IMAGES, "china": _IMAGES},
    "AzureMonitor": {"public": _TELEMETRY},
    "AzureKeyVault.{region}": {
        "public": ("*.vault.azure.net",), "usGovernment": ("*.vault.usgovcloudapi.net",), "china": ("*.vault.azure.cn",),
    },
}  # fmt: skip


def tags_of(host: str, port: int, cloud: CloudName) -> Iterator[tuple[str, str | None]]:
    """The tags of required rules that reach a host on a port, each with the choice that it is for, None for always."""
    for row in REQUIRED:
        hosts = TAG_HOSTS.get(row.tag, {}).get(cloud, ())
        if str(port) in row.ports and any(matches(host, pattern) for pattern in hosts):
            yield row.tag, row.only


def matches(host: str, pattern: str) -> bool:
    """Returns whether a rule names a host: `*.` matches everything below a name, at any depth."""
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
