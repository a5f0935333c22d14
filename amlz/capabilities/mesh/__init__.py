"""A service mesh, Kuma, over the online endpoints of a project environment."""

from amlz.capabilities.mesh.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Service mesh",
    component="components.mesh_callers:MeshCallers",
    page="how-to/mesh.md",
    patterns={
        r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$": ("a name of Kubernetes", "fraud-scoring"),
        r"^[a-z][a-z0-9-]{1,30}[a-z0-9]$": ("the name of an online endpoint in lower case", "fraud-scoring"),
        r"^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$": ("the name of a zone", "aks-weu"),
        r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?\.[a-z]{2,}$": ("a DNS name", "ml.contoso.com"),
        r"^grpcs://[a-z0-9.-]+:\d{2,5}$": ("an address of a Global control plane", "grpcs://mesh.contoso.com:5685"),
        r"^[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)*$": ("a registry with a path", "crcontoso.azurecr.io/kumahq"),
        r"^https://[a-z0-9.-]+/[A-Za-z0-9/_.-]*$": (
            "the address of an OIDC issuer",
            "https://westeurope.oic.prod-aks.azure.com/0f0e0d0c-1111-4222-8333-444455556666/1f1e1d1c-1111-4222-8333-444455556666/",
        ),
        r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$": ("a project and its environment", "fraud/prod"),
        r"^https://[a-z0-9.-]+\.[a-z]{2,}/[A-Za-z0-9/_.%-]+$": (
            "the address of a git repository",
            "https://github.com/contoso/mesh",
        ),
        r"^[A-Za-z0-9][A-Za-z0-9._/-]*$": ("the name of a branch", "main"),
        r"^[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*$": ("a path in a repository", "mesh"),
        r"^[1-9][0-9]{0,2}(m|h)$": ("a duration in minutes or hours", "1h"),
        r"^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?$": (
            "a certificate in PEM",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        ),
    },
    facts=FACTS,
)
