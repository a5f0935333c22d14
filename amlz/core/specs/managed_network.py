"""The spec of a workspace's managed network: its mode, its firewall, and what it lets out."""

from __future__ import annotations

from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class OutboundRuleSpec:
    """One outbound rule of a managed network, and its reason.

    `kind`: PrivateEndpoint, FQDN or ServiceTag. `to`: a resource id, a host name or a tag. `group`: of a private
    endpoint, else None. `id`: of the rule that is built here, None for one that Azure makes by itself.
    `protocol`, `ports`: of a service tag whose rule is built here. `spark`: a private endpoint that serverless Spark
    uses, too. `part`: the rule is to what Azure creates for `to`, an Azure ML registry, whose ID is known after that:
    "images" for its container registry, or the region of its storage account.
    """

    name: str
    kind: str
    to: str
    why: str
    source: str
    group: str | None = None
    id: str | None = None
    protocol: str | None = None
    ports: str | None = None
    spark: bool = False
    part: str | None = None

    @property
    def by_azure(self) -> bool:
        """Returns whether Azure creates it by itself."""
        return self.id is None


@dataclass(frozen=True, slots=True)
class ManagedNetworkSpec:
    """A workspace's managed network. `firewall`: Standard or Basic, None where no host is a rule.

    `rules`: those that Azure makes by itself first, then those that are built here, in the order of their names.
    """

    isolation_mode: str
    firewall: str | None
    rules: tuple[OutboundRuleSpec, ...]

    @property
    def built(self) -> dict[str, OutboundRuleSpec]:
        """The rules that are built here, by id."""
        return {rule.id: rule for rule in self.rules if rule.id is not None}
