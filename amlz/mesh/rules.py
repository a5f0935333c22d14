"""Mistakes in the records of a mesh: what it must not be, each with its reason and its remedy."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.problems import Path, Problem, listed
from amlz.mesh.model import FRONT_END, IN_MESH, MANAGED, CallerSpec, MeshEndpointSpec, MeshSpec, direct_callers

#: kumahq/kuma pkg/core/resources/sni/sni.go
LONGEST_SNI = 253
#: Kuma's own issue on mirrors.
_MIRROR = "https://github.com/kumahq/kuma/issues/17618"


def problems(mesh: MeshSpec, path: Path) -> Iterator[Problem]:
    """Returns everything that is wrong in a mesh. `path`: of its key in the stack file."""
    for caller in mesh.callers:
        yield from _caller(mesh, caller, (*path, "callers", caller.name))
    for endpoint in mesh.endpoints:
        here: Path = (*path, "endpoints", endpoint.name)
        yield from _endpoint(mesh, endpoint, here)
        yield from _weights(mesh, endpoint, here)
        yield from _shadow(mesh, endpoint, here)
        yield from _faults(mesh, endpoint, (*here, "faults"))
    yield from _zones(mesh, path)
    accounts: dict[tuple[str, str, str], str] = {}
    for caller in mesh.callers:
        first = accounts.setdefault((caller.zone, caller.namespace, caller.account), caller.name)
        if first != caller.name:
            yield Problem(
                (*path, "callers", caller.name),
                f"{first} has the same namespace and service account: to the mesh, both are one workload.",
                "Give it another service account, or keep one caller with the endpoints of both.",
            )


def _caller(mesh: MeshSpec, caller: CallerSpec, path: Path) -> Iterator[Problem]:
    names = [endpoint.name for endpoint in mesh.endpoints]
    for key, called in (("mayScore", caller.may_score), ("mayValidate", caller.may_validate)):
        for index, name in enumerate(called):
            if name not in names:
                known = (
                    f"Choose one of {listed(names)}, or add it to `endpoints`." if names else "Add it to `endpoints`."
                )
                yield Problem((*path, key, index), f"The mesh has no endpoint {name!r}.", known)
            elif name in called[:index]:
                yield Problem((*path, key, index), f"{name} is listed twice.", "Remove one.")
    if caller.zone not in [zone.name for zone in mesh.zones]:
        return  # reported with the zones
    for endpoint in mesh.endpoints:
        called = (*caller.may_score, *caller.may_validate)
        if caller.zone != mesh.zone and endpoint.way != MANAGED and endpoint.name in called:
            yield Problem(
                path,
                f"It runs in {caller.zone}, and {endpoint.name} is on the cluster of {mesh.zone}: callers of another "
                "zone reach managed endpoints alone, since no zone ingress is rendered.",
                f"Run it in {mesh.zone}, or call a managed endpoint.",
            )


def _endpoint(mesh: MeshSpec, endpoint: MeshEndpointSpec, path: Path) -> Iterator[Problem]:
    if endpoint.way != MANAGED and mesh.namespace is None:
        yield Problem(
            path,
            "It is on a Kubernetes cluster, and `cluster` of the mesh names none.",
            "Set `cluster` to a name under `kubernetes` of this environment.",
        )
    if endpoint.way == FRONT_END and mesh.front_end is None:
        yield Problem(
            path,
            "It is reached through the front end of Azure ML, and `mesh.frontEnd` of the landing zone is not set.",
            "Set `mesh.frontEnd`, or choose `way: kubernetes-in-mesh`.",
        )
    if not any(endpoint.name in (*caller.may_score, *caller.may_validate) for caller in mesh.callers) and not any(
        other.shadow is not None and other.shadow.endpoint == endpoint.name for other in mesh.endpoints
    ):
        yield Problem(
            path,
            "No caller may call it, so the mesh denies every request.",
            f"List {endpoint.name} in `mayScore` or `mayValidate` of a caller, or remove it.",
        )
    if endpoint.stage == "validating" and not any(endpoint.name in caller.may_validate for caller in mesh.callers):
        yield Problem(
            (*path, "stage"),
            "Nobody validates it: in the stage `validating`, only callers with it in `mayValidate` reach it.",
            f"List {endpoint.name} in `mayValidate` of a caller, or choose another stage.",
        )


def _weights(mesh: MeshSpec, endpoint: MeshEndpointSpec, path: Path) -> Iterator[Problem]:
    weights, here = endpoint.weights, (*path, "weights")
    if endpoint.way == FRONT_END and weights:
        yield Problem(
            here,
            "The front end of Azure ML selects the deployment, by the endpoint's `traffic`: the mesh cannot split it.",
            "Remove it, and set the endpoint's traffic in Azure ML.",
        )
        return
    total = sum(backend.weight for backend in weights)
    if weights and total != 100:
        yield Problem(here, f"The weights add up to {total}, not to 100.", "Correct them.")
    if endpoint.stage != "canary" and len(weights) > 1:
        yield Problem(
            here,
            f"In the stage `{endpoint.stage}`, one destination answers everything.",
            "Keep one destination with 100, or set `stage: canary`.",
        )
    if endpoint.stage == "canary" and len(weights) < 2 and endpoint.way == IN_MESH:
        yield Problem(
            path,
            "In the stage `canary`, two deployments or more share the requests.",
            "Set `weights`, such as {blue: 90, green: 10}.",
        )
    if endpoint.way == MANAGED:
        yield from _managed_weights(mesh, endpoint, here)


def _managed_weights(mesh: MeshSpec, endpoint: MeshEndpointSpec, path: Path) -> Iterator[Problem]:
    for backend in endpoint.weights:
        here, target = (*path, backend.name), mesh.endpoint(backend.name)
        if target is None or target.way != MANAGED:
            yield Problem(
                here,
                f"{backend.name} is no managed endpoint of this mesh. Deployments of one managed endpoint are weighted "
                "by its `traffic` in Azure ML.",
                "Name a managed endpoint under `endpoints`.",
            )
        elif target is not endpoint and target.stage == "validating" and endpoint.stage != "validating":
            yield Problem(
                here,
                f"{backend.name} is in the stage `validating`: only its validators may reach it.",
                f"Set its stage to `canary`, or send it copies with `shadow: {{endpoint: {backend.name}}}`.",
            )
        elif missing := [caller.name for caller in direct_callers(mesh, endpoint)
                         if caller not in direct_callers(mesh, target)]:  # fmt: skip
            yield Problem(
                here,
                f"{listed(missing)} may call {endpoint.name} but not {backend.name}, which answers {backend.weight} % "
                "of those requests: they would be denied.",
                f"List {backend.name} in `mayScore` of {listed(missing)}.",
            )


def _shadow(mesh: MeshSpec, endpoint: MeshEndpointSpec, path: Path) -> Iterator[Problem]:
    if endpoint.shadow is None:
        return
    here, target = (*path, "shadow"), mesh.endpoint(endpoint.shadow.endpoint)
    if mesh.version == "2.14":
        yield Problem(
            here,
            f"Kuma 2.14 loses copies without an error ({_MIRROR}).",
            'Set `mesh.version: "3.0"` of the landing zone, or remove it.',
        )
    if target is None:
        yield Problem(
            (*here, "endpoint"),
            f"The mesh has no endpoint {endpoint.shadow.endpoint!r}.",
            "Add it to `endpoints`, or name another one.",
        )
        return
    if target is endpoint:
        yield Problem(
            (*here, "endpoint"),
            "It would receive copies of requests that it answers.",
            "Name another endpoint.",
        )
    elif share := next((backend.weight for backend in endpoint.weights if backend.name == target.name), None):
        yield Problem(
            (*here, "endpoint"),
            f"{target.name} answers {share} % of these requests already, and would receive copies of them.",
            f"Remove it from `weights` of {endpoint.name}, or name another endpoint.",
        )
    elif FRONT_END in (endpoint.way, target.way) or target.way != endpoint.way:
        yield Problem(
            (*here, "endpoint"),
            f"Copies go from a managed endpoint to a managed one, or from `{IN_MESH}` to `{IN_MESH}`: "
            f"{endpoint.name} is `{endpoint.way}`, {target.name} `{target.way}`.",
            "Name an endpoint of the same kind.",
        )
    elif target.shadow is not None or target.weights:
        yield Problem(
            (*here, "endpoint"),
            f"{target.name} has `{'shadow' if target.shadow else 'weights'}` itself. Envoy does not apply the route "
            "of the destination to copies.",
            f"Remove that of {target.name}, or name another endpoint.",
        )
    if target.rate is not None and endpoint.rate is not None:
        copies = endpoint.rate * endpoint.shadow.percentage / 100
        if copies > target.rate:
            yield Problem(
                (*here, "percentage"),
                f"{endpoint.name} takes {endpoint.rate} requests in a second, so up to {copies:g} copies, and "
                f"{target.name} takes {target.rate}.",
                f"Lower the percentage, or raise `ratePerSecond` of {target.name}.",
            )


def _faults(mesh: MeshSpec, endpoint: MeshEndpointSpec, path: Path) -> Iterator[Problem]:
    faults = endpoint.faults
    if faults is None:
        return
    if faults.abort is None and faults.delay is None:
        yield Problem(path, "It has no fault.", "Set `abort` or `delay`, or remove it.")
    if mesh.production and faults.expires_on is None:
        yield Problem(
            path,
            "Production gets no faults without an allowance, which has a reason and a date.",
            "Set `allowProduction: {reason: …, expiresOn: …}`, or remove it.",
        )
    if not mesh.production and faults.expires_on is not None:
        yield Problem(
            (*path, "allowProduction"), "This environment is not production: faults need no allowance.", "Remove it."
        )


def refused_faults(mesh: MeshSpec, path: Path, today: str | None) -> Iterator[Problem]:
    """Returns the faults in production that are not allowed on a day. `path`: of the mesh; `today`: ISO 8601."""
    for endpoint in mesh.endpoints if mesh.production else ():
        if endpoint.faults is None or endpoint.faults.expires_on is None:
            continue
        here: Path = (*path, "endpoints", endpoint.name, "faults", "allowProduction", "expiresOn")
        ends = endpoint.faults.expires_on
        if today is None:
            why = f"Cannot tell whether faults are still allowed in production: their allowance ends on {ends}."
            yield Problem(here, why, "Pass `--today YYYY-MM-DD`.")
        elif today >= ends:
            why = f"Faults are no longer allowed in production: their allowance ended on {ends}."
            yield Problem(here, why, "Remove `faults`, or set a later day for another game day.")


def _zones(mesh: MeshSpec, path: Path) -> Iterator[Problem]:
    known = [zone.name for zone in mesh.zones]
    if mesh.zone not in known:
        yield _no_zone((*path, "zone"), mesh.zone, known)
    for caller in mesh.callers:
        if caller.zone not in known and caller.zone != mesh.zone:
            yield _no_zone((*path, "callers", caller.name, "zone"), caller.zone, known)
    for zone, _ in mesh.trusted:
        if zone not in known:
            yield _no_zone((*path, "trusted", zone), zone, known)
        elif zone == mesh.zone:
            yield Problem(
                (*path, "trusted", zone), "A zone trusts its own certificates without an entry.", "Remove it."
            )
    longest = max((len(mesh.sni(endpoint, zone)) for endpoint in mesh.endpoints for zone in known), default=0)
    if longest > LONGEST_SNI:
        yield Problem(path, f"An SNI has {longest} characters, more than {LONGEST_SNI}.", "Shorten the names.")


def _no_zone(path: Path, name: str, known: list[str]) -> Problem:
    remedy = f"Choose one of {listed(known)}, or add it there." if known else "Add it there."
    return Problem(path, f"`mesh.zones` of the landing zone has no {name!r}.", remedy)
