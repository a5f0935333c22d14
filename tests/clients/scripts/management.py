"""Eight of Azure's management clients, as their documentation uses them."""

from __future__ import annotations

from typing import Any

from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient
from azure.mgmt.resource import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient
from session import ARGUMENTS, CREDENTIAL, OPTIONS, TENANT, finish, step

SUBSCRIPTION = ARGUMENTS[0]
SCOPE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
NETWORK = f"{SCOPE}/providers/Microsoft.Network/virtualNetworks/v"
READER = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"
PERSON = "33333333-1111-4222-8333-444455556666"
ZONE = "privatelink.blob.core.windows.net"


def client(kind: Any) -> Any:
    """A client of a kind."""
    return kind(CREDENTIAL, SUBSCRIPTION, **OPTIONS)


def resources() -> None:
    """Resource groups."""
    groups = client(ResourceManagementClient).resource_groups
    step(
        "resource group",
        lambda: groups.create_or_update("rg", {"location": "westeurope"}).properties.provisioning_state,
    )
    step("it exists", lambda: groups.check_existence("rg"))
    step("another exists", lambda: groups.check_existence("other"))


def network() -> None:
    """A network with subnets in several pages, a second write at once, a missing reference."""
    result = client(NetworkManagementClient)
    ranges = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    listed = [{"name": f"s{item:03}", "properties": {"addressPrefix": f"10.0.{item}.0/24"}} for item in range(230)]
    body = {"location": "westeurope", "properties": {**ranges, "subnets": listed}}
    step("network", lambda: result.virtual_networks.begin_create_or_update("rg", "v", body).result().provisioning_state)
    step("subnets", lambda: len(list(result.subnets.list("rg", "v"))))
    missing = {"id": f"{SCOPE}/providers/Microsoft.Network/networkSecurityGroups/none"}
    subnet = {"properties": {"addressPrefix": "10.0.250.0/24", "networkSecurityGroup": missing}}
    step("missing", lambda: result.subnets.begin_create_or_update("rg", "v", "x", subnet).result().name)


def storage() -> None:
    """A storage account: its name, the account, its keys, a change."""
    accounts = client(StorageManagementClient).storage_accounts
    settings = {"name": "amlzsample", "type": "Microsoft.Storage/storageAccounts"}
    body = {"location": "westeurope", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    step("name is free", lambda: accounts.check_name_availability(settings).name_available)
    step("account", lambda: accounts.begin_create("rg", "amlzsample", body).result().primary_endpoints.blob)
    step("name is taken", lambda: accounts.check_name_availability(settings).name_available)
    step("tags", lambda: dict(accounts.update("rg", "amlzsample", {"tags": {"a": "b"}}).tags))
    step("accounts", lambda: [one.name for one in accounts.list()])


def vault() -> None:
    """A vault: created, deleted, held, purged."""
    vaults = client(KeyVaultManagementClient).vaults
    properties = {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    body = {"location": "westeurope", "properties": properties}
    step("vault", lambda: vaults.begin_create_or_update("rg", "amlzvault", body).result().properties.vault_uri)
    step("vault deleted", lambda: vaults.delete("rg", "amlzvault"))
    step("deleted vaults", lambda: [one.name for one in vaults.list_deleted()])
    step("vault purged", lambda: vaults.begin_purge_deleted("amlzvault", "westeurope").result())
    step("deleted vaults then", lambda: [one.name for one in vaults.list_deleted()])


def others() -> None:
    """A registry, a log, a private zone with a link and a record."""
    registries = client(ContainerRegistryManagementClient).registries
    body = {"location": "westeurope", "sku": {"name": "Premium"}}
    step("registry", lambda: registries.begin_create("rg", "amlzregistry", body).result().properties.login_server)
    logs = client(LogAnalyticsManagementClient).workspaces
    body = {"location": "westeurope", "properties": {"sku": {"name": "PerGB2018"}}}
    step("log", lambda: logs.begin_create_or_update("rg", "log", body).result().retention_in_days)
    dns = client(PrivateDnsManagementClient)
    step("zone", lambda: dns.private_zones.begin_create_or_update("rg", ZONE, {"location": "global"}).result().name)
    link = {"location": "global", "properties": {"registrationEnabled": False, "virtualNetwork": {"id": NETWORK}}}
    links = dns.virtual_network_links
    step("link", lambda: links.begin_create_or_update("rg", ZONE, "l", link).result().provisioning_state)
    record = {"properties": {"ttl": 300, "aRecords": [{"ipv4Address": "10.0.0.4"}]}}
    step("record", lambda: dns.record_sets.create_or_update("rg", ZONE, "A", "x", record).name)


def roles() -> None:
    """A role, assigned twice."""
    result = client(AuthorizationManagementClient)
    step("role", lambda: [one.role_name for one in result.role_definitions.list(SCOPE, filter="roleName eq 'Reader'")])
    body = {
        "properties": {
            "roleDefinitionId": f"/subscriptions/{SUBSCRIPTION}{READER}",
            "principalId": PERSON,
            "principalType": "User",
        }
    }
    names = [f"44444444-1111-4222-8333-44445555666{item}" for item in range(2)]
    step("assigned", lambda: result.role_assignments.create(SCOPE, names[0], body).principal_id)
    step("assigned again", lambda: result.role_assignments.create(SCOPE, names[1], body).principal_id)
    step("assignments", lambda: [one.name for one in result.role_assignments.list_for_scope(SCOPE, filter="atScope()")])


def end() -> None:
    """Everything in the resource group, which is then deleted."""
    result = client(ResourceManagementClient)
    step("all", lambda: sorted(one.name for one in result.resources.list_by_resource_group("rg")))
    step("group deleted", lambda: result.resource_groups.begin_delete("rg").result())
    step("groups", lambda: [one.name for one in result.resource_groups.list()])


for part in (resources, network, storage, vault, others, roles, end):
    part()
finish()
