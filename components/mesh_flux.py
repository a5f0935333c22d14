"""Flux on an AKS cluster: it applies the documents of meshes from a git repository."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import kubernetesconfiguration

from amlz.capabilities.mesh.spec import FluxSpec
from components.resource_registry import ResourceRegistry

_SECONDS = 300


class MeshFlux(pulumi.ComponentResource):
    """The extension `microsoft.flux` and one configuration. Flux pulls: nothing here connects to the cluster."""

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: FluxSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:MeshFlux", name, None, opts)
        of_cluster = {
            "cluster_name": resources.name(args.cluster),
            "cluster_resource_name": "managedClusters",
            "cluster_rp": "Microsoft.ContainerService",
            "resource_group_name": resources.group(args.place),
        }
        extension = kubernetesconfiguration.Extension(
            f"{name}-extension",
            extension_name=args.extension,
            extension_type="microsoft.flux",
            auto_upgrade_minor_version=True,
            release_train="stable",
            scope=kubernetesconfiguration.ScopeArgs(
                cluster=kubernetesconfiguration.ScopeClusterArgs(release_namespace="flux-system")
            ),
            # Azure upgrades it.
            opts=resources.options(self, args.place.subscription, after=args.after, ignore_changes=["version"]),
            **of_cluster,
        )
        resources.register(args.extension_id, extension)
        repository = args.repository
        configuration = kubernetesconfiguration.FluxConfiguration(
            f"{name}-configuration",
            flux_configuration_name=args.configuration,
            namespace=args.namespace,
            scope=kubernetesconfiguration.ScopeType.CLUSTER,
            source_kind=kubernetesconfiguration.SourceKindType.GIT_REPOSITORY,
            git_repository=kubernetesconfiguration.GitRepositoryDefinitionArgs(
                url=repository.url,
                repository_ref=kubernetesconfiguration.RepositoryRefDefinitionArgs(branch=repository.branch),
                local_auth_ref=repository.sign_in,
                sync_interval_in_seconds=_SECONDS,
            ),
            kustomizations={
                folder.name: kubernetesconfiguration.KustomizationDefinitionArgs(
                    path=f"./{folder.path}",
                    depends_on=list(folder.after) or None,
                    prune=folder.prune,
                    wait=folder.wait,
                    sync_interval_in_seconds=_SECONDS,
                )
                for folder in args.folders
            },
            suspend=False,
            opts=resources.options(self, args.place.subscription, after=(args.extension_id,)),
            **of_cluster,
        )
        resources.register(args.configuration_id, configuration)
        self.resource_ids = {"extension": extension.id, "configuration": configuration.id}
        self.register_outputs({"resource_ids": self.resource_ids})
