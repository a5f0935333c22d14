"""Monitoring of an AKS cluster: managed Prometheus with Grafana, and logs of containers in the central log."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_azure_native import dashboard, monitor

from amlz.capabilities.aks.facts import (
    ASSOCIATION,
    CONFIGURATION,
    CONTAINER_STREAMS,
    MANAGED_ENDPOINT,
    METRICS_GROUP,
    RULES,
)
from amlz.capabilities.aks.spec import MonitoringSpec
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.scoped_resource import scoped_resource

_PROMETHEUS = ["Microsoft-PrometheusMetrics"]


class AksMonitoring(pulumi.ComponentResource):
    """Metrics that Grafana alone reads, by its own private endpoint, and logs of containers.

    `resource_ids`: `metrics`, the Azure Monitor workspace, and `grafana`.
    """

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: MonitoringSpec,
        cluster: str,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:AksMonitoring", name, None, opts)
        self._name, self._args, self._cluster, self._resources = name, args, cluster, resources
        self._metrics()
        self._collector()
        self._metrics_rule()
        self._containers_rule()
        for association, rule in zip(RULES, (args.metrics_rule_id, args.containers_rule_id), strict=True):
            self._associate(association, {"data_collection_rule_id": resources.ref(rule)})
        self._grafana()
        for role in args.roles:
            role_assignment(self, name, role, resources)
        self.resource_ids = {"metrics": resources.ref(args.metrics_id), "grafana": resources.ref(args.grafana_id)}
        self.register_outputs({"resource_ids": self.resource_ids})

    def _options(self, protect: bool = False) -> pulumi.ResourceOptions:
        return self._resources.options(self, self._args.place.subscription, protect=protect)

    def _metrics(self) -> None:
        args, resources = self._args, self._resources
        workspace = monitor.AzureMonitorWorkspace(
            f"{self._name}-metrics",
            azure_monitor_workspace_name=args.metrics,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            public_network_access="Disabled",  # of queries; samples come by the data collection endpoint
            tags=dict(args.tags),
            opts=self._options(args.protect),
        )
        resources.register(args.metrics_id, workspace)

    def _collector(self) -> None:
        args, resources = self._args, self._resources
        endpoint = monitor.DataCollectionEndpoint(
            f"{self._name}-collector",
            data_collection_endpoint_name=args.collector,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            kind="Linux",
            network_acls=monitor.DataCollectionEndpointNetworkAclsArgs(
                public_network_access="Enabled" if args.scoped is None else "Disabled"
            ),
            tags=dict(args.tags),
            opts=self._options(),
        )
        resources.register(args.collector_id, endpoint)
        if args.scoped is not None:
            scoped_resource(self, f"{self._name}-collector", args.scoped, resources)
            self._associate(CONFIGURATION, {"data_collection_endpoint_id": resources.ref(args.collector_id)})

    def _metrics_rule(self) -> None:
        args, resources, to = self._args, self._resources, "metrics"
        self._rule(
            "metrics",
            args.metrics_rule_id,
            data_collection_endpoint_id=resources.ref(args.collector_id),
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                prometheus_forwarder=[monitor.PrometheusForwarderDataSourceArgs(name="prometheus", streams=_PROMETHEUS)]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                monitoring_accounts=[
                    monitor.MonitoringAccountDestinationArgs(
                        name=to, account_resource_id=resources.ref(args.metrics_id)
                    )
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=_PROMETHEUS, destinations=[to])],
        )

    def _containers_rule(self) -> None:
        args, resources, to = self._args, self._resources, "log"
        streams = list(CONTAINER_STREAMS)
        self._rule(
            "containers",
            args.containers_rule_id,
            data_sources=monitor.DataCollectionRuleDataSourcesArgs(
                extensions=[
                    monitor.ExtensionDataSourceArgs(
                        name="ContainerInsightsExtension",
                        extension_name="ContainerInsights",
                        streams=streams,
                        extension_settings={
                            "dataCollectionSettings": {
                                "interval": "1m",
                                "namespaceFilteringMode": "Off",
                                "enableContainerLogV2": True,
                            }
                        },
                    )
                ]
            ),
            destinations=monitor.DataCollectionRuleDestinationsArgs(
                log_analytics=[
                    monitor.LogAnalyticsDestinationArgs(name=to, workspace_resource_id=resources.ref(args.log))
                ]
            ),
            data_flows=[monitor.DataFlowArgs(streams=streams, destinations=[to])],
        )

    def _rule(self, key: str, rule_id: str, **content: object) -> None:
        args, resources = self._args, self._resources
        rule = monitor.DataCollectionRule(
            f"{self._name}-rule-{key}",
            data_collection_rule_name=rule_id.rsplit("/", 1)[1],
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            kind="Linux",
            tags=dict(args.tags),
            opts=self._options(),
            **content,
        )
        resources.register(rule_id, rule)

    def _associate(self, name: str, what: Mapping[str, pulumi.Input[str]]) -> None:
        built = monitor.DataCollectionRuleAssociation(
            f"{self._name}-{name}",
            association_name=name,
            resource_uri=self._resources.ref(self._cluster),
            opts=self._options(),
            **what,
        )
        self._resources.register(f"{self._cluster}/providers/{ASSOCIATION}/{name}", built)

    def _grafana(self) -> None:
        """Grafana with the metrics as its data source. The owner of the metrics approves its endpoint to them."""
        args, resources = self._args, self._resources
        grafana = dashboard.Grafana(
            f"{self._name}-grafana",
            workspace_name=args.grafana,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            sku=dashboard.ResourceSkuArgs(name="Standard"),
            identity=dashboard.ManagedServiceIdentityArgs(
                type="UserAssigned", user_assigned_identities=[resources.ref(args.identity)]
            ),
            properties=dashboard.ManagedGrafanaPropertiesArgs(
                api_key="Disabled",
                deterministic_outbound_ip="Disabled",
                public_network_access="Disabled",
                zone_redundancy="Disabled",
                grafana_integrations=dashboard.GrafanaIntegrationsArgs(
                    azure_monitor_workspace_integrations=[
                        dashboard.AzureMonitorWorkspaceIntegrationArgs(
                            azure_monitor_workspace_resource_id=resources.ref(args.metrics_id)
                        )
                    ]
                ),
            ),
            tags=dict(args.tags),
            opts=self._options(args.protect),
        )
        resources.register(args.grafana_id, grafana)
        managed = dashboard.ManagedPrivateEndpoint(
            f"{self._name}-grafana-metrics",
            managed_private_endpoint_name="metrics",
            workspace_name=resources.name(args.grafana_id),
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            private_link_resource_id=resources.ref(args.metrics_id),
            private_link_resource_region=args.place.location,
            group_ids=[METRICS_GROUP],
            request_message="Grafana reads the metrics of the cluster",
            tags=dict(args.tags),
            opts=self._options(),
        )
        resources.register(args.place.id(MANAGED_ENDPOINT, args.grafana, "metrics"), managed)
        private_endpoint(self, f"{self._name}-grafana", args.endpoint, resources)
