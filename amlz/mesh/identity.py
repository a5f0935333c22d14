"""Identities: the mesh, certificates of workloads, trust between zones, and TLS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from amlz.mesh.model import FRONT_END, MeshSpec, external, inside
from amlz.mesh.objects import MODEL_LABELS, Document, everything, policy

#: SPIFFE paths: of a workload by its service account; of a model by its endpoint, since every pod of Azure ML runs as
#: the service account `default`.
WORKLOAD_PATH = "/ns/{{ .Namespace }}/sa/{{ .ServiceAccount }}"
MODEL_PATH = (
    '/ns/{{ .Namespace }}/endpoint/{{ label "ml.azure.com/endpoint-name" }}'
    '/deployment/{{ label "ml.azure.com/deployment-name" }}'
)


def mesh_object(mesh: MeshSpec) -> Document:
    """Returns the Mesh. On 2.14 it keeps the control plane from adding policies, such as retries of every request."""
    spec: Document = {"meshServices": {"mode": "Exclusive"}}
    if mesh.version == "2.14":
        spec["skipCreatingInitialPolicies"] = ["*"]
    if mesh.federated:  # applied on the Global control plane, which is universal
        return {"type": "Mesh", "name": mesh.name, **spec}
    return {"apiVersion": "kuma.io/v1alpha1", "kind": "Mesh", "metadata": {"name": mesh.name}, "spec": spec}


def identities(mesh: MeshSpec, zone: str, generation: int | None = None, selected: bool = True) -> Iterator[Document]:
    """Returns the identities of a zone. `selected`: False for one that spreads its trust and issues no certificates."""
    number = mesh.identity.generation if generation is None else generation
    yield _identity(mesh, zone, f"workloads-{number}", WORKLOAD_PATH, _Selected({} if selected else None, number))
    if inside(mesh, zone):
        models = _Selected(dict(MODEL_LABELS) if selected else None, number)
        yield _identity(mesh, zone, f"models-{number}", MODEL_PATH, models)


def rotation(mesh: MeshSpec, zone: str, step: int) -> tuple[Document, ...]:
    """Returns the identity file of a zone in a step of a rotation to the next generation of certificate authorities.

    1: the new authority is trusted, the old one issues. 2: the new one issues, the old one is trusted. 3: the new one
    alone. The SPIFFE IDs stay the same, so no permission changes. The old identity loses its selector in step 2: two
    identities that select the same pods differ by name alone, and the old name is first.
    """
    old, new = mesh.identity.generation, mesh.identity.generation + 1
    former = identities(mesh, zone, old, selected=step == 1) if step < 3 else ()
    return (*former, *identities(mesh, zone, new, selected=step > 1), *trust(mesh, zone), tls(mesh))


class _Selected(NamedTuple):
    """The pods that get certificates, by their labels (None: no pods), and the generation of their authority."""

    labels: dict[str, str] | None
    generation: int


def _identity(mesh: MeshSpec, zone: str, name: str, path: str, selected: _Selected) -> Document:
    labels, number = selected
    bundled: Document = {"meshTrustCreation": "Enabled"}
    if mesh.identity.authority == "generated":
        bundled |= {"insecureAllowSelfSigned": True, "autogenerate": {"enabled": True}}
    else:
        bundled |= {
            "insecureAllowSelfSigned": False,
            "ca": {
                "certificate": _secret(f"{mesh.name}-ca-{number}-cert"),
                "privateKey": _secret(f"{mesh.name}-ca-{number}-key"),
            },
        }
    bundled["certificateParameters"] = {"expiry": mesh.identity.expiry}
    spec = {
        "selector": {} if labels is None else {"dataplane": {"matchLabels": labels}},
        "spiffeID": {"trustDomain": mesh.trust_domain(zone), "path": path},
        "provider": {"type": "Bundled", "bundled": bundled},
    }
    return policy(mesh, "MeshIdentity", name, spec)


def _secret(name: str) -> Document:
    return {"type": "Secret", "secretRef": {"kind": "Secret", "name": name}}


def trust(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the trust in other zones of the mesh. Trust is not copied between zones by Kuma."""
    for other, certificate in mesh.trusted:
        if other != zone:
            bundle = {"type": "Pem", "pem": {"value": certificate.strip() + "\n"}}
            spec = {"trustDomain": mesh.trust_domain(other), "caBundles": [bundle]}
            yield policy(mesh, "MeshTrust", f"trust-{other}", spec)


def tls(mesh: MeshSpec) -> Document:
    """Returns MeshTLS: certificates are required, in TLS 1.3.

    Both ends of the range are set: with a minimum alone, every call of a sidecar failed in a test with Envoy.
    """
    versions = {"min": "TLS13", "max": "TLS13"}
    default = {"mode": "Strict", "tlsVersion": versions}
    return policy(mesh, "MeshTLS", "tls", {"targetRef": everything(), "rules": [{"default": default}]})


def secrets_needed(mesh: MeshSpec, zone: str, generation: int | None = None) -> tuple[str, ...]:
    """Returns the Secrets in the namespace of the control plane that must exist and are never rendered."""
    number = generation or mesh.identity.generation
    own = (f"{mesh.name}-ca-{number}-cert", f"{mesh.name}-ca-{number}-key")
    names = own if mesh.identity.authority == "secrets" else ()
    behind = any(endpoint.way == FRONT_END for endpoint in external(mesh, zone))
    return (*names, mesh.front_end.ca_secret) if behind and mesh.front_end else names
