"""The clouds of Azure: what each is called, and where its services answer. Each row has the page that names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from amlz.dataclass import dataclass

CloudName = Literal["public", "usGovernment", "china"]

PUBLIC: CloudName = "public"

FIREWALL_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall"
ENTRA_PAGE = "https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud"
DNS_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-custom-dns"
COMPARED = "https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure"
REGISTRY_PAGE = "https://learn.microsoft.com/azure/container-registry/container-registry-private-link"
CHINA_REGISTRY_PAGE = "https://docs.azure.cn/en-us/container-registry/container-registry-private-link"
#: Services of Azure ML by cloud: its date is PARITY_AS_OF.
PARITY_PAGE = "https://learn.microsoft.com/azure/machine-learning/reference-machine-learning-cloud-parity"
PARITY_AS_OF = "2025-02-28"


@dataclass(frozen=True, slots=True)
class Cloud:
    """A cloud: its name in a sentence, and what the provider azure-native calls it (`environment`)."""

    title: str
    environment: str
    source: str


_PROVIDER = "https://www.pulumi.com/registry/packages/azure-native/api-docs/provider"

CLOUDS: Mapping[CloudName, Cloud] = {
    "public": Cloud("Azure's public cloud", "public", _PROVIDER),
    "usGovernment": Cloud("Azure Government", "usgovernment", _PROVIDER),
    "china": Cloud("Azure operated by 21Vianet", "china", _PROVIDER),
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a service in one cloud: a host, or the end of the names of all of its hosts."""

    service: str
    cloud: CloudName
    host: str
    source: str


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("portal", "public", "portal.azure.com", ENTRA_PAGE),
    Endpoint("portal", "usGovernment", "portal.azure.us", ENTRA_PAGE),
    Endpoint("portal", "china", "portal.azure.cn", ENTRA_PAGE),
    Endpoint("signIn", "public", "login.microsoftonline.com", ENTRA_PAGE),
    Endpoint("signIn", "usGovernment", "login.microsoftonline.us", ENTRA_PAGE),
    # The page on firewalls names login.chinacloudapi.cn for the same.
    Endpoint("signIn", "china", "login.partner.microsoftonline.cn", ENTRA_PAGE),
    Endpoint("resourceManager", "public", "management.azure.com", FIREWALL_PAGE),
    Endpoint("resourceManager", "usGovernment", "management.usgovcloudapi.net", FIREWALL_PAGE),
    Endpoint("resourceManager", "china", "management.chinacloudapi.cn", FIREWALL_PAGE),
    Endpoint("studio", "public", "ml.azure.com", FIREWALL_PAGE),
    Endpoint("studio", "usGovernment", "ml.azure.us", FIREWALL_PAGE),
    Endpoint("studio", "china", "studio.ml.azure.cn", FIREWALL_PAGE),
    Endpoint("workspace", "public", "api.azureml.ms", DNS_PAGE),
    Endpoint("workspace", "usGovernment", "api.ml.azure.us", DNS_PAGE),
    Endpoint("workspace", "china", "api.ml.azure.cn", DNS_PAGE),
    Endpoint("onlineEndpoints", "public", "inference.ml.azure.com", DNS_PAGE),
    Endpoint("onlineEndpoints", "usGovernment", "inference.ml.azure.us", DNS_PAGE),
    Endpoint("onlineEndpoints", "china", "inference.ml.azure.cn", DNS_PAGE),
    Endpoint("vault", "public", "vault.azure.net", FIREWALL_PAGE),
    Endpoint("vault", "usGovernment", "vault.usgovcloudapi.net", FIREWALL_PAGE),
    Endpoint("vault", "china", "vault.azure.cn", FIREWALL_PAGE),
    Endpoint("storage", "public", "core.windows.net", FIREWALL_PAGE),
    Endpoint("storage", "usGovernment", "core.usgovcloudapi.net", FIREWALL_PAGE),
    Endpoint("storage", "china", "core.chinacloudapi.cn", FIREWALL_PAGE),
    Endpoint("registry", "public", "azurecr.io", REGISTRY_PAGE),
    Endpoint("registry", "usGovernment", "azurecr.us", COMPARED),
    Endpoint("registry", "china", "azurecr.cn", CHINA_REGISTRY_PAGE),
)

_HOSTS = {(row.service, row.cloud): row.host for row in ENDPOINTS}


def host_of(service: str, cloud: CloudName) -> str:
    """Returns the host of a service in a cloud. Raises KeyError for a service without a row. Raises KeyError for what
    the table does not have.
    """
    return _HOSTS[service, cloud]


def title(cloud: CloudName) -> str:
    """A cloud's name in a sentence."""
    return CLOUDS[cloud].title
