"""Doubts about the stack file as findings: `amlz check` reports the same ones without a preview."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.checks.finding import Check, Finding, Severity
from amlz.core.config import LandingZoneConfig
from amlz.core.deprecations import SCORING_NODES
from amlz.core.facts.networks import DOCKER
from amlz.core.notices import notices
from amlz.core.notices.computes import SERVERLESS_PULL
from amlz.core.notices.effects import (
    DDOS_UNUSED,
    FIREWALL_UNUSED,
    GATEWAY_UNUSED,
    NO_HUB,
    PREMIUM_UNUSED,
    SCORING_UNUSED,
)
from amlz.core.notices.notice import BASTION_ALONE, CONNECTION_NOT_OPENED, ENDPOINT_SIZE, SERVING_OUTSIDE
from amlz.core.notices.principals import BUILD_READS, SHARED_WRITER, SPANS_PRODUCTION
from amlz.core.notices.ranges import DOCKER_RANGE, PUBLIC_RANGE
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import dotted


def _check(
    check_id: str, says: str, remedy: str, why: str, source: str, severity: Severity = Severity.WARNING
) -> Check:
    return Check(check_id, severity, says, remedy, why, source)


#: Those that no check of the graph reports.
CHECKS = (
    _check(
        CONNECTION_NOT_OPENED,
        "No rule lets compute targets reach {host} on port {port}: the connection works only from elsewhere.",
        "Add the host to `egressHosts`, or to `isolation.allow` of a managed network.",
        "A connection is created whether or not its target is reached. Compared are the hosts of `egress`, "
        "`egressHosts` and `isolation.allow`, the service tags that Azure ML requires, and the private endpoints "
        "that are built. A tag of a region reaches stores and vaults in this region only; the region of a target is "
        "not known here.",
        "https://learn.microsoft.com/azure/machine-learning/how-to-access-azureml-behind-firewall",
    ),
    _check(
        DOCKER_RANGE,
        "{range} has addresses in common with " + f"{DOCKER.cidr}, {DOCKER.why}: compute targets reach none of "
        "these addresses.",
        "Use addresses outside this range for destinations of compute targets, or list the range without it.",
        "Docker gives its bridge this range by default: packets to these addresses never leave the compute. Networks "
        "that are built here may not touch it at all.",
        DOCKER.source,
    ),
    _check(
        PUBLIC_RANGE,
        "{range} holds public addresses. Unless they are your organisation's own, these networks cannot reach the "
        "hosts on the internet that have them.",
        "Use a private range (RFC 1918, RFC 6598). No action needed, if the addresses are registered to your "
        "organisation.",
        "Routes inside the networks replace those to the internet. Azure Firewall also translates the source "
        "address of traffic to ranges that are not private. Ranges that IANA has set aside for other uses are "
        "reported as well.",
        "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    ),
    _check(
        SPANS_PRODUCTION,
        "The pipeline principal {principal} has roles in production ({production}) and in {others}: a pipeline of "
        "these environments can change production.",
        "List one service principal for production and another one for the other environments under "
        "`access.pipelines` of each environment, or use `pipelineIdentities`, which creates one for each environment.",
        "The approval of production protects the pipeline that requests it. The same principal, used in a "
        "pipeline without approval, has the same rights. Compared are the principals of `access.pipelines`; "
        "which pipeline signs in with one is not known here.",
        "https://learn.microsoft.com/azure/role-based-access-control/best-practices",
    ),
    _check(
        SHARED_WRITER,
        "The workspace identities of {environments} have Contributor on the shared registry: each can overwrite the "
        "images of the others.",
        "Set `registry: own` in environments that build images, or list the one environment that pushes images in "
        "`sharedRegistry.writers`: the others only pull.",
        "A workspace identity has Contributor on its registry, as Microsoft's table lists. On a registry that several "
        "share, that includes the images of all, and its settings. Permissions by repository "
        "(`AbacRepositoryPermissions`) are not offered: in this mode Contributor gives no access to images, and no "
        "page states that Azure ML works with its roles.",
        "https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication",
    ),
    _check(
        BUILD_READS,
        "Image builds of {environment} reach {hosts} with the identity of the compute clusters: the code of a package "
        "can read the data of the environment.",
        "Set `imageBuild.identity` of the environment to `own`, the default.",
        "A build runs code of packages, such as `setup.py`. With the identity of the compute clusters "
        "this code has their roles on the storage account and the data lake. Reported where `egress`, `egressHosts` or "
        "the managed network lets builds reach third-party hosts.",
        "https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication",
    ),
    _check(
        SCORING_UNUSED,
        "The scoring subnet keeps addresses for {nodes} nodes that will never be in it: managed online endpoints run "
        "in a network of Microsoft's, and Kubernetes clusters have their own. " + str(SCORING_NODES),
        "Set `scoringNodes` of the environment to `0`. docs/explanation/isolation.md describes how to serve models.",
        "With `isolation: injected`, an online deployment reaches the stores of the workspace only with "
        "`egress_public_network_access: disabled`; its nodes are not in a subnet of the landing zone. With `isolation: "
        "managed` it uses the managed network.",
        "https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint",
    ),
    _check(
        GATEWAY_UNUSED,
        "No spoke uses a gateway of the hub, so gateways announce no range of a spoke: networks on premises have no "
        "route to private endpoints there.",
        "Set `hub.gateway` or `hub.existing.gateway` to `true` once the hub has a gateway. No action needed, if routes "
        "are announced in another way.",
        "A VPN or ExpressRoute gateway announces the ranges of its network, and of peered networks that use it "
        "(`useRemoteGateways`). An ExpressRoute gateway announces no other ranges.",
        "https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-peering-gateway-transit",
    ),
    _check(
        DDOS_UNUSED,
        "No network joins the plan: the hub and all spokes exist, and their owners decide on their plan.",
        "Remove `ddosProtectionPlan`, and have the owners of the networks set it. No action needed, if you will add a "
        "spoke that is built here.",
        "A plan protects public addresses in the networks that join it. A network that exists is not changed here. "
        "Azure bills the plan whether or not a network joins it.",
        "https://learn.microsoft.com/azure/ddos-protection/manage-ddos-protection",
    ),
    _check(
        PREMIUM_UNUSED,
        "The Premium tier costs more than Standard, and without TLS inspection its intrusion detection sees only "
        "unencrypted traffic.",
        "Set `hub.firewall.tlsInspection` (docs/how-to/tls-inspection.md), or `hub.firewall.tier` to `Standard`. "
        "No action needed, if your organisation requires the Premium tier.",
        "Nearly all traffic of compute targets is encrypted. Of encrypted traffic, intrusion detection sees addresses, "
        "ports and the server name, and no content.",
        "https://learn.microsoft.com/azure/firewall/premium-features",
    ),
    _check(
        FIREWALL_UNUSED,
        "No environment uses the hub's firewall, since all of them have `isolation: managed`. Azure bills it by the "
        "hour.",
        "Set `hub.firewall.tier: None`. No action needed, if you will add an environment with its own subnet, or "
        "networks on premises use its DNS proxy.",
        "Compute targets in a managed network never pass the hub's firewall. Without jump hosts or spokes of other "
        "stacks, it resolves names for networks that hold private endpoints only. docs/explanation/hub.md describes a "
        "hub without a firewall.",
        "https://learn.microsoft.com/azure/machine-learning/how-to-managed-network",
        Severity.NOTE,
    ),
    _check(
        NO_HUB,
        "No hub is built: nothing here connects people with the private endpoints of {names}.",
        "Set `hub.addressSpace` instead of `hub.network`: the log and the zones stay. No action needed, if others "
        "connect the spokes with a network in which people work, or until you set `security.publicNetworkAccess: "
        "true`.",
        "A workspace without public network access answers at its private endpoint alone, and only networks that are "
        "connected with that of its spoke reach it. Gateways, Azure Bastion and jump hosts are parts of a hub. "
        "docs/explanation/hub.md describes a landing zone without one.",
        "https://learn.microsoft.com/azure/machine-learning/how-to-configure-private-link",
        Severity.NOTE,
    ),
    _check(
        BASTION_ALONE,
        "Azure Bastion reaches no machine of this stack: no subnet here admits its sessions.",
        "Set `hub.jumpHosts: true`, or remove `bastion`. No action needed, if it reaches machines in networks that "
        "others peer with the hub.",
        "Azure Bastion opens sessions to machines in its network and in peered ones. Subnets of compute targets and "
        "of private endpoints admit no sessions, and Azure bills the host whether or not it is used.",
        "https://learn.microsoft.com/azure/bastion/bastion-overview",
    ),
    _check(
        SERVING_OUTSIDE,
        "Managed online endpoints run in a network of Microsoft's, not in the subnets of this environment: a "
        "deployment reaches its workspace, storage account and registry only with `egress_public_network_access: "
        "disabled`, and no other destination.",
        "Set `isolation` of the environment to `managed` before it is deployed. No action needed, if every deployment "
        "is created with `egress_public_network_access: disabled`.",
        "Azure creates private endpoints for each such deployment. The property cannot be changed later, and clients "
        "send `enabled` where it is left out. Microsoft recommends the managed network of the workspace. Repositories "
        "of `amlz workload init` send it.",
        "https://learn.microsoft.com/azure/machine-learning/concept-secure-online-endpoint",
        Severity.NOTE,
    ),
    _check(
        ENDPOINT_SIZE,
        "{size} is not in Microsoft's list of sizes for managed online endpoints of {date}.",
        "Set `capacity.size` of the endpoint to a size of the list. No action needed, if Azure has added it since.",
        "Managed online endpoints take fewer sizes than compute clusters. A deployment of another size fails.",
        "https://learn.microsoft.com/azure/machine-learning/reference-managed-online-endpoints-vm-sku-list",
    ),
    _check(
        SERVERLESS_PULL,
        "Serverless compute is reported to fail when it pulls an image from a registry without an admin user, and no "
        "registry that is built here has one. Not verified against Azure.",
        "Run jobs on clusters, and remove `security.serverlessCompute` of the environment. No action needed, if a job "
        "of yours pulls its image.",
        "Clusters pull with their identity, which has AcrPull. No page of Microsoft's names the identity with which "
        "serverless compute pulls; the issue is open. Guardrails deny the admin user of a registry.",
        "https://github.com/Azure/azureml-examples/issues/3463",
    ),
)
_BY_ID = {check.id: check for check in CHECKS}


def find(config: LandingZoneConfig, plan: LandingZonePlan) -> Iterator[Finding]:
    """Returns every doubt that no check of the graph reports, at its path in the stack file."""
    for notice in notices(config, plan):
        check = _BY_ID.get(notice.finding)
        if check is not None:
            in_environment = notice.path[::2][:2] == ("projects", "environments")
            yield Finding(
                check=check.id,
                severity=check.severity,
                urn="",
                name=dotted(notice.path[4:] if in_environment else notice.path),
                resource_id="",
                project=str(notice.path[1]) if in_environment else "",
                environment=str(notice.path[3]) if in_environment else "",
                path=dotted(notice.path),
                expected=None,
                actual=None,
                message=notice.what,
                remedy=notice.remedy,
                source=check.source,
                place=notice.path,
            )
