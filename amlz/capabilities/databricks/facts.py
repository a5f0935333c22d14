"""Facts of Azure Databricks."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.change_rule import ChangeRule, Kind
from amlz.azure.protection import Protection, ranked
from amlz.azure.protections import PUBLIC
from amlz.core.billing import Body, Omitted, Quantity, free
from amlz.core.capability_facts import (
    ArmType,
    Contradiction,
    Emits,
    Facts,
    Grant,
    Holds,
    NameRule,
    Noun,
    Platform,
    PublicDomains,
    Switch,
    ZonesOf,
)
from amlz.core.facts.egress import TagRule
from amlz.dataclass import dataclass

WORKSPACE, CONNECTOR = "Microsoft.Databricks/workspaces", "Microsoft.Databricks/accessConnectors"
#: Group IDs of private endpoints: of the workspace, for clusters and people, and of the sign-in of a region's browsers.
GROUP, SIGN_IN = "databricks_ui_api", "browser_authentication"
#: The service to which both subnets are delegated: NETWORK_PAGE.
DELEGATION = "Microsoft.Databricks/workspaces"

_DATABRICKS = "https://learn.microsoft.com/azure/databricks/"
NETWORK_PAGE = f"{_DATABRICKS}security/network/classic/vnet-inject"
LINK_PAGE = f"{_DATABRICKS}security/network/classic/private-link"
ROUTES_PAGE = f"{_DATABRICKS}security/network/classic/udr"
#: The identity of an access connector reads and writes containers.
CATALOG_PAGE = f"{_DATABRICKS}connect/unity-catalog/cloud-storage/azure-managed-identities"
#: The public cloud: 2026-05-07. Azure Government: 2023. It has no row for Azure operated by 21Vianet.
ZONES_PAGE = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns"
_SDK = "https://www.pulumi.com/registry/packages/azure-native/api-docs/databricks/workspace/"
_LIST = "https://github.com/pulumi/pulumi-azure-native/issues/3733"

#: The smallest subnet, and addresses of it that Azure leaves: NETWORK_PAGE. A node takes one in each subnet.
SMALLEST, LEAST_NODES = 26, 59

#: Ports of the workspace's private endpoint on which clusters reach the control plane: LINK_PAGE.
PORTS = ("443", "3306", "6666", "8443-8451")

#: Prefix of the names that the service gives its rules. Azure refuses a network security group of such a subnet
#: without them: https://github.com/Azure/azure-quickstart-templates/issues/6670
RULE = "Microsoft.Databricks-workspaces_UseOnly_databricks-worker-to-"


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """A rule that the service requires of the security groups of its subnets, between `VirtualNetwork` and `tag`.

    Priorities, descriptions and names are those of the service's own rules:
    https://github.com/Azure/azure-quickstart-templates/pull/8931
    """

    name: str
    priority: int
    direction: str
    tag: str
    port: str
    why: str


_WITHIN = "Required for worker nodes communication within a cluster."
#: With a private endpoint to the control plane, the rule for the tag AzureDatabricks is not required
#: (`requiredNsgRules: NoAzureDatabricksRules`): LINK_PAGE.
RULES = (
    ServiceRule(f"{RULE}worker-inbound", 100, "Inbound", "VirtualNetwork", "*", _WITHIN),
    ServiceRule(f"{RULE}worker-outbound", 100, "Outbound", "VirtualNetwork", "*", _WITHIN),
    ServiceRule(f"{RULE}sql", 101, "Outbound", "Sql", "3306", "Required for workers communication with Azure SQL services."),
    ServiceRule(f"{RULE}storage", 102, "Outbound", "Storage", "443", "Required for workers communication with Azure Storage services."),
    ServiceRule(f"{RULE}eventhub", 104, "Outbound", "EventHub", "9093", "Required for worker communication with Azure Eventhub services."),
)  # fmt: skip

#: Service tags that the firewall opens to clusters. The page's tag AzureDatabricks is not required with a private endpoint.
TAGS = (
    TagRule("databricks-sql", "Sql.{region}", ("TCP",), ("3306",), "the metastore of Databricks", ROUTES_PAGE),
    TagRule(
        "databricks-storage", "Storage.{region}", ("TCP",), ("443",),
        "storage of Databricks for artifacts and logs; the tag holds every account of the region", ROUTES_PAGE,
    ),
    TagRule("databricks-eventhub", "EventHub.{region}", ("TCP",), ("9093",), "logs to Databricks", ROUTES_PAGE),
)  # fmt: skip

#: Two copies of a page, the later one of API version 2025-08-01-preview.
NETWORK_CHANGE = Contradiction(
    "changing the network or the subnets of a workspace",
    f"refused, VirtualNetworkIdChangeNotAllowed ({NETWORK_PAGE}, an older copy)",
    f"allowed from API version 2025-08-01-preview on ({NETWORK_PAGE}, a later copy)",
    "the guard reports such a change as not known: build another workspace, then remove this one",
)

READER, _CONTRIBUTOR = "Storage Blob Data Reader", "Storage Blob Data Contributor"


def _bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted(
        "Databricks: units (DBU) and virtual machines of its clusters, disks, and its managed storage account"
    )


def _fixed(path: str, why: str, source: str = _SDK) -> ChangeRule:
    return ChangeRule(f"properties.{path}", Kind.FIXED, source, why)


FACTS = Facts(
    types=(
        ArmType(
            WORKSPACE, Noun("Databricks workspace", "Databricks workspaces"), kind="databricksWorkspace",
            # https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
            names=NameRule(
                "dbw-", 3, 64, r"[a-zA-Z0-9_-]*", "letters, digits, hyphens and underscores", "group",
            ),
            # https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/microsoft-databricks-workspaces-logs
            emits=Emits(logs=True, metrics=False, dedicated=True),
            holds=Holds(
                "notebooks, jobs, models, and files in the storage account of its managed resource group", "", "",
                "export notebooks and files (`databricks workspace export-dir / backup`, `databricks fs cp -r dbfs:/ backup`): "
                "Azure has no backup of a Databricks workspace",
                "https://learn.microsoft.com/azure/databricks/dev-tools/cli/commands",
            ),
            public=(Switch("properties.publicNetworkAccess", ("Disabled",), "Enabled"),),
            protected_anywhere=True,
        ),
        ArmType(
            CONNECTOR, Noun("access connector", "access connectors"), kind="databricksConnector",
            names=NameRule("dbac-", 3, 64, r"[a-zA-Z0-9_-]*", "letters, digits, hyphens and underscores", "group"),
        ),
    ),
    zones=(
        *(ZonesOf("public", group, ("privatelink.azuredatabricks.net",), ZONES_PAGE) for group in (GROUP, SIGN_IN)),
        *(ZonesOf("usGovernment", group, ("privatelink.databricks.azure.us",), ZONES_PAGE) for group in (GROUP, SIGN_IN)),
    ),
    domains=(
        *(PublicDomains("public", group, ("azuredatabricks.net",), ZONES_PAGE) for group in (GROUP, SIGN_IN)),
        *(PublicDomains("usGovernment", group, ("databricks.azure.us",), ZONES_PAGE) for group in (GROUP, SIGN_IN)),
    ),
    # https://learn.microsoft.com/azure/private-link/private-endpoint-overview
    endpoint_addresses={GROUP: 1, SIGN_IN: 1},
    grants=(
        Grant("databricksIdentity", READER, "lakeRead", "Databricks reads the lake", CATALOG_PAGE),
        Grant("databricksIdentity", _CONTRIBUTOR, "lakeWrite", "Databricks writes to the lake", CATALOG_PAGE),
    ),
    tags=TAGS,
    platforms={"databricksIdentity": Platform("Databricks")},
    changes={
        WORKSPACE: (
            _fixed("computeMode", "it cannot be changed"),
            _fixed("managedResourceGroupId", "Azure creates the resource group with the workspace", _LIST),
            *(
                ChangeRule(f"properties.parameters.{name}", Kind.UNKNOWN, NETWORK_PAGE, "copies of the page contradict each other: never, or from API version 2025-08-01-preview on")
                for name in ("customVirtualNetworkId", "customPublicSubnetName", "customPrivateSubnetName")
            ),
            *(ChangeRule(f"properties.{name}", Kind.UPDATES, LINK_PAGE) for name in ("publicNetworkAccess", "requiredNsgRules")),
        ),
    },
    bills={WORKSPACE: _bill, CONNECTOR: free},
    protections=(
        Protection(WORKSPACE, PUBLIC, ranked("publicNetworkAccess", "Disabled", "Enabled")),
        Protection(WORKSPACE, "clusters with public addresses", ranked("parameters.enableNoPublicIp.value", "true", "false")),
    ),
)  # fmt: skip
