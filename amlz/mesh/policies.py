"""Behaviour of requests: retries, timeouts, circuit breakers, health checks, rate limits, faults on purpose, traffic to
outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlz.mesh.model import (
    LONGEST_PAUSE,
    RETRIES,
    MeshEndpointSpec,
    MeshFaultsSpec,
    MeshSpec,
    external,
    inside,
    permitted,
)
from amlz.mesh.objects import Document, destination, everything, of_egress, of_endpoint, policy, seconds

#: Reasons for another try: a try that reached no model, or that the model refused because of its load. Scoring is a
#: POST; Azure ML itself advises clients to retry 408, 429 and 5xx.
RETRY_ON = ("GatewayError", "ConnectFailure", "RefusedStream", "429")
#: Microsoft Entra's sign-in, and the address of the instance metadata service, which workload identities use.
SIGN_IN, METADATA = "login.microsoftonline.com", "169.254.169.254"


def policies(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the policies of a zone, in the order of their kinds."""
    reached = (*external(mesh, zone), *inside(mesh, zone))
    yield _retry(mesh, reached)
    yield _outbound_timeout(mesh, reached)
    yield _inbound_timeout(mesh)
    yield from _breakers(mesh, zone)
    yield from _health(mesh, zone)
    yield from _rates(mesh, zone)
    yield from _faults(mesh, zone)
    yield _passthrough(mesh)


def _to(mesh: MeshSpec, endpoint: MeshEndpointSpec, default: Document) -> Document:
    return {"targetRef": destination(mesh, endpoint), "default": default}


def _retry(mesh: MeshSpec, reached: tuple[MeshEndpointSpec, ...]) -> Document:
    """Returns the retries. On 3.0 nothing is retried without it. A try may take as long as the endpoint allows."""
    to = [{"targetRef": everything(), "default": {"http": _http_retry(None)}}]
    to += [_to(mesh, endpoint, {"http": _http_retry(endpoint.timeout)}) for endpoint in reached]
    return policy(mesh, "MeshRetry", "retry", {"targetRef": everything(), "to": to})


def _http_retry(timeout: int | None) -> Document:
    per_try = {} if timeout is None else {"perTryTimeout": seconds(timeout)}
    return {
        "numRetries": RETRIES,
        **per_try,
        "backOff": {"baseInterval": "100ms", "maxInterval": seconds(LONGEST_PAUSE)},
        "retryOn": list(RETRY_ON),
        "hostSelection": [{"predicate": "OmitPreviousHosts"}],
        "hostSelectionMaxAttempts": 3,
    }


def _outbound_timeout(mesh: MeshSpec, reached: tuple[MeshEndpointSpec, ...]) -> Document:
    to = [
        _to(mesh, endpoint, {"connectionTimeout": "2s", "http": {"requestTimeout": seconds(endpoint.whole_timeout)}})
        for endpoint in reached
    ]
    connect = {"targetRef": everything(), "default": {"connectionTimeout": "2s", "idleTimeout": "1h"}}
    return policy(mesh, "MeshTimeout", "outbound", {"targetRef": everything(), "to": [connect, *to]})


def _inbound_timeout(mesh: MeshSpec) -> Document:
    """Returns no limit at the receiver: the caller's is the one that counts."""
    default = {"idleTimeout": "2h", "http": {"requestTimeout": "0s", "streamIdleTimeout": "1h"}}
    return policy(mesh, "MeshTimeout", "inbound", {"targetRef": everything(), "rules": [{"default": default}]})


def _breaker() -> Document:
    detectors = {
        "totalFailures": {"consecutive": 5},
        "gatewayFailures": {"consecutive": 5},
        "localOriginFailures": {"consecutive": 3},
    }
    return {
        "connectionLimits": {"maxConnections": 256, "maxPendingRequests": 128, "maxRequests": 256, "maxRetries": 8},
        "outlierDetection": {
            "interval": "10s",
            "baseEjectionTime": "30s",
            "maxEjectionPercent": 50,
            "splitExternalAndLocalErrors": True,
            "healthyPanicThreshold": 0,
            "detectors": detectors,
        },
    }


