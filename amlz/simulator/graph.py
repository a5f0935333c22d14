"""From what the program registered to what Azure Resource Manager would receive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from amlz.azure.added import sent_body
from amlz.azure.graph import Resource, ResourceGraph
from amlz.azure.ids import parse
from amlz.azure.shapes import arm_type
from amlz.simulator.monitor import Registered, Registration
from amlz.simulator.wire import revealed, wrapped

_GROUP = "Microsoft.Resources/resourceGroups"


class ResourceOwner(NamedTuple):
    """The environment that a resource belongs to; None twice where it belongs to none."""

    project: str | None = None
    environment: str | None = None


Owners = Mapping[str, tuple[str, str]]


def resource_graph(registration: Registration, cloud: str = "public", owners: Owners | None = None) -> ResourceGraph:
    """The graph of all azure-native resources, with the values that Azure receives: secrets are hidden when written.

    `owners`: project and environment by the logical name of their component; the innermost counts. A resource whose id
    is not decided has the name of its input, or else its logical one. Raises amlz.azure.shapes.UnmappedInput for an
    input without a path in the body.
    """
    customs = {registered.urn for registered in registration.resources if registered.custom}
    result: dict[str, ResourceOwner] = {}
    resources = []
    for registered in registration.resources:
        owner = (owners or {}).get(registered.name) if not registered.custom else None
        result[registered.urn] = ResourceOwner(*owner) if owner else result.get(registered.parent, ResourceOwner())
        if registered.custom and registered.token.startswith("azure-native:"):
            # a child is registered after its parent exists; a component exists at once, see ResourceGraph.dependencies
            waits_for = {*registered.dependencies, *customs & {registered.parent}}
            resources.append(_resource(registered, result[registered.urn], tuple(sorted(waits_for))))
    resources = list(_of_their_groups(resources))
    components = [registered for registered in registration.resources if not registered.custom]
    return ResourceGraph(
        resources=tuple(resources),
        cloud=cloud,
        parents={registered.urn: registered.parent for registered in registration.resources},
        dependencies={component.urn: component.dependencies for component in components},
    )


def _of_their_groups(resources: list[Resource]) -> Iterator[Resource]:
    """Returns extension resources outside of an environment's components: they belong to it if their scope is its
    resource group.
    """
    groups = {
        r.id.lower(): ResourceOwner(r.project, r.environment) for r in resources if r.arm_type == _GROUP and r.project
    }
    for resource in resources:
        scope, _, extension = resource.id.lower().partition("/providers/microsoft.authorization/")
        owner = groups.get(scope) if extension and not resource.project else None
        yield replace(resource, project=owner.project, environment=owner.environment) if owner else resource


def _resource(registered: Registered, owner: ResourceOwner, waits_for: tuple[str, ...]) -> Resource:
    inputs = registered.inputs
    kind = arm_type(registered.token, inputs)
    parsed = parse(registered.id) if registered.id else None
    body = sent_body(registered.token, inputs)
    marked: tuple[tuple[str | int, ...], ...] = ()
    if registered.secret_paths:
        marked, body = tuple(wrapped(body)), sent_body(registered.token, revealed(inputs))
    return Resource(
        urn=registered.urn,
        token=registered.token,
        arm_type=kind.arm_type,
        api_version=kind.api_version,
        id=registered.id,
        name=parsed.name if parsed else _text(inputs.get(kind.name_input)) or registered.name,
        location=_text(body.get("location", inputs.get("location"))),
        subscription=registered.subscription,
        resource_group=parsed.resource_group if parsed else _text(inputs.get("resourceGroupName")),
        body=body,
        project=owner.project,
        environment=owner.environment,
        depends_on=waits_for,
        parent=registered.parent or None,
        provider=registered.provider or None,
        protect=registered.protect,
        source=registered.source or None,
        aliases=registered.former,
        marked=marked,
    )


def _text(value: Any) -> str:
    """A value that is decided; "" for one that is not."""
    return value if isinstance(value, str) else ""
