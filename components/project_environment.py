"""One environment of one project: a resource group, a workspace and all its parts."""

from __future__ import annotations

import pulumi

from amlz.core.capability import Phase
from amlz.core.specs import ProjectEnvironmentSpec
from components.capabilities import Outputs, build
from components.computes import Computes
from components.container_registry import ContainerRegistry
from components.datastores import Datastores
from components.identities import Identities
from components.insights import Insights
from components.key_vault import KeyVault
from components.managed_network import ManagedNetwork
from components.private_endpoint import private_endpoint
from components.resource_group import resource_group
from components.resource_registry import ResourceRegistry
from components.role_assignment import role_assignment
from components.storage import Storage
from components.workspace import Workspace


class ProjectEnvironment(pulumi.ComponentResource):
    """Everything that one environment of one project has to itself."""

    resource_id: pulumi.Output[str]
    name: pulumi.Output[str]
    workspace: Workspace
    outputs: Outputs
    client_ids: dict[str, pulumi.Output[str]]
    """Of its identities, by their IDs."""

    def __init__(
        self,
        name: str,
        args: ProjectEnvironmentSpec,
        resources: ResourceRegistry,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("amlz:project:ProjectEnvironment", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        resource_group(self, name, args.group, resources)
        self.client_ids = Identities(f"{name}-identities", args.identities, resources, below).client_ids
        for role in args.group_roles:
            role_assignment(self, name, role, resources)
        self.outputs, self._args, self._resources = {}, args, resources
        self._build(name, Phase.FIRST)
        KeyVault(f"{name}-vault", args.key_vault, resources, below)
        self._build(name, Phase.BEFORE_STORES)
        Storage(f"{name}-storage", args.storage, resources, below)
        if args.registry is not None:
            ContainerRegistry(f"{name}-registry", args.registry, resources, below)
        for role in args.shared_registry_roles:
            role_assignment(self, name, role, resources)
        for role in args.shared_roles:
            role_assignment(self, name, role, resources)
        Insights(f"{name}-insights", args.insights, resources, below)
        self.workspace = Workspace(f"{name}-workspace", args.workspace, resources, below)
        for linked in args.destinations:
            private_endpoint(self, f"{name}-{linked.label}", linked.endpoint, resources)
        self._build(name, Phase.DEFAULT)  # before the rules of a managed network, which lead to them
        if args.workspace.managed_network is not None:
            ManagedNetwork(f"{name}-network", args.workspace, resources, below)
        if args.datastores:
            Datastores(f"{name}-datastores", args.datastores, resources, below)
        computes = Computes(f"{name}-computes", args.computes, resources, below)
        for planned in (capability for capability in args.capabilities if capability.part.phase is Phase.COMPUTES):
            self.outputs |= build(f"{name}-computes", planned, resources, pulumi.ResourceOptions(parent=computes))
        self.resource_id, self.name = self.workspace.resource_id, self.workspace.name
        self.register_outputs({"resource_id": self.resource_id, "name": self.name})

    def _build(self, name: str, phase: Phase) -> None:
        """Builds the components of capabilities whose phase it is."""
        below = pulumi.ResourceOptions(parent=self)
        for planned in self._args.capabilities:
            if planned.part.phase is phase:
                self.outputs |= build(f"{name}-{planned.logical}", planned, self._resources, below)
