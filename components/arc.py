"""Kubernetes clusters that are connected by Azure Arc, attached to a workspace."""

from __future__ import annotations

from typing import Any

import pulumi

from amlz.capabilities.arc.spec import ArcClusterSpec, ArcSpec
from components.attached_kubernetes import attached_cluster
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Arc(pulumi.ComponentResource):
    """Compute targets on connected clusters, and the roles of the workspace's identity on these and their relays.

    `resource_ids`: by compute target. `outputs`: by cluster, what a pipeline prints as commands, as Kubernetes objects
    and as hosts.
    """

    resource_ids: dict[str, pulumi.Output[str]]
    outputs: dict[str, Any]

    def __init__(
        self, name: str, args: ArcSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Arc", name, None, opts)
        self.resource_ids = {}
        for cluster in args.clusters:
            for role in cluster.roles:
                role_assignment(self, f"{name}-{cluster.name}", role, resources)
            waits = (*args.after, *(role.id for role in cluster.roles))
            for attached in cluster.attached:
                options = resources.options(self, args.place.subscription, after=waits)
                attached_cluster(f"{name}-{attached.name}", args, attached, resources, options)
                self.resource_ids[attached.name] = resources.ref(f"{args.workspace}/computes/{attached.name}")
        self.outputs = {cluster.name: outputs_of(args, cluster) for cluster in args.clusters}
        self.register_outputs({"resource_ids": self.resource_ids})


def outputs_of(args: ArcSpec, cluster: ArcClusterSpec) -> dict[str, Any]:
    """Returns what pipelines/arc.sh prints of a cluster."""
    return {
        "cluster": cluster.cluster,
        "location": args.place.location,
        "settings": dict(cluster.settings),
        "objects": [dict(one) for one in cluster.objects],
        "hosts": list(cluster.hosts),
        "attached": bool(cluster.attached),
    }
