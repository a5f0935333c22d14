"""Permissions: which identity each endpoint answers. Everything that no permission names is denied."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.mesh.model import MeshSpec, external, inside, permitted
from amlz.mesh.objects import Document, of_egress, of_endpoint, policy


def permissions(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the permissions of a zone: one for each endpoint in the mesh, and one for its egress.

    The egress has a single one with an entry for each caller and endpoint, so that no rule of merging matters.
    """
    for endpoint in inside(mesh, zone):
        allow = [_exact(mesh.spiffe(caller)) for caller in permitted(mesh, endpoint)]
        if allow:
            yield _permission(mesh, endpoint.name, of_endpoint(endpoint), allow)
    entries = [
        {**_exact(mesh.spiffe(caller)), "sni": {"type": "Exact", "value": mesh.sni(endpoint, zone)}}
        for endpoint in external(mesh, zone)
        for caller in permitted(mesh, endpoint)
        if caller.zone == zone
    ]
    if entries:
        yield _permission(mesh, "egress", of_egress(), entries)


def _exact(spiffe: str) -> Document:
    """Returns the match of one identity. Never a prefix: `…/ns/ml` would match `…/ns/ml-dev` too."""
    return {"spiffeID": {"type": "Exact", "value": spiffe}}


def _permission(mesh: MeshSpec, name: str, target: Document, allow: list[Document]) -> Document:
    spec = {"targetRef": target, "rules": [{"default": {"allow": allow}}]}
    return policy(mesh, "MeshTrafficPermission", f"callers-{name}", spec)
