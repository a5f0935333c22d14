"""Azure ML on an AKS cluster: Trusted Access, the extension, and compute targets in the workspace."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import containerservice as aks
from pulumi_azure_native import kubernetesconfiguration

from amlz.capabilities.aks.facts import TRUSTED_ROLE
from amlz.capabilities.aks.spec import AzureMlSpec
from amlz.core.specs import KubernetesSpec
from components.attached_kubernetes import attached_cluster
from components.resource_registry import ResourceRegistry


class AksAzureMl(pulumi.ComponentResource):
    """A cluster as compute targets of a workspace. `resource_ids`: the extension and the binding."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: AzureMlSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:AksAzureMl", name, None, opts)
        self._args, self._resources = args, resources
        binding = aks.TrustedAccessRoleBinding(
            f"{name}-binding",
            trusted_access_role_binding_name=args.binding,
            resource_name_=resources.name(args.cluster),
            resource_group_name=resources.group(args.place),
            roles=[TRUSTED_ROLE],
            source_resource_id=resources.ref(args.workspace),
            opts=resources.options(self, args.place.subscription),
        )
        resources.register(args.binding_id, binding)
        extension = self._extension(name)
        resources.register(args.extension_id, extension)
        for attached in args.attached:
            self._attach(f"{name}-{attached.name}", attached)
        self.resource_ids = {"extension": extension.id, "binding": binding.id}
        self.register_outputs({"resource_ids": self.resource_ids})

    def _extension(self, name: str) -> kubernetesconfiguration.Extension:
        args, resources = self._args, self._resources
        return kubernetesconfiguration.Extension(
            f"{name}-extension",
            extension_name=args.extension,
            cluster_name=resources.name(args.cluster),
            cluster_resource_name="managedClusters",
            cluster_rp="Microsoft.ContainerService",
            resource_group_name=resources.group(args.place),
            extension_type="microsoft.azureml.kubernetes",
            identity=kubernetesconfiguration.IdentityArgs(
                type=kubernetesconfiguration.ResourceIdentityType.SYSTEM_ASSIGNED
            ),
            auto_upgrade_minor_version=True,
            release_train="stable",
            scope=kubernetesconfiguration.ScopeArgs(
                cluster=kubernetesconfiguration.ScopeClusterArgs(release_namespace="azureml")
            ),
            configuration_settings=dict(args.settings),
            # Azure upgrades it.
            opts=resources.options(self, args.place.subscription, ignore_changes=["version"]),
        )

    def _attach(self, name: str, spec: KubernetesSpec) -> None:
        args, resources = self._args, self._resources
        after = (args.binding_id, args.extension_id, *args.after)
        attached_cluster(name, args, spec, resources, resources.options(self, args.place.subscription, after=after))