def _breakers(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the circuit breakers: of callers to models in the mesh, of the egress to endpoints outside of it."""
    if inside(mesh, zone):
        to = [_to(mesh, endpoint, _breaker()) for endpoint in inside(mesh, zone)]
        yield policy(mesh, "MeshCircuitBreaker", "models", {"targetRef": everything(), "to": to})
    if external(mesh, zone):
        to = [_to(mesh, endpoint, _breaker()) for endpoint in external(mesh, zone)]
        yield policy(mesh, "MeshCircuitBreaker", "egress", {"targetRef": of_egress(), "to": to})


def _health(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the health checks of models in the mesh. Azure ML checks the health of managed endpoints itself."""
    if inside(mesh, zone):
        default = {
            "interval": "10s",
            "timeout": "2s",
            "unhealthyThreshold": 3,
            "healthyThreshold": 1,
            "failTrafficOnPanic": True,
            "http": {"path": "/", "expectedStatuses": [200]},
        }
        to = [_to(mesh, endpoint, default) for endpoint in inside(mesh, zone)]
        yield policy(mesh, "MeshHealthCheck", "models", {"targetRef": everything(), "to": to})


def _rates(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the rate limits, at the pods of a model, or at the egress for each permitted caller."""
    for endpoint in mesh.endpoints:
        if endpoint.rate is None:
            continue
        limit = {"requestRate": {"num": endpoint.rate, "interval": "1s"}, "onRateLimit": {"status": 429}}
        default = {"local": {"http": limit}}
        if endpoint in inside(mesh, zone):
            spec = {"targetRef": of_endpoint(endpoint), "rules": [{"default": default}]}
            yield policy(mesh, "MeshRateLimit", endpoint.name, spec)
        if endpoint not in external(mesh, zone):
            continue
        sni = {"type": "Exact", "value": mesh.sni(endpoint, zone)}
        matches = [{**match, "sni": sni} for match in _callers(mesh, endpoint, zone)]
        if matches:
            spec = {"targetRef": of_egress(), "rules": [{"matches": matches, "default": default}]}
            yield policy(mesh, "MeshRateLimit", endpoint.name, spec)


def _callers(mesh: MeshSpec, endpoint: MeshEndpointSpec, zone: str) -> list[Document]:
    """Returns a match for each permitted caller of a zone."""
    callers = (caller for caller in permitted(mesh, endpoint) if caller.zone == zone)
    return [{"spiffeID": {"type": "Exact", "value": mesh.spiffe(caller)}} for caller in callers]


def _faults(mesh: MeshSpec, zone: str) -> Iterator[Document]:
    """Returns the faults on purpose, at the pods of a model or at the egress, for each permitted caller.

    Kuma's kind of them: MeshFaultInjection at 2.14.3 and 348b6528 (2026-08-21).
    """
    for endpoint in mesh.endpoints:
        matches = _callers(mesh, endpoint, zone)
        if endpoint.faults is None or not matches:
            continue
        target = of_endpoint(endpoint)
        if endpoint in external(mesh, zone):
            target, sni = of_egress(), {"type": "Exact", "value": mesh.sni(endpoint, zone)}
            matches = [{**match, "sni": sni} for match in matches]
        rule = {"matches": matches, "default": {"http": list(_http_faults(endpoint.faults))}}
        yield policy(mesh, "MeshFaultInjection", endpoint.name, {"targetRef": target, "rules": [rule]})


def _http_faults(faults: MeshFaultsSpec) -> Iterator[Document]:
    if faults.abort is not None:
        yield {"abort": {"httpStatus": faults.abort.status, "percentage": faults.abort.percentage}}
    if faults.delay is not None:
        yield {"delay": {"value": seconds(faults.delay.milliseconds), "percentage": faults.delay.percentage}}


def _passthrough(mesh: MeshSpec) -> Document:
    """Returns the hosts outside of the mesh that every proxy lets through. On 3.0 all others are dropped."""
    hosts = sorted({SIGN_IN, *mesh.allowed_hosts})
    append: list[dict[str, Any]] = [{"type": "Domain", "value": host, "port": 443, "protocol": "tls"} for host in hosts]
    append.append({"type": "IP", "value": METADATA, "port": 80, "protocol": "http"})
    default = {"passthroughMode": "Matched", "appendMatch": append}
    return policy(mesh, "MeshPassthrough", "outside", {"targetRef": everything(), "default": default})
