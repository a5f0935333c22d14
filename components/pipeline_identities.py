"""Identities of pipelines: a workflow or service connection signs in as one, without a secret."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import managedidentity

from amlz.capabilities.pipeline_identities.spec import PipelineIdentitySpec
from components.resource_registry import ResourceRegistry


class PipelineIdentities(pulumi.ComponentResource):
    """One identity a kind of pipeline, with a federated credential for each subject whose tokens it takes."""

    resource_ids: dict[str, pulumi.Output[str]]
    outputs: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        args: tuple[PipelineIdentitySpec, ...],
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:PipelineIdentities", name, None, opts)
        self.resource_ids, self.outputs = {}, {}
        for spec in args:
            identity = managedidentity.UserAssignedIdentity(
                f"{name}-{spec.kind}",
                resource_name_=spec.name,
                resource_group_name=resources.group(spec.place),
                location=spec.place.location,
                tags=dict(spec.tags),
                opts=resources.options(self, spec.place.subscription),
            )
            resources.register(spec.id, identity)
            for credential in spec.credentials:
                federated = managedidentity.FederatedIdentityCredential(
                    f"{name}-{spec.kind}-{credential.name}",
                    federated_identity_credential_resource_name=credential.name,
                    resource_name_=resources.name(spec.id),
                    resource_group_name=resources.group(spec.place),
                    issuer=credential.issuer,
                    subject=credential.subject,
                    audiences=[credential.audience],
                    opts=resources.options(
                        self, spec.place.subscription, after=(credential.after,)
                    ),  # never two at a time
                )
                resources.register(credential.id, federated)
            self.resource_ids[spec.kind], self.outputs[spec.kind] = identity.id, identity.client_id
        self.register_outputs({"resource_ids": self.resource_ids, "client_ids": self.outputs})
