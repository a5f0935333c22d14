"""What computes must reach, and what they may be allowed to reach.

Required: https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall (2026-03-19) and
https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet (2024-07-08), for computes without a
public address in a network of one's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

FIREWALL_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall"
TRAINING_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet"


@dataclass(frozen=True, slots=True)
class TagRule:
    """Traffic to a service tag. `tag` may hold {region}. `only` names the choice that needs it, "" for always."""

    name: str
    tag: str
    protocols: tuple[str, ...]
    ports: tuple[str, ...]
    why: str
    source: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class FqdnRule:
    """Traffic to host names, over HTTPS unless said. `scenario` is the choice in the stack file that opens it."""

    name: str
    hosts: tuple[str, ...]
    scenario: str
    why: str
    source: str


#: NSG and firewall rules that every compute without a public address needs.
REQUIRED: tuple[TagRule, ...] = (
    TagRule("entra-id", "AzureActiveDirectory", ("TCP",), ("80", "443"), "signing in", FIREWALL_PAGE),
    TagRule(
        "azure-ml", "AzureMachineLearning", ("TCP",), ("443", "8787", "18881"),
        "the service itself, RStudio, completion in notebooks", FIREWALL_PAGE,
    ),
    TagRule("azure-ml-udp", "AzureMachineLearning", ("UDP",), ("5831",), "managing compute instances", FIREWALL_PAGE),
    # The page's table says TCP by a note, its list of hosts and the training page say any protocol: any.
    TagRule("batch", "BatchNodeManagement.{region}", ("Any",), ("443",), "managing cluster nodes", TRAINING_PAGE),
    TagRule("resource-manager", "AzureResourceManager", ("TCP",), ("443",), "creating and deleting computes", FIREWALL_PAGE),
    TagRule(
        "storage", "Storage.{region}", ("TCP",), ("443", "445"),
        "Azure ML's own storage for computes: images, logs, system files. Storage of others in the region, too",
        FIREWALL_PAGE,
    ),
    TagRule("images", "MicrosoftContainerRegistry", ("TCP",), ("443",), "Microsoft's base images", FIREWALL_PAGE),
    TagRule("images-front-door", "AzureFrontDoor.FirstParty", ("TCP",), ("443",), "the same images, by Front Door", FIREWALL_PAGE),
    TagRule("monitor", "AzureMonitor", ("TCP",), ("443",), "logs and metrics", FIREWALL_PAGE),
    TagRule(
        "key-vault", "AzureKeyVault.{region}", ("TCP",), ("443",),
        "credentials pass through Key Vault", FIREWALL_PAGE, only="highBusinessImpact",
    ),
)  # fmt: skip

#: Host names, by scenario of `egress` in the stack file. Microsoft calls its package lists incomplete.
SCENARIOS: Mapping[str, tuple[FqdnRule, ...]] = {
    "pythonPackages": (
        FqdnRule(
            "python-packages",
            (
                "anaconda.com", "*.anaconda.com", "*.anaconda.org", "pypi.org", "*.pythonhosted.org", "pytorch.org",
                "*.pytorch.org", "*.tensorflow.org",
            ),
            "pythonPackages", "Python and conda packages", FIREWALL_PAGE,
        ),
    ),
}  # fmt: skip
