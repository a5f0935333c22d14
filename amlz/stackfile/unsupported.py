"""Keys that users of other tools expect and that are not supported, each with the reason and another way."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_lowercase, ascii_uppercase

from amlz.core.problems import Path
from amlz.stackfile.set_elsewhere import SET_ELSEWHERE
from amlz.stackfile.unsupported_key import Unsupported

_SECURITY = ("projects", "*", "environments", "*", "security")
_ENVIRONMENT = _SECURITY[:-1]
_SELECTED = Unsupported(
    _SECURITY,
    frozenset({"ipallowlist", "allowedips", "ipallowedlist", "networkacls", "iprules", "selectednetworks"}),
    "A workspace for selected addresses is not supported: azure-native has no argument for its list.",
    "Remove it: the workspace is then private, and a gateway or jump hosts reach it (docs/explanation/hub.md).",
)
_GROUP = Unsupported(
    _ENVIRONMENT,
    frozenset({"resourcegroup", "resourcegroupname", "resourcegroupid", "existingresourcegroup", "group", "rg"}),
    "A resource group that exists is named under `existing.resourceGroup`, the name of a created one under "
    "`names.resourceGroup`.",
    "Remove it, and set one of the two (docs/how-to/bring-your-own.md).",
)
_EXISTING = (*_ENVIRONMENT, "existing")
_GROUP_OF_EXISTING = Unsupported(
    _EXISTING,
    _GROUP.keys - {"resourcegroup"},
    "A resource group that exists is named under `resourceGroup`.",
    "Remove it, and set `resourceGroup` (docs/how-to/bring-your-own.md).",
)
UNSUPPORTED: tuple[Unsupported, ...] = (
    _SELECTED,
    _SELECTED.at(_ENVIRONMENT),
    _GROUP,
    _GROUP.at(("spokes", "*")),
    _GROUP_OF_EXISTING,
    _GROUP_OF_EXISTING.at(("spokes", "*", "existing")),
    Unsupported(
        _EXISTING,
        frozenset({"storageaccount", "storage", "storageaccountid"}),
        "A storage account that exists is not supported: a workspace gets a new one.",
        "Remove it. Use `dataLake` for data that exists (docs/how-to/data.md).",
    ),
    Unsupported(
        _EXISTING,
        frozenset({"identity", "managedidentity", "managedidentities", "userassignedidentity", "uami"}),
        "Identities that exist are named under `identities`, by role.",
        "Remove it, and set `identities: {workspace: {id: ID, principalId: ID, clientId: ID}}` "
        "(docs/how-to/bring-your-own.md).",
    ),
    Unsupported(
        (*_EXISTING, "identities"),
        frozenset(
            {"encryption", "endpoint", "endpoints", "serving", "pipelines", "github", "azuredevops", "featurestore"}
            | {"databricks", "datafactory", "aks", "aksnodes", "aksgrafana", "mesh", "members", "operations"}
        ),
        "Only the identities of the workspace, of compute targets and of image builds can exist already.",
        "Remove it: this one is created. `naming.names` sets its name (docs/how-to/own-names.md).",
    ),
    Unsupported(
        _EXISTING,
        frozenset({"insights", "appinsights", "telemetry"}),
        "An Application Insights that exists is named under `applicationInsights`.",
        "Remove it, and set `applicationInsights: {id: ID}` (docs/how-to/bring-your-own.md).",
    ),
    Unsupported(
        _EXISTING,
        frozenset({"workspace", "workspaceid", "mlworkspace", "azuremlworkspace"}),
        "A workspace that exists is not supported: its network and its stores are decided when it is created.",
        "Remove it. Projects can share a workspace that is created here (docs/how-to/shared-workspaces.md).",
    ),
    Unsupported(
        ("hub",),
        frozenset({"vwan", "virtualhub", "vhub"}),
        "A hub of Virtual WAN is named under `virtualWan`.",
        "Set `virtualWan: {virtualHub: ID}` with its ranges and the central log: docs/how-to/organisation.md.",
    ),
    Unsupported(
        ("spokes", "*"),
        frozenset({"virtualnetwork", "virtualnetworkid", "vnet", "vnetid", "id"}),
        "A network that exists is named under `existing` of its spoke.",
        "Set `existing: {virtualNetwork: ID}`: docs/how-to/organisation.md.",
    ),
    Unsupported(
        ("spokes", "*"),
        frozenset({"subnets", "subnetids", "existingsubnets"}),
        "Subnets belong to an environment.",
        "Set `existing.subnets` of the environment for subnets that exist, or `subnets` for ranges: "
        "docs/how-to/organisation.md.",
    ),
    Unsupported(
        ("spokes", "*"),
        frozenset({"location", "region"}),
        "A spoke in another region is not supported: everything of a stack is in `location`.",
        "Write a stack file for the other region, with a hub there: docs/explanation/recovery.md.",
    ),
    Unsupported(
        (*_ENVIRONMENT, "synapse"),
        frozenset({"linkedservice", "linkedservices", "azuremachinelearning", "azureml", "aml", "machinelearning"}),
        "A linked service between Synapse and Azure ML is not supported: Azure registers no new Synapse workspaces in "
        "Azure ML, and a protected network has no linked service to Azure ML.",
        "Remove it: both use the data lake, and pipelines call batch endpoints (docs/how-to/synapse.md).",
    ),
    Unsupported(
        _ENVIRONMENT,
        frozenset({"location", "region"}),
        "An environment in another region is not supported: everything of a stack is in `location`.",
        "Write a stack file for the other region, with a hub there: docs/explanation/recovery.md.",
    ),
    Unsupported(
        (),
        frozenset({"locations", "regions", "secondarylocation", "secondaryregion", "pairedregion"}),
        "Several regions in one stack are not supported.",
        "Write a stack file for each region, with `location` and a hub there: docs/explanation/recovery.md.",
    ),
    Unsupported(
        _ENVIRONMENT,
        frozenset({"subscription", "subscriptionid"}),
        "The subscription is a setting of the spoke: subnets, endpoints and compute targets are in one subscription.",
        "Set `spokes.NAME.subscription`, and `spoke` of the environment: docs/how-to/organisation.md.",
    ),
    Unsupported(
        _ENVIRONMENT,
        frozenset({"kind", "workspacekind", "workspacetype", "hubworkspace", "hubid", "hubresourceid", "hub"}),
        "Workspaces of the kinds hub and project are not supported: a hub has no clusters, no batch endpoints and no "
        "virtual network of yours, and environments are built on these.",
        "Remove it: the workspace of an environment is of the kind Default. For several projects in one workspace, set "
        "`sharedBy` (docs/how-to/shared-workspaces.md).",
    ),
    Unsupported(
        (),
        frozenset({"featurestore", "featurestores", "featurestoreworkspace"}),
        "A feature store belongs to an environment.",
        "Remove it, and set `featureStore` of the environment (docs/how-to/feature-store.md).",
    ),
    Unsupported(
        (*_ENVIRONMENT, "featureStore"),
        frozenset({"online", "onlinestore", "redis", "rediscache", "cache"}),
        "An online store is not supported: Microsoft documents Azure Cache for Redis as the only one, and retires it.",
        "Remove it: features are in the offline store (docs/how-to/feature-store.md).",
    ),
    Unsupported(
        (),
        frozenset({"amlregistry", "azuremlregistry", "mlregistry", "registries"}),
        "An Azure ML registry is set by another key.",
        "Remove it. Create a registry with `modelRegistry.create`, or refer to one that exists with `modelRegistry.id` "
        "(docs/how-to/model-registry.md).",
    ),
    Unsupported(
        ("subscriptions",),
        frozenset({"environments", "projects", "production", "prod", "dev", "nonproduction", "nonprod", "spokes"}),
        "Subscriptions by environment are not set here: an environment is in the subscription of its spoke.",
        "Set `spokes.NAME.subscription`, and `spoke` of the environment: docs/how-to/organisation.md.",
    ),
    Unsupported(
        (),
        frozenset({"namingconvention", "namepattern", "namingpattern", "names", "abbreviations"}),
        "Names are set below `naming`.",
        "Remove it, and set `naming.pattern` (docs/how-to/own-names.md).",
    ),
    Unsupported(
        ("egressHosts", "*"),
        frozenset({"ports", "port", "ranges", "addresses", "servicetags", "servicetag", "protocol", "privateendpoint"}),
        "Only HTTPS hosts are opened for all environments.",
        "Remove it, and set `destinations` of the environment that needs it: ranges and service tags with their ports "
        "(docs/how-to/destinations.md).",
    ),
    Unsupported(
        ("hub",),
        frozenset({"jumpvm", "jumpbox", "jumphost", "jumpmachine", "virtualmachine", "virtualmachines", "vm", "vms"}),
        "Machines are not built: their image, patches and users belong to the team that operates them.",
        "Remove it. Set `jumpHosts` to `true` for their subnet (docs/explanation/hub.md), or `vpnGateway.pointToSite` "
        "for people who need no machine (docs/how-to/vpn.md).",
    ),
    Unsupported(
        ("hub", "vpnGateway"),
        frozenset(
            {
                "connections",
                "vpnconnections",
                "sharedkey",
                "presharedkey",
                "localnetworkgateways",
                "localgateways",
                "sitetosite",
            }
        ),
        "Connections between sites are not built: a shared key is a secret, and azure-native 3.29.0 has no argument "
        "for certificates of a key vault.",
        "Remove it, and set `identity` for connections with certificates, which the owner of the other site creates. "
        "For people, set `pointToSite` (docs/how-to/vpn.md).",
    ),
    Unsupported(
        ("hub", "vpnGateway"),
        frozenset({"p2s", "clients", "people", "vpnclient", "vpnclients", "vpnclientconfiguration"}),
        "Connections of people are set under `pointToSite`.",
        "Remove it, and set `pointToSite: {addressPool: RANGE, audience: ID}` (docs/how-to/vpn.md).",
    ),
    Unsupported(
        ("hub", "vpnGateway", "pointToSite"),
        frozenset(
            {
                "certificates",
                "rootcertificates",
                "rootcertificate",
                "radius",
                "radiusserver",
                "radiussecret",
                "protocols",
            }
        ),
        "People sign in with Entra ID alone, over OpenVPN: RADIUS needs a shared secret, and a certificate on a device "
        "is no sign-in of a person.",
        "Remove it. Conditional Access of the application in `audience` decides which devices people use "
        "(docs/how-to/vpn.md).",
    ),
    Unsupported(
        ("sharedRegistry",),
        frozenset({"replications", "georeplication", "georeplications", "georeplicas"}),
        "Regions of copies are a list under `replicas`.",
        "Remove it, and set `replicas`: docs/explanation/recovery.md.",
    ),
    Unsupported(
        (*_ENVIRONMENT, "storage"),
        frozenset({"backup", "backupvault", "backuppolicy", "backups", "vaultedbackup"}),
        "A backup vault is not built: Azure Backup copies blobs by replication to a separate account, and it is not "
        "known if that works where replication to other tenants is off, as here.",
        "Remove it, and set `restoreDays`, `softDeleteDays` and `versioning`: docs/explanation/recovery.md.",
    ),
    Unsupported(
        ("hub", "dnsResolver"),
        frozenset({"existing", "id", "resolverid", "inboundendpoint"}),
        "`dnsResolver` builds a resolver. One that exists is named by the addresses of its inbound endpoint.",
        "Remove `dnsResolver`, and set `dnsServers` of `hub.existing` (docs/how-to/organisation.md).",
    ),
    Unsupported(
        ("hub",),
        frozenset({"ddosprotectionplan", "ddosprotection", "ddosplan", "ddos"}),
        "The DDoS protection plan is a setting of the landing zone: networks of hub and spokes join it.",
        "Set `ddosProtectionPlan` next to `hub`, with the ID of the plan: docs/how-to/organisation.md.",
    ),
)


#: To lower case, without separators.
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase, "_-")
_ROWS = (*UNSUPPORTED, *SET_ELSEWHERE)
_BY_KEY: Mapping[str, tuple[Unsupported, ...]] = {
    key: tuple(row for row in _ROWS if key in row.keys) for row in _ROWS for key in row.keys
}


def unsupported(path: Path) -> tuple[str, str] | None:
    """Returns why an unknown key is not supported, or where it is set, and the remedy; None for any other key."""
    above, key = path[:-1], str(path[-1]).translate(_SMALL)
    for row in _BY_KEY.get(key, ()):
        same = len(above) == len(row.below) and all(
            part in ("*", at) for part, at in zip(row.below, above, strict=True)
        )
        if same:
            return row.what, row.remedy
    return None
