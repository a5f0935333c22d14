"""Compute clusters and compute instances of a workspace."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import machinelearningservices as ml

from amlz.core.specs import ClusterSpec, ComputesSpec, InstanceSpec
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment


class Computes(pulumi.ComponentResource):
    """Compute clusters and instances without a public address, without local login, in the environment's subnet or its
    managed network.
    """

    resource_ids: dict[str, pulumi.Output[str]]

    def __init__(
        self, name: str, args: ComputesSpec, resources: ResourceRegistry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("amlz:project:Computes", name, None, opts)
        self._resources, self._args = resources, args
        self.resource_ids = {}
        for cluster in args.clusters:
            key = f"{name}-{cluster.name}"
            self._compute(key, cluster.name, self._cluster(cluster), cluster)
            for role in cluster.roles:
                role_assignment(self, key, role, resources)
        for instance in args.instances:
            # No identity: with one, an instance never stops when idle unless it is Contributor on the workspace.
            self._compute(f"{name}-{instance.key}", instance.name, self._instance(instance))
        self.register_outputs({"resource_ids": self.resource_ids})

    def _compute(
        self,
        name: str,
        compute: str,
        properties: ml.AmlComputeArgs | ml.ComputeInstanceArgs,
        cluster: ClusterSpec | None = None,
    ) -> None:
        args, resources = self._args, self._resources
        acts_as = "" if cluster is None else cluster.identity or args.identity
        own = () if cluster is None else cluster.after
        built = ml.Compute(
            name,
            compute_name=compute,
            workspace_name=resources.name(args.workspace_id),
            resource_group_name=resources.group(args.place),
            location=args.place.location,
            identity=self._identity(acts_as),
            properties=properties,
            tags=dict(args.tags if cluster is None or cluster.tags is None else cluster.tags),
            opts=resources.options(self, args.place.subscription, after=(*args.after, *own)),
        )
        resources.register(args.id(compute), built)
        self.resource_ids[compute] = built.id

    def _identity(self, identity: str) -> ml.ManagedServiceIdentityArgs | None:
        if not identity:
            return None
        return ml.ManagedServiceIdentityArgs(
            type=ml.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[self._resources.ref(identity)]
        )

    def _cluster(self, spec: ClusterSpec) -> ml.AmlComputeArgs:
        return ml.AmlComputeArgs(
            compute_type="AmlCompute",
            compute_location=self._args.place.location,
            disable_local_auth=True,
            properties=ml.AmlComputePropertiesArgs(
                vm_size=spec.size,
                vm_priority=spec.priority,
                os_type=ml.OsType.LINUX,
                enable_node_public_ip=False,
                remote_login_port_public_access=ml.RemoteLoginPortPublicAccess.DISABLED,
                subnet=self._subnet(spec.subnet or self._args.subnet),
                scale_settings=ml.ScaleSettingsArgs(
                    min_node_count=spec.min_nodes,
                    max_node_count=spec.max_nodes,
                    node_idle_time_before_scale_down=spec.idle,
                ),
            ),
        )

    def _subnet(self, subnet: str | None) -> ml.ResourceIdArgs | None:
        return ml.ResourceIdArgs(id=self._resources.ref(subnet)) if subnet else None

    def _instance(self, spec: InstanceSpec) -> ml.ComputeInstanceArgs:
        owner = ml.AssignedUserArgs(object_id=spec.owner, tenant_id=self._args.tenant_id)
        return ml.ComputeInstanceArgs(
            compute_type="ComputeInstance",
            compute_location=self._args.place.location,
            disable_local_auth=True,
            properties=ml.ComputeInstancePropertiesArgs(
                vm_size=spec.size,
                enable_node_public_ip=False,
                subnet=self._subnet(self._args.subnet),
                ssh_settings=ml.ComputeInstanceSshSettingsArgs(ssh_public_access=ml.SshPublicAccess.DISABLED),
                application_sharing_policy=ml.ApplicationSharingPolicy.PERSONAL,
                compute_instance_authorization_type=ml.ComputeInstanceAuthorizationType.PERSONAL,
                personal_compute_instance_settings=ml.PersonalComputeInstanceSettingsArgs(assigned_user=owner),
                idle_time_before_shutdown=spec.idle,
            ),
        )
