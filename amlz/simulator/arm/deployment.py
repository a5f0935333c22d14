"""A landing zone, deployed into a simulated Azure: the requests of its plan, in their order.

A plan has values that only a deployment knows. They are read from the resources that exist by then; where Azure would
make one up and no table has it, it is left out of the request, and reported.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from amlz.azure.graph import ResourceGraph, is_unknown, sources_of
from amlz.azure.ids import ids_in, parse
from amlz.azure.providers import providers_of
from amlz.simulator import existing
from amlz.simulator.arm.addresses import GROUP, canonical_type, token_of
from amlz.simulator.arm.azure import POLICY_DELAY
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request
from amlz.simulator.state_store import StoredResource

#: Tag of a resource that exists outside of the stack, of which only the id is known.
OUTSIDE = "simulated-outside-of-the-stack"


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """The result. `outside`: ids that were taken to exist. `refused`: id, code and message of each refusal.

    `left_out`: id and path of each value that nobody knows. `providers`: how many had to be registered.
    """

    requests: int
    outside: tuple[str, ...]
    refused: tuple[tuple[str, str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    providers: int = 0


def deploy(arm: SimulatedArm, graph: ResourceGraph) -> DeployedStack:
    """Sends the requests of a plan, and lets its policies take effect.

    In new subscriptions, first registers the resource providers of the plan, as its deployer has to.
    """
    providers = providers_of(graph) if arm.new_subscriptions else ()
    for provider in providers:
        arm.register(provider.subscription, provider.namespace)
    outside = tuple(sorted(_outside(graph)))
    for resource_id in outside:
        arm.assume(_stub(resource_id, graph))
    refused, left_out = [], []
    for resource in graph:
        known = _Values(arm, graph)
        body = known.filled(resource.body, "")
        left_out += [(resource.id, path) for path in known.left_out]
        answer = arm.answer(Request("PUT", resource.id, resource.api_version, body))
        if answer.status >= 400:
            problem = answer.body["error"]
            refused.append((resource.id, str(problem["code"]), str(problem["message"])))
    arm.pass_time(POLICY_DELAY)
    return DeployedStack(len(graph.resources), outside, tuple(refused), tuple(left_out), len(providers))


def _outside(graph: ResourceGraph) -> Iterator[str]:
    """Yields ids that the plan uses and does not create, with everything above each."""
    own = {resource.id.lower() for resource in graph}
    seen = set(own)
    for resource in graph:
        parents = tuple(_above(resource.id))
        for used in (*parents, *ids_in(resource.body)):
            for item in (*_above(used), used):
                key = item.lower().rstrip("/")
                if key not in seen and key.startswith("/subscriptions/") and _is_resource(item, item in parents):
                    seen.add(key)
                    yield item.rstrip("/")


def _is_resource(resource_id: str, is_parent: bool) -> bool:
    """Returns whether an id is one of a resource that can exist on its own. Parts and built-in roles cannot.

    A parent can, of any type: a network watcher, which Azure creates, is of none that the program builds.
    """
    try:
        kind = parse(resource_id).type
    except ValueError:
        return False
    if existing.is_adopted(kind):
        return False
    if kind == GROUP or is_parent:
        return True
    return "/" in kind and bool(token_of(kind, resource_id)) and not kind.lower().startswith("microsoft.authorization/")


def _above(resource_id: str) -> Iterator[str]:
    """Yields the resource group and the parents of an id, from the top."""
    parts = resource_id.split("/")
    for end in range(5, len(parts), 2):
        if parts[end - 2].lower() != "providers":
            yield "/".join(parts[:end])


def _stub(resource_id: str, graph: ResourceGraph) -> StoredResource:
    """A resource of which only the id is known. Its region is that of the first resource of the plan."""
    region = next((resource.location for resource in graph if resource.location), "")
    result = parse(resource_id)
    kind = canonical_type(result.type)
    body: dict[str, Any] = {"location": region, "tags": {OUTSIDE: "true"}, "properties": {}}
    return StoredResource(resource_id, "", token_of(kind, resource_id), kind, result.name, {}, {}, body=body)


class _Values:
    """The values that a deployment knows by now."""

    def __init__(self, arm: SimulatedArm, graph: ResourceGraph) -> None:
        self._arm, self._graph = arm, graph
        self.left_out: list[str] = []

    def filled(self, value: Any, path: str) -> Any:
        """Returns a body whose unknown values are known, or left out."""
        if isinstance(value, dict):
            pairs = ((key, self._one(item, f"{path}.{key}" if path else key)) for key, item in value.items())
            return {key: item for key, item in pairs if item is not None}
        if isinstance(value, list):
            return [item for item in (self._one(entry, f"{path}[]") for entry in value) if item is not None]
        return value

    def _one(self, value: Any, path: str) -> Any:
        if not is_unknown(value):
            return self.filled(value, path)
        sources = self._bodies_of(sources_of(value)[1])
        known = next((item for item in (_read(path, body, self._arm) for body in sources) if item), None)
        if known is None:
            self.left_out.append(path)
        return known

    def _bodies_of(self, names: Sequence[str]) -> Iterable[dict[str, Any]]:
        """Bodies of the resources that an unknown value comes from, by their logical names."""
        for resource in self._graph:
            if resource.urn.rpartition("::")[2] in names:
                answer = self._arm.answer(Request("GET", resource.id, resource.api_version))
                if answer.status == 200 and isinstance(answer.body, dict):
                    yield answer.body


def _read(path: str, body: dict[str, Any], arm: SimulatedArm) -> str | None:
    """The value of a path, from the resource that it is read from; None where that has none."""
    properties = body.get("properties") or {}
    last = path.rpartition(".")[2].removesuffix("[]")
    if last == "principalId":
        return properties.get("principalId") or (body.get("identity") or {}).get("principalId")
    if last in ("identity", "clientId"):
        return properties.get("clientId")
    if last == "keyIdentifier":
        return properties.get("keyUriWithVersion")
    if last in ("nextHopIpAddress", "dnsServers"):
        return _private_address(properties, arm)
    return None


def _private_address(properties: dict[str, Any], arm: SimulatedArm) -> str | None:
    """The private address of a firewall: the first that its subnet gives away, the fifth of its range.

    https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq (Azure keeps the first four)
    """
    for one in properties.get("ipConfigurations") or ():
        inner = one.get("properties") or {}
        if inner.get("privateIPAddress"):
            return str(inner["privateIPAddress"])
        subnet = arm.answer(Request("GET", str((inner.get("subnet") or {}).get("id")), "2024-05-01"))
        if subnet.status == 200:
            prefixes = subnet.body["properties"]
            prefix = prefixes.get("addressPrefix") or (prefixes.get("addressPrefixes") or [""])[0]
            return str(ipaddress.ip_network(prefix)[4]) if prefix else None
    return None
