"""The options of a landing zone, each with the choices that matter, as what they add to a small stack file."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

Fragment = dict[str, Any]

LANDING_ZONE = "c0c0c0c0-1111-4222-8333-444455556666"
ELSEWHERE = "d1d1d1d1-1111-4222-8333-444455556666"

#: The outputs of another stack, next to the stack file: those of examples/hub-stack.
OUTPUTS = "hub.outputs.json"

#: The small stack file, without the network of its one environment, whose name is an option.
BASE: Fragment = {
    "schemaVersion": 1,
    "organisation": "Contoso",
    "businessUnit": "retail",
    "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
    "location": "westeurope",
    "subscriptions": {"landingZone": LANDING_ZONE},
    "spokes": {"main": {"addressSpace": ["10.91.16.0/20"]}},
}


def _existing_hub() -> Fragment:
    network = f"/subscriptions/{ELSEWHERE}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-hub"
    log = f"/subscriptions/{ELSEWHERE}/resourceGroups/rg-log/providers/Microsoft.OperationalInsights/workspaces/log-all"
    return {
        "hub": {
            "existing": {
                "virtualNetwork": network,
                "firewallAddress": "10.0.0.4",
                "logAnalytics": log,
                "addressSpace": ["10.0.0.0/22"],
            }
        }
    }


def _virtual_wan() -> Fragment:
    hub = f"/subscriptions/{ELSEWHERE}/resourceGroups/rg-net/providers/Microsoft.Network/virtualHubs/vhub"
    log = f"/subscriptions/{ELSEWHERE}/resourceGroups/rg-log/providers/Microsoft.OperationalInsights/workspaces/log-all"
    return {"hub": {"virtualWan": {"virtualHub": hub, "logAnalytics": log, "addressSpace": ["10.0.0.0/22"]}}}


def _id(arm_type: str, name: str, subscription: str = ELSEWHERE) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/rg-others/providers/{arm_type}/{name}"


def _environment(fragment: Fragment) -> Fragment:
    """Settings of the environment: inserted when its name is known."""
    return {"environment": fragment}


def _key_brought() -> Fragment:
    vault = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/kv-central"
    uri = "https://kv-central.vault.azure.net/keys/landing-zone/0123456789abcdef0123456789abcdef"
    return _environment({"security": {"customerManagedKey": {"keyVault": vault, "keyUri": uri}}})


_ZONES = f"/subscriptions/{ELSEWHERE}/resourceGroups/rg-zones"
_COSMOS = "33333333-aaaa-4bbb-8ccc-000000000001"
_PERSON = "11111111-aaaa-4bbb-8ccc-000000000009"
_MEMBER = {
    "access": {"dataScientists": ["11111111-aaaa-4bbb-8ccc-000000000012"]},
    "clusters": {"fraud-cpu": {"size": "Standard_D4s_v5", "maxNodes": 2}},
}
_AKS = f"/subscriptions/{LANDING_ZONE}/resourceGroups/rg-aks/providers/Microsoft.ContainerService/managedClusters/aks"
_EDGE = {
    "runtime": "1.5",
    "modules": {"churn": {"repository": "models/churn"}},
    "puller": "33333333-aaaa-4bbb-8ccc-000000000001",
}
_CONNECTED = {
    "cluster": _id("Microsoft.Kubernetes/connectedClusters", "arc-plant", LANDING_ZONE),
    "relay": _id("Microsoft.Relay/namespaces", "arcplantrelay", LANDING_ZONE),
    "computeTargets": {"k-plant": "churn"},
    "training": True,
    "nodes": ["10.60.0.0/24"],
}
_CLUSTER = {
    "cluster": _AKS,
    "namespace": "churn",
    "nodes": ["10.40.0.0/22"],
}
_BUILT = {
    "network": "10.91.24.0/26",
    "podNetwork": "100.64.0.0/18",
    "serviceNetwork": "100.65.0.0/24",
    "pools": {"cpu": {"size": "Standard_D8s_v5", "minNodes": 1, "maxNodes": 4}},
    "azureMl": True,
    "attach": {"computeTargets": {"k-built": "churn"}, "training": True},
}
_OWN = {"names": {"virtualNetwork": "vnet-own"}, "tags": {"costCentre": "1"}}
_NAMING = {
    "tags": {"owner": "platform", "stage": "{environment}"},
    "requiredTags": {"owner": []},
    "naming": {
        "pattern": "{type}-{businessUnit}-{project}-{environment}-{region:4}-{instance}",
        "patterns": {
            "keyVault": "{type}-{project}-{environment}-{purpose:4}-{suffix}",
            "workspace": "{type}-{project}-{environment}-{purpose:5}-{region:4}",
            "storageAccount": "{type}{project}{environment}{suffix}",
            "grafana": "{type}-{project}-{environment}-{suffix}",
            "zoneLink": "{type}-{businessUnit}-{project}-{purpose}",
            "diagnosticSetting": "{type}-{businessUnit}",
            "ruleCollectionGroup": "{type}-{businessUnit}-{purpose}",
        },
        "types": {"identity": "uai"},
    },
}
_SUBNETS = {"training": "10.91.16.64/27", "endpoints": "10.91.16.0/27", "scoring": "10.91.16.32/28"}

_VENDED = _id("Microsoft.Network/virtualNetworks", "vnet-vended", LANDING_ZONE)
_LAKE = {"account": _id("Microsoft.Storage/storageAccounts", "stcontosolake")}
_PARTS = {
    "keyVault": {"id": _id("Microsoft.KeyVault/vaults", "kv-churn", LANDING_ZONE)},
    "containerRegistry": {"id": _id("Microsoft.ContainerRegistry/registries", "crcontoso")},
    "applicationInsights": {"id": _id("Microsoft.Insights/components", "appi-contoso")},
}
_IDENTITIES = {
    role: {
        "id": _id("Microsoft.ManagedIdentity/userAssignedIdentities", f"id-churn-{role}"),
        "principalId": f"22222222-aaaa-4bbb-8ccc-00000000001{number}",
        "clientId": f"33333333-aaaa-4bbb-8ccc-00000000001{number}",
    }
    for number, role in enumerate(("workspace", "compute", "build"))
}
_SHARED_BY = {
    "fraud": {
        "access": {"dataScientists": ["11111111-aaaa-4bbb-8ccc-000000000012"]},
        "clusters": {"fraud-cpu": {"size": "Standard_D8s_v5", "maxNodes": 2}},
    }
}
_INTERNET = {"mode": "managed", "outbound": "internet"}
_SEARCH = {"category": "CognitiveSearch", "target": "https://search.contoso.com", "auth": "entra"}
_BATCH = {
    "clusters": {"score": {"size": "Standard_D4s_v5", "maxNodes": 2, "priority": "lowPriority"}},
    "batchEndpoints": {"cluster": "score", "callers": ["11111111-aaaa-4bbb-8ccc-000000000025"]},
}
_FABRIC_CAPACITY = {"administrators": ["fabric-admin@contoso.com"]}
_FABRIC_WORKSPACE = {
    "id": "aaaa0a0a-bb1b-4c2c-8d3d-eeeeee4e4e4e",
    "identity": "44444444-aaaa-4bbb-8ccc-000000000001",
    "lakehouse": "33333333-aaaa-4bbb-8ccc-000000000001",
}
_CATALOGUE = {
    "account": _id("Microsoft.Purview/accounts", "pview-contoso"),
    "identity": "55555555-aaaa-4bbb-8ccc-000000000001",
}
_REGISTRAR = "66666666-aaaa-4bbb-8ccc-000000000001"
_PIPELINE = "22222222-aaaa-4bbb-8ccc-000000000001"
_MODELS = (
    "/subscriptions/c2c2c2c2-1111-4222-8333-444455556666/resourceGroups/rg-models/providers/"
    "Microsoft.MachineLearningServices/registries/contoso-models"
)
_SERVING = {
    "endpoints": {
        "scoring": {
            "readsSecrets": True,
            "collectsData": True,
            "create": True,
            "callers": ["11111111-aaaa-4bbb-8ccc-000000000023"],
        }
    },
    "callers": ["11111111-aaaa-4bbb-8ccc-000000000021"],
}

_WAREHOUSE = {"addresses": ["192.168.4.0/24"], "ports": [1433, "11000-11999"], "why": "Tables of customers"}
_PEOPLE = {"addressPool": "192.168.8.0/24", "audience": "44444444-aaaa-4bbb-8ccc-000000000001"}
_TABLES = {"resource": _id("Microsoft.Sql/servers", "sql-tables"), "why": "Tables of customers"}
_SQL = {"serviceTag": "Sql", "ports": [1433], "why": "Tables of customers"}

#: Every option, and what each choice of it adds to the stack file. The first choice is the default.
OPTIONS: dict[str, dict[str, Fragment]] = {
    "hub": {
        "created": {"hub": {"addressSpace": "10.20.0.0/24"}},
        "existing": _existing_hub(),
        "of a stack": {"hub": {"stack": {"name": "contoso/aml-landing-zone/hub", "outputs": OUTPUTS}}},
        "none": {"hub": {"network": False}, **_environment({"isolation": "managed"})},
        "virtual WAN": _virtual_wan(),
    },
    "cloud": {
        "public": {},
        "US Government": {"cloud": "usGovernment", "location": "usgovvirginia"},
        "China": {"cloud": "china", "location": "chinanorth3"},
    },
    "dns": {
        "created": {},
        "existing": {"dns": {"mode": "existing", "resourceGroup": _ZONES}},
        "existing, linked": {"dns": {"mode": "existing", "resourceGroup": _ZONES, "linkZones": True}},
        "policy": {"dns": {"mode": "policy"}},
    },
    "subscriptions": {"one": {}, "two": {"subscriptions": {"hub": ELSEWHERE}}},
    "environment": {"dev": {}, "prod": {}},
    "isolation": {
        "injected": {},
        "managed": _environment({"isolation": "managed"}),
        "managed, internet": _environment({"isolation": _INTERNET}),
        "managed, internet, with a feature store": {
            "dataLake": {"network": "10.91.31.240/28"},
            **_environment({"isolation": _INTERNET, "featureStore": {"sparkVersion": "3.5"}}),
        },
    },
    "registry": {"own": {}, "shared": {"sharedRegistry": {}, **_environment({"registry": "shared"})}},
    "key": {
        "Azure's": {},
        "made": _environment({"security": {"customerManagedKey": {"cosmosDbObjectId": _COSMOS}}}),
        "brought": _key_brought(),
    },
    "batch": {"no": _environment({"batch": False}), "yes": _environment({"batch": True, **_BATCH})},
    "egress": {
        "none": {},
        "python": {"egress": ["pythonPackages"]},
        "all": {"egress": ["pythonPackages", "rPackages", "visualStudioCode", "huggingFace", "autoML"]},
    },
    "hosts": {"none": {}, "own": {"egressHosts": {"models": {"hosts": ["models.contoso.com"], "why": "Our models."}}}},
    "serverless": {"no": {}, "yes": _environment({"security": {"serverlessCompute": True}})},
    "computes": {
        "default": {},
        "instances": _environment({"instances": {"ada": {"size": "Standard_D4s_v5", "owner": _PERSON}}}),
        "none": _environment({"clusters": {}}),
    },
    "sharing": {"alone": {}, "shared": _environment({"sharedBy": {"fraud": _MEMBER}})},
    "kubernetes": {
        "none": {},
        "attached": _environment({"kubernetes": {"k-churn": _CLUSTER}}),
        "built": _environment({"aks": _BUILT}),
        "connected": _environment({"arc": {"plant": _CONNECTED}}),
    },
    "edge": {"none": {}, "devices": _environment({"iotEdge": _EDGE})},
    "subnets": {"divided": {}, "said": _environment({"subnets": _SUBNETS})},
    "names": {
        "generated": {},
        "own": {"spokes": {"main": _OWN}},
    },
    "scoring": {"none": {}, "some": _environment({"scoringNodes": 4})},
    "relaxed": {
        "nothing": {},
        "public": _environment({"security": {"publicNetworkAccess": True}}),
        "keys": _environment({"security": {"storageSharedKeys": True}}),
    },
    "guardrails": {
        "as they are": {},
        "none": {"policies": {"guardrails": []}},
        "deny": {"policies": {"otherEffect": "Deny"}},
    },
    "flow logs": {"none": {}, "some": {"flowLogs": {"storageAccount": _LAKE["account"]}}},
    "defender": {"none": {}, "some": {"defender": ["keyVaults", "storage"]}},
    "operations": {
        "none": {},
        "receivers and a budget": {
            "operations": {
                "page": {"emails": ["page@contoso.com"]},
                "ticket": {"roles": ["Monitoring Reader"]},
                "budgets": {"all": {"amount": 100, "start": "2027-01-01"}},
            }
        },
    },
    "pipelines": {
        "none": {},
        "GitHub": {"pipelines": {"github": {"subjects": ["repo:contoso/churn:environment:{environment}"]}}},
    },
    "hub options": {
        "none": {},
        "bastion": {"hub": {"bastion": True}},
        "Premium": {"hub": {"firewall": {"tier": "Premium"}}},
        "policy analytics": {"hub": {"firewall": {"policyAnalytics": True}}},
        "VPN gateway": {"hub": {"vpnGateway": {}}},
        "VPN for people": {"hub": {"vpnGateway": {"pointToSite": _PEOPLE}}, "onPremises": ["192.168.0.0/16"]},
        "NAT gateway": {"hub": {"natGateway": {}}},
        "DNS resolver": {"hub": {"dnsResolver": {}}},
        "DNS security": {"hub": {"dnsSecurity": {"block": ["tunnel.example"]}}},
        "private link scope": {"hub": {"privateLinkScope": {}}},
    },
    "lake": {
        "none": {},
        "created": {"dataLake": {}},
        "with Synapse": {"dataLake": {}, **_environment({"synapse": {"sparkPools": {"s": {"sparkVersion": "3.5"}}}})},
        "in the spoke": {"dataLake": {"network": "10.91.31.240/28"}},
        "existing": {"dataLake": {"existing": _LAKE, "network": "10.91.31.240/28"}},
        "existing, reachable": {"dataLake": {"existing": {**_LAKE, "endpointRange": "10.9.8.0/27"}}},
    },
    "parts": {"own": {}, "existing": _environment({"existing": _PARTS})},
    "exfiltration": {"open": {}, "closed": _environment({"security": {"storageEndpointPolicy": {}}})},
    "search": {"none": {}, "some": _environment({"search": {}})},
    "connections": {"none": {}, "search": _environment({"connections": {"documents": _SEARCH}})},
    "workspace": {"of one project": {}, "of several": _environment({"sharedBy": _SHARED_BY})},
    "log": {
        "created": {},
        "existing": {
            "hub": {"logAnalytics": {"existing": _id("Microsoft.OperationalInsights/workspaces", "log-central")}}
        },
    },
    "region": {"with zones": {}, "without": {"availabilityZones": []}},
    "endpoints": {
        "security groups apply": {},
        "routes apply": {"endpointNetworkPolicies": "all", "onPremises": ["192.168.0.0/16"]},
    },
    "rest of the subscription": {"audited": {}, "denied": {"policies": {"subscription": "Deny"}}},
    "DDoS plan": {
        "none": {},
        "some": {"ddosProtectionPlan": _id("Microsoft.Network/ddosProtectionPlans", "ddos-contoso")},
    },
    "restores": {
        "none": {},
        "points in time": _environment({"storage": {"softDeleteDays": 15, "versioning": True, "restoreDays": 14}}),
    },
    "untagged images": {"kept": {}, "deleted": _environment({"registryRetentionDays": 30})},
    "destinations": {
        "none": {},
        "range": {"onPremises": ["192.168.0.0/16"], **_environment({"destinations": {"warehouse": _WAREHOUSE}})},
        "tag": _environment({"destinations": {"sql": _SQL}}),
        "resource": _environment({"destinations": {"tables": _TABLES}}),
    },
    "databricks": {
        "none": {},
        "some": _environment(
            {"databricks": {"hostNetwork": "10.91.26.0/26", "containerNetwork": "10.91.26.64/26", "signIn": True}}
        ),
    },
    "runners": {
        "none": {},
        "some": _environment({"runners": {"network": "10.91.27.0/28", "service": "github"}}),
    },
    "dataFactory": {"none": {}, "some": _environment({"dataFactory": {}})},
    "model registry": {
        "none": {},
        "created": {"modelRegistry": {"create": {}}},
        "created, two regions": {"modelRegistry": {"create": {"regions": ["northeurope"]}}},
        "existing": {"modelRegistry": {"id": _MODELS, "giveRoles": True}},
    },
    "serving": {
        "none": {},
        "some": {
            "access": {"pipelines": [_PIPELINE]},
            **_environment({"serving": _SERVING}),
        },
    },
    "spoke": {
        "created": {},
        "exists": {"spokes": {"main": {"existing": {"virtualNetwork": _VENDED, "resourceGroup": "rg-vended"}}}},
    },
    "resource group": {"created": {}, "existing": _environment({"existing": {"resourceGroup": "rg-churn"}})},
    "naming": {"generated": {}, "by pattern": _NAMING},
    "fabric": {
        "none": {},
        "capacity": _environment({"fabric": {"capacity": _FABRIC_CAPACITY}}),
        "datastore": _environment({"fabric": {"workspaces": {"analytics": _FABRIC_WORKSPACE}}}),
    },
    "purview": {
        "none": {},
        "created": {"purview": {}},
        "existing": {"purview": {"existing": _CATALOGUE, "registrars": [_REGISTRAR]}},
    },
    "identities": {"created": {}, "existing": _environment({"existing": {"identities": _IDENTITIES}})},
}


def stack_file(chosen: dict[str, str]) -> Fragment:
    """The stack file of one choice for each option: the value of `amlz:landingZone`."""
    whole: Fragment = deepcopy(BASE)
    for option, choice in chosen.items():
        _merge(whole, deepcopy(OPTIONS[option][choice]))
    environment = {"network": "10.91.16.0/25", **whole.pop("environment", {})}
    pipelines = whole.pop("pipelines", None)
    project: Fragment = {"environments": {chosen.get("environment", "dev"): environment}}
    if pipelines:
        project["pipelineIdentities"] = pipelines
    whole["projects"] = {"churn": project}
    return whole


def _merge(into: Fragment, more: Fragment) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value
