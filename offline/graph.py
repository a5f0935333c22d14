"""From what the program registered to what Azure Resource Manager would receive."""

from __future__ import annotations

from collections.abc import Mapping

from arm.graph import Resource, ResourceGraph
from arm.ids import parse
from arm.shapes import arm_type, to_body
from offline.monitor import Registered, Registration

Owners = Mapping[str, tuple[str, str]]


def resource_graph(registration: Registration, cloud: str = "public", owners: Owners | None = None) -> ResourceGraph:
    """The graph of all azure-native resources.

    `owners`: project and environment by the logical name of their component. Raises arm.shapes.UnmappedInput for an
    input that has no place in a body.
    """
    by_urn = {registered.urn: registered for registered in registration.resources}
    found: dict[str, tuple[str, str]] = {}
    resources = []
    for registered in registration.resources:
        owner = (owners or {}).get(registered.name) if not registered.custom else None
        found[registered.urn] = owner or found.get(registered.parent, ("", ""))
        if registered.custom and registered.token.startswith("azure-native:"):
            resources.append(_resource(registered, found[registered.urn]))
    components = [registered for registered in by_urn.values() if not registered.custom]
    return ResourceGraph(
        resources=tuple(resources),
        cloud=cloud,
        parents={component.urn: component.parent for component in components},
        dependencies={component.urn: component.dependencies for component in components},
    )


def _resource(registered: Registered, owner: tuple[str, str]) -> Resource:
    kind = arm_type(registered.token)
    parsed = parse(registered.id) if registered.id else None
    return Resource(
        urn=registered.urn,
        token=registered.token,
        arm_type=kind.arm_type,
        api_version=kind.api_version,
        id=registered.id,
        name=parsed.name if parsed else registered.name,
        location=str(registered.inputs.get("location", "")),
        subscription=registered.subscription,
        resource_group=parsed.resource_group if parsed else "",
        body=to_body(registered.token, registered.inputs),
        project=owner[0],
        environment=owner[1],
        depends_on=registered.dependencies,
        parent=registered.parent,
        provider=registered.provider,
        protect=registered.protect,
        source=registered.source,
    )
