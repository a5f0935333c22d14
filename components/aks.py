"""A private cluster of Azure Kubernetes Service in a project environment."""

from __future__ import annotations

from typing import Any

import pulumi
from pulumi_azure_native import containerservice as aks
from pulumi_azure_native import privatedns

from amlz.capabilities.aks.facts import MAINTENANCE, POOL
from amlz.capabilities.aks.spec import AksSpec, PoolSpec
from components.aks_azure_ml import AksAzureMl
from components.aks_monitoring import AksMonitoring
from components.diagnostics import diagnostics
from components.lock import lock
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.zone_links import zone_links


class Aks(pulumi.ComponentResource):
    """A cluster without local accounts and without public addresses, whose egress passes through the firewall."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: AksSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Aks", name, None, opts)
        self._args, self._resources = args, resources
        self._zone(name)
        for role in args.before:
            role_assignment(self, name, role, resources)
        cluster = self._cluster(name)
        resources.register(args.id, cluster)
        for pool in args.pools:
            self._pool(name, pool)
        for schedule in args.maintenance.schedules:
            self._maintenance(name, schedule)
        if args.monitoring is not None:
            AksMonitoring(
                f"{name}-monitoring", args.monitoring, args.id, resources, pulumi.ResourceOptions(parent=self)
            )
        diagnostics(self, name, args.diagnostics, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.outputs = {"clusterId": cluster.id}
        if args.azure_ml is not None:
            AksAzureMl(f"{name}-azure-ml", args.azure_ml, resources, pulumi.ResourceOptions(parent=self))
            self.outputs["objects"] = [dict(one) for one in args.azure_ml.objects]
        lock(self, name, args.lock, resources, after=(args.diagnostics, *args.children, *args.roles))
        self.resource_id, self.name = cluster.id, cluster.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _zone(self, name: str) -> None:
        """The zone of the API server, linked to the hub. AKS itself links it to the network of the nodes."""
        args, resources = self._args, self._resources
        zone = privatedns.PrivateZone(
            f"{name}-zone",
            private_zone_name=args.link.zone.name,
            resource_group_name=resources.group(args.place),
            location="global",
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.link.zone.id, zone)
        zone_links(self, name, (args.link,), resources)

    def _cluster(self, name: str) -> aks.ManagedCluster:
        args, resources = self._args, self._resources
        return aks.ManagedCluster(
            f"{name}-cluster",
            resource_name_=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=aks.ManagedClusterSKUArgs(name="Base", tier=args.tier),
            dns_prefix=args.name,
            node_resource_group=args.nodes_group,
            identity=aks.ManagedClusterIdentityArgs(
                type=aks.ResourceIdentityType.USER_ASSIGNED, user_assigned_identities=[resources.ref(args.identity)]
            ),
            identity_profile={
                "kubeletidentity": aks.UserAssignedIdentityArgs(resource_id=resources.ref(args.nodes_identity))
            },
            enable_rbac=True,
            disable_local_accounts=True,
            aad_profile=aks.ManagedClusterAADProfileArgs(
                managed=True, enable_azure_rbac=True, tenant_id=args.tenant_id
            ),
            api_server_access_profile=aks.ManagedClusterAPIServerAccessProfileArgs(
                enable_private_cluster=True,
                enable_private_cluster_public_fqdn=False,
                private_dns_zone=resources.ref(args.link.zone.id),
                disable_run_command=True,
            ),
            network_profile=aks.ContainerServiceNetworkProfileArgs(
                network_plugin=aks.NetworkPlugin.AZURE,
                network_plugin_mode=aks.NetworkPluginMode.OVERLAY,
                network_dataplane=aks.NetworkDataplane.CILIUM,
                network_policy=aks.NetworkPolicy.CILIUM,
                outbound_type=aks.OutboundType.USER_DEFINED_ROUTING,
                load_balancer_sku=aks.LoadBalancerSku.STANDARD,
                pod_cidr=args.pod_network,
                service_cidr=args.service_network,
                dns_service_ip=args.dns_address,
            ),
            oidc_issuer_profile=aks.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
            security_profile=self._security(),
            addon_profiles={
                "azurepolicy": aks.ManagedClusterAddonProfileArgs(enabled=True),
                **({"omsagent": _agent(resources.ref(args.monitoring.log))} if args.monitoring is not None else {}),
            },
            azure_monitor_profile=_metrics() if args.monitoring is not None else None,
            auto_upgrade_profile=aks.ManagedClusterAutoUpgradeProfileArgs(
                upgrade_channel=args.upgrades, node_os_upgrade_channel=aks.NodeOSUpgradeChannel.NODE_IMAGE
            ),
            agent_pool_profiles=[self._system()],
            tags=dict(args.tags),
            opts=resources.options(
                self,
                args.place.subscription,
                after=(args.link.id, *args.after),
                protect=args.protect,
                ignore_changes=["agentPoolProfiles[0].count", "kubernetesVersion"],
            ),
        )

    def _security(self) -> aks.ManagedClusterSecurityProfileArgs:
        log = self._args.defender
        return aks.ManagedClusterSecurityProfileArgs(
            workload_identity=aks.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
            defender=_defender(self._resources.ref(log)) if log is not None else None,
        )

    def _system(self) -> aks.ManagedClusterAgentPoolProfileArgs:
        args, pool = self._args, self._args.system
        return aks.ManagedClusterAgentPoolProfileArgs(
            name=pool.name,
            mode=pool.mode,
            vm_size=pool.size,
            type=aks.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
            os_type=aks.OSType.LINUX,
            enable_auto_scaling=True,
            count=pool.min_nodes,
            min_count=pool.min_nodes,
            max_count=pool.max_nodes,
            enable_node_public_ip=False,
            vnet_subnet_id=self._resources.ref(args.subnet),
            availability_zones=list(args.zones) or None,
            node_taints=list(pool.taints),
            upgrade_settings=aks.AgentPoolUpgradeSettingsArgs(max_surge=args.surge),
        )

    def _pool(self, name: str, pool: PoolSpec) -> None:
        args, resources = self._args, self._resources
        built = aks.AgentPool(
            f"{name}-pool-{pool.name}",
            agent_pool_name=pool.name,
            resource_name_=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            mode=pool.mode,
            vm_size=pool.size,
            type=aks.AgentPoolType.VIRTUAL_MACHINE_SCALE_SETS,
            os_type=aks.OSType.LINUX,
            enable_auto_scaling=True,
            count=pool.min_nodes,
            min_count=pool.min_nodes,
            max_count=pool.max_nodes,
            enable_node_public_ip=False,
            vnet_subnet_id=resources.ref(args.subnet),
            availability_zones=list(args.zones) or None,
            node_taints=list(pool.taints) or None,
            gpu_profile=aks.GPUProfileArgs(driver=pool.gpu_driver) if pool.gpu_driver else None,
            upgrade_settings=aks.AgentPoolUpgradeSettingsArgs(max_surge=args.surge),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, ignore_changes=["count"]),
        )
        resources.register(args.place.id(POOL, args.name, pool.name), built)

    def _maintenance(self, name: str, schedule: str) -> None:
        args, resources, window = self._args, self._resources, self._args.maintenance
        built = aks.MaintenanceConfiguration(
            f"{name}-{schedule}",
            config_name=schedule,
            resource_name_=resources.name(args.id),
            resource_group_name=resources.group(args.place),
            maintenance_window=aks.MaintenanceWindowArgs(
                duration_hours=window.hours,
                start_time=window.start,
                utc_offset=window.utc_offset,
                schedule=aks.ScheduleArgs(weekly=aks.WeeklyScheduleArgs(day_of_week=window.day, interval_weeks=1)),
            ),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.place.id(MAINTENANCE, args.name, schedule), built)


def _agent(log: pulumi.Input[str]) -> aks.ManagedClusterAddonProfileArgs:
    """Returns the add-on that sends logs of containers, with an identity and no key."""
    return aks.ManagedClusterAddonProfileArgs(
        enabled=True, config={"logAnalyticsWorkspaceResourceID": log, "useAADAuth": "true"}
    )


def _defender(log: pulumi.Input[str]) -> aks.ManagedClusterSecurityProfileDefenderArgs:
    return aks.ManagedClusterSecurityProfileDefenderArgs(
        log_analytics_workspace_resource_id=log,
        security_monitoring=aks.ManagedClusterSecurityProfileDefenderSecurityMonitoringArgs(enabled=True),
    )


def _metrics() -> aks.ManagedClusterAzureMonitorProfileArgs:
    return aks.ManagedClusterAzureMonitorProfileArgs(
        metrics=aks.ManagedClusterAzureMonitorProfileMetricsArgs(
            enabled=True,
            kube_state_metrics=aks.ManagedClusterAzureMonitorProfileKubeStateMetricsArgs(
                metric_labels_allowlist="", metric_annotations_allow_list=""
            ),
        )
    )
