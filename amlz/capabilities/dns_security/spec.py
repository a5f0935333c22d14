"""Spec of a DNS security policy."""

from __future__ import annotations

from amlz.capabilities.dns_security.facts import LINK, LIST, POLICY, RULE
from amlz.core.specs import DiagnosticsSpec, Place
from amlz.core.specs.common import Tags
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class DomainRuleSpec:
    """A domain list and the rule for it. `key`: its part of logical names; a lower `priority` is evaluated first.

    `response`: the response code of a refusal, None for none.
    """

    key: str
    name: str
    domains: tuple[str, ...]
    action: str
    priority: int
    response: str | None


@dataclass(frozen=True, slots=True)
class LinkedNetworkSpec:
    """A network that the policy is for. `key`: its part of logical names; `network`: its id."""

    key: str
    name: str
    network: str


@dataclass(frozen=True, slots=True)
class DnsSecuritySpec:
    """A DNS security policy, its rules and its networks."""

    name: str
    place: Place
    rules: tuple[DomainRuleSpec, ...]
    networks: tuple[LinkedNetworkSpec, ...]
    diagnostics: DiagnosticsSpec
    tags: Tags

    @property
    def id(self) -> str:
        return self.place.id(POLICY, self.name)

    def list_id(self, rule: DomainRuleSpec) -> str:
        """The id of a rule's domain list."""
        return self.place.id(LIST, rule.name)

    def rule_id(self, rule: DomainRuleSpec) -> str:
        """The id of a rule."""
        return self.place.id(RULE, self.name, rule.key)

    def link_id(self, network: LinkedNetworkSpec) -> str:
        """The id of a network's link."""
        return self.place.id(LINK, self.name, network.name)
