"""A feature store: a workspace of that kind, its offline store, and the connection to it."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml
from pulumi_azure_native import storage

from amlz.core.specs.feature_store import FeatureStoreSpec
from components.connections import Connections
from components.diagnostics import diagnostics
from components.insights import Insights
from components.key_vault import KeyVault
from components.managed_network import network_settings, outbound_rules
from components.private_endpoint import private_endpoint
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.storage import Storage


class FeatureStore(pulumi.ComponentResource):
    """A feature store that answers only on its private endpoint. Pipelines create its feature sets.

    It has the shape of those that the Azure ML SDK creates (azure-ai-ml 1.35.2, `_arm_deployments`): one account with a
    hierarchical namespace for default and offline store, no container registry, and both kinds of identity.
    """

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]

    def __init__(
        self, name: str, args: FeatureStoreSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:FeatureStore", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        KeyVault(f"{name}-vault", args.vault, resources, below)
        Storage(f"{name}-storage", args.storage, resources, below)
        container = storage.BlobContainer(
            f"{name}-container",
            container_name=args.offline_store.name,
            account_name=resources.name(args.storage.id),
            resource_group_name=resources.group(args.place),
            public_access=storage.PublicAccess.NONE,
            opts=resources.options(self, args.place.subscription, after=args.container_after, protect=args.protect),
        )
        resources.register(args.offline_store.id, container)
        Insights(f"{name}-insights", args.insights, resources, below)
        store = ml.Workspace(
            f"{name}-store",
            workspace_name=args.name,
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            kind="FeatureStore",
            sku=ml.SkuArgs(name="Basic", tier=ml.SkuTier.BASIC),
            friendly_name=args.friendly_name,
            description=args.description,
            # Its own identity acts for it; materialisation jobs run as the other, of which there is at most one.
            identity=ml.ManagedServiceIdentityArgs(
                type=ml.ManagedServiceIdentityType.SYSTEM_ASSIGNED_USER_ASSIGNED,
                user_assigned_identities=[resources.ref(args.identity)],
            ),
            key_vault=resources.ref(args.vault.id),
            storage_account=resources.ref(args.storage.id),
            application_insights=resources.ref(args.insights.id),
            feature_store_settings=ml.FeatureStoreSettingsArgs(
                compute_runtime=ml.ComputeRuntimeDtoArgs(spark_runtime_version=args.spark_version),
                offline_store_connection_name=args.connection.name,
            ),
            public_network_access="Disabled",
            allow_public_access_when_behind_vnet=False,
            v1_legacy_mode=False,
            hbi_workspace=args.high_business_impact,
            system_datastores_auth_mode="Identity",
            managed_network=network_settings(args.network),
            tags=dict(args.tags),
            opts=resources.options(self, args.place.subscription, after=args.after, protect=args.protect),
        )
        resources.register(args.id, store)
        private_endpoint(self, name, args.endpoint, resources)
        diagnostics(self, name, args.diagnostics, resources)
        for role in args.roles:
            role_assignment(self, name, role, resources)
        Connections(f"{name}-connections", (args.connection,), resources, below)
        outbound_rules(self, name, args.id, args.network, resources, tuple(role.id for role in args.roles))
        self.resource_id, self.name = store.id, store.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})
