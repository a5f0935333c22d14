"""The effect of a changed property: every row of the table, in the table and in the simulator."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from amlz.azure.change_rule import Kind
from amlz.azure.change_rules import EVERY
from amlz.azure.changes import PropertyChange, changes, rules, worst
from amlz.azure.facts import missing
from amlz.azure.shapes import arm_type, id_of, to_body
from amlz.simulator.azure import SimulatedAzure
from amlz.simulator.existing import inputs_from_the_start
from amlz.simulator.state_store import StateStore
from amlz.simulator.stateful_provider import StatefulProvider
from amlz.simulator.wire import plain
from tests.azure.change_cases import CASES, Case, rule

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
#: Inputs that are required in addition to the changing ones.
WITH: dict[str, dict[str, Any]] = {
    "machinelearningservices:Registry": {"publicNetworkAccess": "Disabled"},
    "applicationinsights:Component": {"applicationType": "web"},
    "keyvault:Vault": {"properties": {"tenantId": "one", "sku": {"family": "A", "name": "standard"}}},
    "machinelearningservices:Compute": {"properties": {"computeType": "AmlCompute", "properties": {}}},
    "machinelearningservices:Datastore": {
        "properties": {"datastoreType": "AzureBlob", "credentials": {"credentialsType": "None"}}
    },
    "machinelearningservices:ManagedNetworkSettingsRule": {"properties": {"type": "FQDN"}},
    "containerservice:ManagedCluster": {"kubernetesVersion": "1"},
    "monitor:PrivateLinkScope": {"accessModeSettings": {"ingestionAccessMode": "Open", "queryAccessMode": "Open"}},
    "monitor:MetricAlert": {
        "criteria": {"odataType": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", "allOf": []}
    },
    "dnsresolver:DnsResolver": {"virtualNetwork": {"id": "/a"}},
    "dnsresolver:InboundEndpoint": {"ipConfigurations": [{"subnet": {"id": "/a"}}]},
    "dnsresolver:OutboundEndpoint": {"subnet": {"id": "/a"}},
    "dnsresolver:DnsForwardingRuleset": {"dnsResolverOutboundEndpoints": [{"id": "/a"}]},
    "dnsresolver:DnsSecurityRule": {
        "priority": 100,
        "action": {"actionType": "Allow"},
        "dnsResolverDomainLists": [{"id": "/a"}],
    },
    "dnsresolver:DnsResolverPolicyVirtualNetworkLink": {"virtualNetwork": {"id": "/a"}},
    "dnsresolver:DnsResolverDomainList": {"domains": ["a.example"]},
    "authorization:PolicyDefinition": {"policyRule": rule("a")},
    "authorization:PolicySetDefinition": {"policyDefinitions": [{"policyDefinitionId": "/a"}]},
    "authorization:PolicyAssignment": {"policyDefinitionId": "/a"},
    "authorization:PolicyExemption": {"policyAssignmentId": "/a"},
    "fabric:FabricCapacity": {"administration": {"members": ["one"]}, "sku": {"name": "F2", "tier": "Fabric"}},
    "authorization:RoleAssignment": {
        "scope": f"/subscriptions/{SUBSCRIPTION}",
        "principalId": "one",
        "roleDefinitionId": "one",
    },
}
#: Values of required properties that are not texts.
REQUIRED: dict[str, Any] = {
    "audiences": ["one"],
    "keyVaultProperties": {},
    "policyDefinitions": [],
    "sku": {"name": "Standard"},
}


def inputs_of(case: Case, value: Any) -> dict[str, Any]:
    """The inputs of a case with a value at its path."""
    token, path, _, _, _ = case
    inputs = {key: "one" for key in arm_type(f"azure-native:{token}").path if not key.startswith("{")}
    inputs |= {key: f"/subscriptions/{SUBSCRIPTION}" for key in ("scope", "resourceUri") if key in inputs}
    inputs |= {key: f"subscriptions/{SUBSCRIPTION}" for key in ("scopeId",) if key in inputs}  # as read from an id
    data: dict[str, Any] = json.loads(json.dumps({**inputs, **WITH.get(token, {})}))
    at: Any = data
    *above, last = path.split(".")
    for key in above:
        name, member, _ = key.partition("[]")
        at = at.setdefault(name, [{"name": "one"}] if member else {})
        at = at[0] if member else at
    if value is None:
        at.pop(last, None)
    else:
        at[last] = value
    return data


def sides(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both inputs of a case, with everything else that the published type requires."""
    both = inputs_of(case, case[2]), inputs_of(case, case[3])
    for _ in range(5):  # what is filled in may require more
        lacks = [set(missing(f"azure-native:{case[0]}", to_body(f"azure-native:{case[0]}", side))) for side in both]
        for path in sorted((lacks[0] & lacks[1]) | ({"properties"} & (lacks[0] | lacks[1]))):
            for side in both:
                _fill(side, path, case[0] in NESTED)
    return both


