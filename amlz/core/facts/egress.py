"""Destinations that compute targets must reach, and those that they may be allowed to reach.

Required: https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall (2026-03-19) and
https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet (2024-07-08), for compute targets without
a public address in a custom network. The first page has tags and lists of packages for all clouds alike, and hosts of
Microsoft's by cloud.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlz.core.facts.clouds import FIREWALL_PAGE, PARITY_AS_OF, PARITY_PAGE, CloudName
from amlz.dataclass import dataclass

TRAINING_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-secure-training-vnet"
EXFILTRATION_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-prevent-data-loss-exfiltration"
#: How-to-managed-network, scenario "Use HuggingFace models", with the hosts added on 2026-06-03 (azure-ai-docs#748).
HUGGING_FACE_PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network"
#: Section "Downloading behind a proxy or firewall" (2026-08-25). Hugging Face changes these hosts: it lists the current
#: ones at https://huggingface.co/.well-known/meta.json.
HUGGING_FACE_HOSTS_PAGE = "https://huggingface.co/docs/hub/models-downloading"
#: The hosts `cdn-lfs*.hf.co`, as Hugging Face listed them on 2024-10-09. Later pages leave out the first.
HUGGING_FACE_CDN_LIST = "https://github.com/huggingface/transformers/issues/33947"


#: Under this name a service endpoint policy lets through the storage of Azure ML itself (service Global).
#: https://learn.microsoft.com/azure/machine-learning/how-to-prevent-data-loss-exfiltration
AZURE_ML_ALIAS = "/services/Azure/MachineLearning"


@dataclass(frozen=True, slots=True)
class TagRule:
    """Traffic to a service tag. `tag` may hold {region}. `only` names the choice that needs it, None for always."""

    name: str
    tag: str
    protocols: tuple[str, ...]
    ports: tuple[str, ...]
    why: str
    source: str
    only: str | None = None


@dataclass(frozen=True, slots=True)
class FqdnRule:
    """Traffic to host names, by default over HTTPS. `scenario` is the choice in the stack file that opens it."""

    name: str
    hosts: tuple[str, ...]
    scenario: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class HostRule:
    """Hosts that every compute target needs in one cloud in addition to the tags, over HTTPS. Hosts may hold
    {region}.
    """

    cloud: CloudName
    name: str
    hosts: tuple[str, ...]
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class NotThere:
    """A scenario that a cloud does not have, or whose hosts there no page names. `why`: a sentence with {cloud}."""

    scenario: str
    clouds: tuple[CloudName, ...]
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
    # The page's table states TCP in a note, its list of hosts and the training page state any protocol: any.
    TagRule("batch", "BatchNodeManagement.{region}", ("Any",), ("443",), "managing cluster nodes", TRAINING_PAGE),
    TagRule("resource-manager", "AzureResourceManager", ("TCP",), ("443",), "creating and deleting computes", FIREWALL_PAGE),
    TagRule(
        # The page adds 445 for a firewall between compute targets and the file share: here that is behind a private
        # endpoint.
        "storage", "Storage.{region}", ("TCP",), ("443",),
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

#: Sign-in hosts that take the header of tenant restrictions v2, with their tag. The page also lists login.live.com, the
#: sign-in of personal accounts, which no rule opens.
SIGN_IN_TAG = "AzureActiveDirectory"
SIGN_IN = HostRule(
    "public", "entra-id", ("login.microsoft.com", "login.microsoftonline.com", "login.windows.net"),
    "signing in, with the header of tenant restrictions", "https://learn.microsoft.com/entra/external-id/tenant-restrictions-v2",
)  # fmt: skip
#: Its value: the ID of the tenant, a colon, the ID of the policy. Same page.
TENANT_HEADER = "sec-Restrict-Tenant-Access-Policy"

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
    "rPackages": (
        FqdnRule(
            "r-packages", ("cloud.r-project.org", "ghcr.io", "pkg-containers.githubusercontent.com"),
            "rPackages", "R packages, and images of RStudio", FIREWALL_PAGE,
        ),
    ),
    # The page also names ports 8704 to 8710, without a host: they are not opened.
    "visualStudioCode": (
        FqdnRule(
            "visual-studio-code",
            (
                "*.vscode.dev", "*.vscode-unpkg.net", "*.vscode-cdn.net", "*.vscodeexperiments.azureedge.net",
                "default.exp-tas.com", "code.visualstudio.com", "update.code.visualstudio.com", "*.vo.msecnd.net",
                "marketplace.visualstudio.com", "vscode.blob.core.windows.net", "*.gallerycdn.vsassets.io",
                "vscode.download.prss.microsoft.com", "raw.githubusercontent.com",
            ),
            "visualStudioCode", "Visual Studio Code on compute instances, and its extensions", FIREWALL_PAGE,
        ),
    ),
    "huggingFace": (
        FqdnRule(
            "hugging-face",
            (
                "docker.io", "*.docker.io", "*.docker.com", "production.cloudflare.docker.com", "cdn.auth0.com",
                "huggingface.co", "*.huggingface.co", "cdn-lfs.huggingface.co", "xethub.hf.co", "*.xethub.hf.co",
            ),
            "huggingFace", "models of Hugging Face, and images of Docker Hub", HUGGING_FACE_PAGE,
        ),
        # A wildcard of Azure Firewall begins a name and is followed by a dot: `cdn-lfs*.hf.co` is written out.
        FqdnRule(
            "hugging-face-cdn", ("cdn-lfs.hf.co", "cdn-lfs-us-1.hf.co", "cdn-lfs-eu-1.hf.co"),
            "huggingFace", "files of models on the content delivery network", HUGGING_FACE_CDN_LIST,
        ),
        FqdnRule(
            "hugging-face-storage", ("*.xethub-eu.hf.co", "us.aws.cdn.hf.co", "us.gcp.cdn.hf.co"),
            "huggingFace", "files of models in Xet storage, Europe included", HUGGING_FACE_HOSTS_PAGE,
        ),
    ),
    # Two pages name two hosts for the same content: both are opened, instead of the tag AzureFrontDoor.FrontEnd.
    "autoML": (
        FqdnRule(
            "auto-ml",
            (
                "ml.azure.com", "automlresources-prod-d0eaehh7g8andvav.b02.azurefd.net",
                "automlresources-prod.azureedge.net", "aka.ms",
            ),
            "autoML", "AutoML and the designer", EXFILTRATION_PAGE,
        ),
    ),
}  # fmt: skip

#: Scenarios of hosts that only image builds need. The others are for jobs and instances: models, editors, AutoML.
PACKAGES = frozenset({"pythonPackages", "rPackages"})

#: The page names them for firewalls in this cloud: the second is of the public one, so no tag here is known to hold it.
REQUIRED_HOSTS: tuple[HostRule, ...] = (
    HostRule(
        "usGovernment", "azure-government", ("{region}.api.ml.azure.us", "graph.windows.net"),
        "the service itself and the directory, as Azure Government needs them", PARITY_PAGE,
    ),
)  # fmt: skip

NOT_THERE: tuple[NotThere, ...] = (
    NotThere(
        "visualStudioCode", ("usGovernment", "china"),
        "Azure ML has no integration with Visual Studio Code in {cloud}" f" (Microsoft's list of {PARITY_AS_OF}).",
        PARITY_PAGE,
    ),
    NotThere(
        "autoML", ("usGovernment", "china"),
        "AutoML of text and images is in the public cloud alone, and no page names the hosts of the rest for {cloud}.",
        FIREWALL_PAGE,
    ),
)  # fmt: skip

#: Domains under which anyone can register a name: everything below one of them would be egress for data to anywhere.
#: Examples of the private part of https://publicsuffix.org/list/, and domains of services in which anybody has
#: accounts.
SHARED_DOMAINS = frozenset(
    [
        *("amazonaws.com", "azureedge.net", "azurefd.net", "azurewebsites.net", "cloudfront.net", "core.windows.net"),
        *("blob.core.windows.net", "cloudapp.azure.com", "cloudapp.net", "dfs.core.windows.net", "fastly.net"),
        *("file.core.windows.net", "github.io", "githubusercontent.com", "googleapis.com", "herokuapp.com"),
        *("queue.core.windows.net", "table.core.windows.net", "trafficmanager.net", "windows.net"),
        *("core.usgovcloudapi.net", "blob.core.usgovcloudapi.net", "dfs.core.usgovcloudapi.net", "usgovcloudapi.net"),
        *("file.core.usgovcloudapi.net", "queue.core.usgovcloudapi.net", "table.core.usgovcloudapi.net"),
        *("servicebus.windows.net", "servicebus.usgovcloudapi.net", "servicebus.chinacloudapi.cn"),
        *("azurewebsites.us", "cloudapp.usgovcloudapi.net", "usgovcloudapp.net", "usgovtrafficmanager.net"),
        *("core.chinacloudapi.cn", "blob.core.chinacloudapi.cn", "dfs.core.chinacloudapi.cn", "chinacloudapi.cn"),
        *("file.core.chinacloudapi.cn", "queue.core.chinacloudapi.cn", "table.core.chinacloudapi.cn"),
        *("chinacloudsites.cn", "cloudapp.chinacloudapi.cn", "trafficmanager.cn"),
        *("ac.uk", "co.jp", "co.uk", "com.au", "com.br", "com.cn", "gov.uk", "org.uk"),
    ]
)


def required_hosts(cloud: CloudName) -> tuple[HostRule, ...]:
    """Returns the hosts that every compute target needs in a cloud in addition to the tags."""
    return tuple(row for row in REQUIRED_HOSTS if row.cloud == cloud)
