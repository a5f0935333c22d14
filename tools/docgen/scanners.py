"""docs/reference/scanners.md: what scanners report of an exported template, why, and what turns it off."""

from __future__ import annotations

from dataclasses import dataclass

from tools.docgen.templating import rendered


@dataclass(frozen=True, slots=True)
class ScannerFinding:
    """A check of a scanner that fails for some shipped stack file.

    `reads`: what the check looks at. `why`: why it fails. `off`: the option that turns it off.
    """

    check: str
    title: str
    reads: str
    why: str
    off: str | None = None


#: Checkov with the framework `arm`. tests/clients/test_scanners.py holds the rows against a real run.
CHECKOV: tuple[ScannerFinding, ...] = (
    ScannerFinding(
        "CKV2_AZURE_48",
        "Databricks workspaces: a customer-managed key",
        "`encryption` of the storage account in a workspace's managed resource group",
        "That account is encrypted with a key of Azure. Customer-managed keys of Databricks are not built here.",
    ),
    ScannerFinding(
        "CKV2_AZURE_49",
        "workspaces: no public network access",
        "`publicNetworkAccess` of a workspace",
        "The stack file opens the workspace. A preview reports it too: `exposure/public-access`.",
        "`security.publicNetworkAccess: false`, the default",
    ),
    ScannerFinding(
        "CKV2_AZURE_53",
        "Synapse workspaces: extended audit logs",
        "an extended auditing policy of a workspace",
        "The workspace sends its logs to the central log by a diagnostic setting. No auditing policy is built.",
    ),
    ScannerFinding(
        "CKV_AZURE_4",
        "AKS clusters: the monitoring add-on",
        "add-on `omsagent` of a cluster",
        "Logs of the control plane go to the central log by a diagnostic setting. The add-on sends those of "
        "containers, and is not built by default.",
        "`monitoring: true`",
    ),
    ScannerFinding(
        "CKV_AZURE_6",
        "AKS clusters: ranges that may use the API server",
        "`authorizedIPRanges` of a cluster",
        "Such ranges are for an API server with a public address. This one has a private endpoint only.",
    ),
    ScannerFinding(
        "CKV_AZURE_8",
        "AKS clusters: no dashboard",
        "add-on `kubeDashboard` of a cluster",
        "The check wants an entry that turns the add-on off. The cluster has no entry of it, and so not the add-on.",
    ),
    ScannerFinding(
        "CKV_AZURE_12",
        "flow logs: kept for 90 days",
        "`retentionPolicy.days` of a flow log",
        "The default is 90 days; an example keeps them for 30.",
        "`flowLogs.retentionDays: 90` or more",
    ),
    ScannerFinding(
        "CKV_AZURE_40",
        "keys: an expiration date",
        "`rotationPolicy` of a key",
        "A key that encrypts a workspace must not expire: everything that it encrypts would become unreadable.",
        "an existing key: `security.customerManagedKey`",
    ),
    ScannerFinding(
        "CKV_AZURE_58",
        "Synapse workspaces: a managed network",
        "`managedVirtualNetwork` of a workspace",
        "The check refuses the value `default`, which is the one that gives a workspace its managed network.",
    ),
    ScannerFinding(
        "CKV_AZURE_87",
        "Defender for Key Vault is on",
        "tier and name of each plan of Defender",
        "The check fails for each other plan, also where the plan of Key Vault is on.",
        "no other plan than `keyVaults` in `subscriptions`' `defender`",
    ),
    ScannerFinding(
        "CKV_AZURE_103",
        "data factories: a Git repository",
        "`repoConfiguration` of a factory",
        "The team that writes the pipelines connects it ([how to](../how-to/data-factory.md#pipelines-in-git)), and "
        "`pulumi up` leaves that alone.",
    ),
    ScannerFinding(
        "CKV_AZURE_112",
        "keys: in a hardware security module",
        "`kty` of a key",
        "A key that is made here is a software-protected RSA key of 3072 bits.",
        "an existing key in a hardware security module: `security.customerManagedKey`",
    ),
    ScannerFinding(
        "CKV_AZURE_157",
        "Synapse workspaces: no data leaves the managed network",
        "`dataExfiltrationProtectionEnabled` of a workspace",
        "ARM has no such property. The workspace sets `managedVirtualNetworkSettings.preventDataExfiltration`.",
    ),
    ScannerFinding(
        "CKV_AZURE_166",
        "registries: quarantine of images",
        "`quarantinePolicy` of a registry",
        "Quarantine holds back every pushed image until a scanner releases it. No such scanner is built here, so image "
        "builds of Azure ML would wait without end.",
    ),
    ScannerFinding(
        "CKV_AZURE_168",
        "AKS clusters: 50 pods a node",
        "`maxPods` of a cluster or node pool",
        "It is not set. With Azure CNI Overlay, Azure sets 250.",
    ),
    ScannerFinding(
        "CKV_AZURE_172",
        "AKS clusters: secrets are read again",
        "add-on `azureKeyvaultSecretsProvider` of a cluster",
        "The add-on, which gives pods secrets of a key vault, is not built here.",
    ),
    ScannerFinding(
        "CKV_AZURE_182",
        "networks: two DNS servers",
        "`dnsServers` of a network",
        "A spoke has one DNS server: the firewall, whose single address belongs to several instances.",
        "two addresses in `hub.dnsServers`",
    ),
    ScannerFinding(
        "CKV_AZURE_183",
        "networks: separate DNS servers",
        "`dnsServers` and address space of a network",
        "The DNS server of a spoke is in the hub, which exists already or is of another stack, and so outside the "
        "spoke's address space.",
    ),
    ScannerFinding(
        "CKV_AZURE_206",
        "storage accounts: copies in another region",
        "`sku` of a storage account",
        "In production accounts have copies in the zones of their region, where it has zones. A copy in another region "
        "would move data out of the region of the stack file.",
    ),
    ScannerFinding(
        "CKV_AZURE_208",
        "Azure AI Search: three replicas",
        "`replicaCount` of a search service",
        "The default is one replica, which has no service level.",
        "`search.replicas: 3`",
    ),
    ScannerFinding(
        "CKV_AZURE_216",
        "firewalls: threat intelligence denies",
        "`threatIntelMode` of a firewall",
        "The check reads the property of a firewall without a policy. This firewall has a policy, which sets `Deny` "
        "(`hub.firewall.threatIntelligence`).",
    ),
    ScannerFinding(
        "CKV_AZURE_226",
        "AKS clusters: temporary disks for the system",
        "`osDiskType` of a cluster's first pool",
        "It is not set. Azure takes a temporary disk where the machine size has a large enough one.",
    ),
    ScannerFinding(
        "CKV_AZURE_227",
        "AKS clusters: encryption at the host",
        "`enableEncryptionAtHost` of a cluster or node pool",
        "It needs a feature that is registered in the subscription, and machine sizes that support it: not set here.",
    ),
    ScannerFinding(
        "CKV_AZURE_233",
        "registries: zone redundancy",
        "`zoneRedundancy` of a registry",
        "A registry is in one zone, except in production of a region with zones.",
        "production, in a region with zones",
    ),
    ScannerFinding(
        "CKV_AZURE_240",
        "Synapse workspaces: a customer-managed key",
        "`encryption` of a workspace",
        "The workspace is encrypted with a key of Azure. Customer-managed keys of Synapse are not built here.",
    ),
    ScannerFinding(
        "CKV_AZURE_242",
        "Spark pools of Synapse: isolated compute",
        "`isComputeIsolationEnabled` of a pool",
        "It is not set: a pool may share hosts with others.",
    ),
    ScannerFinding(
        "CKV_AZURE_243",
        "workspaces: a private endpoint",
        "outbound rules of a workspace's managed network",
        "The check looks for a private endpoint from the workspace to another service. The private endpoint to the "
        "workspace exists, as a separate resource.",
    ),
)


def scanners_page() -> str:
    """Returns the page."""
    return rendered(
        "scanners.md.jinja",
        checkov=[
            (f"`{finding.check}`", finding.title, finding.reads, finding.why, finding.off or "nothing")
            for finding in CHECKOV
        ],
    )