#: Classes of azure-native with an input `properties`.
NESTED = {"machinelearningservices:OnlineEndpoint"}


def _fill(inputs: dict[str, Any], path: str, nested: bool) -> None:
    """Puts something where a body lacks it: azure-native takes the same path, mostly without `properties`."""
    at: Any = inputs
    nested = nested or "properties" in inputs
    *above, last = [part for part in path.split("/") if nested or part != "properties"] or ["friendlyName"]
    for part in above:
        name, member, _ = part.partition("[0]")
        at = at.setdefault(name, {})
        at = at[0] if member else at
    at[last] = {} if last == "properties" else deepcopy(REQUIRED.get(last, "one"))


def changes_of(case: Case) -> tuple[PropertyChange, ...]:
    """The table's answer for a case."""
    token = f"azure-native:{case[0]}"
    bodies = [{"id": id_of(token, inputs, SUBSCRIPTION), **to_body(token, inputs)} for inputs in sides(case)]
    return changes(arm_type(token).arm_type, bodies[0], bodies[1])


def name(case: Case) -> str:
    """For the list of tests."""
    return f"{case[0]} {case[1]} {case[4].value}"


@pytest.mark.parametrize("case", CASES, ids=name)
def test_a_change_does_what_its_row_says(case: Case) -> None:
    """One that makes no difference to azure-native does nothing."""
    assert (worst(changes_of(case)) or Kind.UPDATES) is case[4]


def test_every_row_has_a_case() -> None:
    """A row that no case meets may be wrong, or hidden by another row."""
    met = {id(change.rule) for case in CASES for change in changes_of(case)}

    rows = [(kind, rule) for kind, of_kind in (*rules().items(), ("*", EVERY)) for rule in of_kind]
    assert [f"{kind}: {rule.path} {rule.kind.value}" for kind, rule in rows if id(rule) not in met] == []


def test_every_row_has_a_source() -> None:
    """A page, a specification, a thread."""
    rows = [rule for of_kind in (*rules().values(), EVERY) for rule in of_kind]

    assert [rule.path for rule in rows if not rule.source.startswith("https://")] == []


@contextmanager
def served(folder: Path) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    """The provider that remembers, over gRPC."""
    store = StateStore(folder / "azure.sqlite")
    server = grpc.server(ThreadPoolExecutor(1))
    provider = StatefulProvider(SimulatedAzure(), store)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            request = provider_pb2.ConfigureRequest()
            request.args.update({"subscriptionId": SUBSCRIPTION})
            stub.Configure(request)
            yield stub
    finally:
        server.stop(None)
        store.close()


def answered(stub: Any, number: int, case: Case) -> Kind:
    """The simulator's answer to a case: the provider's plan, and for an update its result."""
    old, new = sides(case)
    token = arm_type(f"azure-native:{case[0]}")
    for key in {token.name_input, "privateEndpointName"} & set(token.path) - {case[1]}:
        old[key] = new[key] = f"case{number}"
    urn = f"urn:pulumi:s::p::azure-native:{case[0]}::case{number}"
    made = _made(stub, urn, f"azure-native:{case[0]}", old)
    differ = provider_pb2.DiffRequest(urn=urn, id=made)
    differ.old_inputs.update(old)
    differ.news.update(new)
    if stub.Diff(differ).replaces:
        return Kind.REPLACES
    update = provider_pb2.UpdateRequest(urn=urn, id=made)
    update.news.update(new)
    try:
        stub.Update(update)
    except grpc.RpcError:
        return Kind.REFUSED
    stands = plain(stub.Read(provider_pb2.ReadRequest(urn=urn, id=made)).inputs, "", [])
    return {True: Kind.UPDATES, False: Kind.IGNORED}[stands == _without_none(new)]


def _made(stub: Any, urn: str, token: str, inputs: dict[str, Any]) -> str:
    """The id of a resource that is created, or, where every subscription has it, changed."""
    at = id_of(token, inputs, SUBSCRIPTION)
    if at and inputs_from_the_start(at):
        update = provider_pb2.UpdateRequest(urn=urn, id=at)
        update.news.update(inputs)
        stub.Update(update)
        return at
    create = provider_pb2.CreateRequest(urn=urn)
    create.properties.update(inputs)
    return str(stub.Create(create).id)


def _without_none(inputs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if value is not None}


#: The simulator's effect for unknown changes, and for changes known only of the resource's users.
AS = {Kind.FIXED: Kind.REFUSED, Kind.UNKNOWN: Kind.UPDATES, Kind.IN_USE: Kind.UPDATES}


def test_the_pretend_azure_does_what_the_table_says(tmp_path: Path) -> None:
    """Over the protocol: azure-native's plan, Azure's answer, and the resources that exist then."""
    with served(tmp_path) as stub:
        answers = [(name(case), answered(stub, number, case)) for number, case in enumerate(CASES)]

    assert answers == [(name(case), AS.get(case[4], case[4])) for case in CASES]
