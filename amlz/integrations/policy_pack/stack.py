"""From the messages of Pulumi's engine to an analyzer to the graph on which policies are evaluated.

The engine shows each resource twice: by itself, with its inputs, when it is registered, and at the end all of them
together, with what they wait for and with their outputs. A request carries inputs, and azure-native's outputs leave
out what only the path of the request holds; so inputs are kept from the first time, and the rest is of the second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from amlz.azure.graph import Resource, ResourceGraph, is_unknown, unknown
from amlz.azure.shapes import UnmappedInput, id_of, to_body
from amlz.simulator.graph import resource_graph
from amlz.simulator.monitor import Registered, Registration
from amlz.simulator.wire import UNKNOWN, holds_unknown, plain, replaced

AZURE = "azure-native:"
STACK = "pulumi:pulumi:Stack"
#: Values that the engine writes for an unknown value, by the value's type; of strings, as amlz/simulator/wire.py has
#: it. sdk/go/common/resource/plugin/rpc.go of pulumi/pulumi (v3.259.0)
UNKNOWNS = frozenset(
    {
        UNKNOWN,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
#: azure-native adds this input to each resource: the version of the API that it asks (provider/pkg/provider/provider.go
#: of pulumi/pulumi-azure-native). It is no part of a body.
_API_VERSION = "azureApiVersion"
#: Properties of a policy resource without which it cannot be evaluated, by its ARM type in lower case.
_NEEDS = {
    "microsoft.authorization/policyassignments": ("policyDefinitionId", "what it assigns"),
    "microsoft.authorization/policyexemptions": ("policyAssignmentId", "what it exempts from"),
}

_NOWHERE = "a part of its id is known only at deployment, and so is which assignments reach it"


@dataclass(frozen=True, slots=True)
class KnownInputs:
    """Inputs of a resource. `inputs` keep Pulumi's marks of unknown values; `secrets` are paths, values left out.

    `subscription`: of its provider, `api_version`: that azure-native uses; "" where not set or not known.
    """

    inputs: dict[str, Any]
    secrets: tuple[str, ...]
    subscription: str
    api_version: str


@dataclass(frozen=True, slots=True)
class PackStack:
    """The part of a stack that can be evaluated, and the part that cannot, or not in full: URN and why."""

    graph: ResourceGraph
    unjudged: tuple[tuple[str, str], ...]


def given(request: Any) -> KnownInputs | None:
    """Returns the inputs of an AnalyzeRequest; None for anything but a resource of azure-native."""
    if not request.type.startswith(AZURE):
        return None
    secrets: list[str] = []
    inputs = _with_one_mark(plain(request.properties, "", secrets))
    version = inputs.pop(_API_VERSION, "")
    hidden: list[str] = []
    provider = plain(request.provider.properties, "", hidden)
    subscription = "" if hidden == ["subscriptionId"] else provider.get("subscriptionId", "")
    known = isinstance(subscription, str) and subscription not in UNKNOWNS
    return KnownInputs(
        inputs, tuple(secrets), subscription if known else "", version if isinstance(version, str) else ""
    )


def stack_of(resources: Iterable[Any], seen: Mapping[str, KnownInputs]) -> PackStack:
    """Returns the graph of the AnalyzerResources of a stack and their inputs. By URN: the engine's order varies."""
    unjudged: list[tuple[str, str]] = []
    registered: list[Registered] = []
    versions: dict[str, str] = {}
    for item in sorted(resources, key=lambda item: str(item.urn)):
        if item.type == STACK:
            continue
        ours = item.type.startswith(AZURE)
        if ours and item.urn not in seen:
            unjudged.append((item.urn, "the program did not register it in this run, so its inputs are not known"))
            continue
        try:
            registered.append(_registered(item, seen[item.urn] if ours else None))
        except UnmappedInput as problem:
            unjudged.append((item.urn, str(problem)))
            continue
        if ours and seen[item.urn].api_version:
            versions[item.urn] = seen[item.urn].api_version
    graph = resource_graph(Registration(tuple(registered), {}, ()))
    open_ = dict(_open(graph))
    kept = (resource for resource in graph if resource.urn not in open_)
    result = tuple(replace(one, api_version=versions.get(one.urn, one.api_version)) for one in kept)
    nowhere = [(one.urn, _NOWHERE) for one in result if not one.id]
    return PackStack(replace(graph, resources=result), tuple(sorted([*unjudged, *open_.items(), *nowhere])))


def _registered(actual: Any, given: KnownInputs | None) -> Registered:
    """A resource in the preview's form. Raises UnmappedInput for an input without a path in the body."""
    waits = {key: tuple(sorted(item.urns)) for key, item in actual.propertyDependencies.items()}
    inputs = {key: _named(key, value, waits.get(key, ())) for key, value in (given.inputs if given else {}).items()}
    resource_id = ""
    if given:
        to_body(actual.type, inputs)
        hidden = {path.partition(".")[0].partition("[")[0] for path in given.secrets}
        shown = {key: value for key, value in inputs.items() if key not in hidden}
        resource_id = id_of(actual.type, shown, given.subscription) or ""
    return Registered(
        urn=actual.urn,
        token=actual.type,
        name=actual.name,
        custom=given is not None or actual.type.startswith("pulumi:providers:"),
        parent="" if STACK in actual.parent else actual.parent,
        inputs=inputs,
        id=resource_id,
        subscription=given.subscription if given else "",
        provider=actual.provider.urn,
        dependencies=tuple(sorted(actual.dependencies)),
        property_dependencies={key: urns for key, urns in sorted(waits.items()) if urns},
        protect=actual.options.protect,
        aliases=0,
        source="",
    )


def _named(key: str, value: Any, urns: tuple[str, ...]) -> Any:
    """Returns a value whose unknown parts name their resource, in the words of the preview."""
    if not holds_unknown(value):
        return value
    names = ", ".join(sorted({urn.rsplit("::", 1)[-1] for urn in urns})) or "a value made by the program"
    return replaced(value, unknown(f"{key}, from {names}"))


def _with_one_mark(value: Any) -> Any:
    """Returns the value, with one mark for all unknown parts."""
    if isinstance(value, dict):
        return {key: _with_one_mark(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_one_mark(item) for item in value]
    return UNKNOWN if isinstance(value, str) and value in UNKNOWNS else value


def _open(graph: ResourceGraph) -> Iterator[tuple[str, str]]:
    """Returns assignments and exemptions whose subject is known only at deployment: URN and why."""
    for resource in graph:
        key, result = _NEEDS.get(resource.arm_type.lower(), ("", ""))
        if key and _is_open(resource, key):
            yield resource.urn, f"{result} is known only at deployment"


def _is_open(resource: Resource, key: str) -> bool:
    return not resource.id or is_unknown(resource.body.get("properties")) or is_unknown(resource.properties.get(key))
