"""Kubernetes clusters that exist, attached to a workspace as compute targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.capabilities.kubernetes.spec import AttachedSpec
from amlz.core.specs import KubernetesSpec
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment

if TYPE_CHECKING:
    from amlz.capabilities.aks.spec import AzureMlSpec
    from amlz.capabilities.arc.spec import ArcSpec


class AttachedKubernetes:
    """Attached clusters, and the roles of the workspace's identity on them.

    No component: their URNs are those of children of the compute targets' component, as before they were a capability.
    """

    def __init__(
        self, name: str, args: AttachedSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions
    ) -> None:
        assert opts.parent is not None, "the compute targets"
        self._args, self._resources, self._parent = args, resources, opts.parent
        for access in args.access:
            for role in access.roles:
                role_assignment(self._parent, f"{name}-{access.key}", role, resources)
        for attached in args.attached:
            self._attach(f"{name}-{attached.name}", attached)

    def _attach(self, name: str, spec: KubernetesSpec) -> None:
        """Attaches an existing cluster, after the workspace's identity has its roles on it."""
        args, resources = self._args, self._resources
        waits = (*args.after, *(role.id for role in args.roles if role.scope == spec.cluster))
        options = resources.options(self._parent, args.place.subscription, after=waits)
        attached_cluster(name, args, spec, resources, options)


def attached_cluster(
    name: str,
    args: AttachedSpec | AzureMlSpec | ArcSpec,
    spec: KubernetesSpec,
    resources: ResourceRegistry,
    opts: pulumi.ResourceOptions,
) -> None:
    """Attaches a cluster to a workspace as a compute target, whose jobs run as the identity of compute targets."""
    built = ml.Compute(
        name,
        compute_name=spec.name,
        workspace_name=resources.name(args.workspace),
        resource_group_name=resources.group(args.place),
        location=args.place.location,
        identity=ml.ManagedServiceIdentityArgs(
            type=ml.ManagedServiceIdentityType.USER_ASSIGNED,
            user_assigned_identities=[resources.ref(args.identity)],
        ),
        properties=ml.KubernetesArgs(
            compute_type="Kubernetes",
            compute_location=args.place.location,
            disable_local_auth=True,
            resource_id=resources.ref(spec.cluster),
            properties=ml.KubernetesPropertiesArgs(namespace=spec.namespace),
        ),
        tags=dict(args.tags),
        opts=opts,
    )
    resources.register(f"{args.workspace}/computes/{spec.name}", built)
