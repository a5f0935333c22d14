"""Identities of callers of online endpoints in a mesh, their roles on endpoints, and Flux on the cluster of a zone."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import managedidentity

from amlz.capabilities.mesh.spec import MeshPartSpec
from components.mesh_flux import MeshFlux
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class MeshCallers(pulumi.ComponentResource):
    """One identity for each caller, which accepts the tokens of its service account. Nothing connects to Kubernetes."""

    client_ids: dict[str, pulumi.Output[str]]
    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: MeshPartSpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:MeshCallers", name, None, opts)
        self.client_ids, self.resource_ids = {}, {}
        for caller in args.callers:
            identity = managedidentity.UserAssignedIdentity(
                f"{name}-{caller.key}",
                resource_name_=caller.name,
                resource_group_name=resources.group(caller.place),
                location=caller.place.location,
                tags=dict(caller.tags),
                opts=resources.options(self, caller.place.subscription),
            )
            resources.register(caller.id, identity)
            federated = managedidentity.FederatedIdentityCredential(
                f"{name}-{caller.key}-service-account",
                federated_identity_credential_resource_name="service-account",
                resource_name_=resources.name(caller.id),
                resource_group_name=resources.group(caller.place),
                issuer=caller.issuer,
                subject=caller.subject,
                audiences=[caller.audience],
                opts=resources.options(self, caller.place.subscription),
            )
            resources.register(f"{caller.id}/federatedIdentityCredentials/service-account", federated)
            self.client_ids[caller.key], self.resource_ids[caller.key] = identity.client_id, identity.id
        if args.flux is not None:
            MeshFlux(f"{name}-flux", args.flux, resources, pulumi.ResourceOptions(parent=self))
        for role in args.roles:
            role_assignment(self, name, role, resources, after=(args.workspace,))
        self.register_outputs({"client_ids": self.client_ids, "resource_ids": self.resource_ids})
