"""Facts of the Azure side of a mesh: the role on an endpoint, Flux on a cluster, and hosts that nodes reach."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.protection import Protection, other
from amlz.core.billing import Body, Omitted, Quantity
from amlz.core.capability_facts import ArmType, EgressHosts, Facts, Grant, Noun

#: The type of the target of a caller's role, and the table's word for it.
ENDPOINT, TARGET = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "onlineEndpoint"
SCORER = "Azure ML Endpoint Scorer"
#: Its table of actions (2026-03): scoring without reading keys.
_SCORE = "https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-online-endpoint"

EXTENSION, FLUX = (f"Microsoft.KubernetesConfiguration/{name}" for name in ("extensions", "fluxConfigurations"))
_ARC = "https://learn.microsoft.com/azure/azure-arc/kubernetes/"
#: 2022-05: hosts, multi-tenancy, what `prune` deletes.
FLUX_PAGE = f"{_ARC}tutorial-use-gitops-flux2"
#: 2023-12.
_PARAMETERS = f"{_ARC}gitops-flux2-parameters"
#: 2025-06.
_TELEMETRY = "https://learn.microsoft.com/azure/azure-monitor/fundamentals/azure-monitor-network-access"
#: 2026-03.
_DOCKER = "https://docs.docker.com/desktop/setup/allow-list/"

#: Dashboards of Grafana, as paths from the folder `amlz`. tools/dashboards.py writes them.
DASHBOARDS = ("capabilities/mesh/dashboards/mesh.json",)

HOSTS: tuple[EgressHosts, ...] = (
    # With a private link scope, the collector uses its private endpoint alone.
    EgressHosts(
        "public", "mesh-telemetry",
        (
            "dc.applicationinsights.azure.com", "dc.applicationinsights.microsoft.com", "dc.services.visualstudio.com",
            "*.in.applicationinsights.azure.com",
        ),
        "Https", "the collector of the mesh, to Application Insights", _TELEMETRY, "telemetry",
    ),
    EgressHosts(
        "public", "mesh-images",
        (
            "registry-1.docker.io", "auth.docker.io", "production.cloudflare.docker.com",
            "production.cloudfront.docker.com",
            "docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
        ),
        "Https", "images of Kuma on Docker Hub", _DOCKER, "images",
    ),
    EgressHosts(
        "public", "mesh-flux",
        (
            "management.azure.com", "login.microsoftonline.com", "{region}.dp.kubernetesconfiguration.azure.com",
            "mcr.microsoft.com",
        ),
        "Https", "the agents of Flux", FLUX_PAGE, "flux",
    ),
)  # fmt: skip


def _flux_bill(_: Body) -> Iterator[Quantity | Omitted]:
    yield Omitted("Flux: configurations of AKS clusters")


FACTS = Facts(
    types=(ArmType(FLUX, Noun("Flux configuration", "Flux configurations")),),
    grants=(Grant("meshCallers", SCORER, TARGET, "calling the endpoint with its own identity", _SCORE),),
    shared_targets={TARGET: ENDPOINT},
    egress=HOSTS,
    bills={FLUX: _flux_bill},
    protections=tuple(
        Protection(FLUX, "documents of the mesh from another source", other(path))
        for path in ("gitRepository.url", "gitRepository.repositoryRef", "kustomizations")
    ),
    removed={FLUX: "documents of the mesh deleted from the cluster"},
    added={FLUX: "a repository whose writers administer the cluster"},
)  # fmt: skip
