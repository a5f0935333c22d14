"""Shapes of the kinds that are rendered, written by hand: a subset of the published definitions.

Source of the kinds of Kuma: kumahq/kuma, `pkg/plugins/policies/*/api/v1alpha1` and `pkg/core/resources/apis/*` at tag
2.14.3 and at 348b6528 (2026-08-21), with the changes for 3.0 of https://kong.github.io/kuma-migrator/docs (2026-10-30).
The definitions of 3.0.1 and 2.14.7 themselves were not read. Kinds of Kubernetes: https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from amlz.mesh.objects import Document
from tests.mesh.kubernetes_kinds import KUBERNETES_KINDS
from tests.mesh.shape import AnyKeys, Fault, Form, Many, Shape, Text, Truth, WholeNumber

_DURATION = Text(pattern=r"(\d+(ms|s|m|h))+")
_PERCENT = WholeNumber(0, 100)
_SPIFFE = Form({"type": Text(("Exact", "Prefix")), "value": Text(pattern=r"spiffe://.*[^/]")}, ("type", "value"))
_SNI = Form({"type": Text(("Exact",)), "value": Text(pattern=r"[a-z0-9.-]{1,253}")}, ("type", "value"))
_IDENTITY_MATCH = Form({"spiffeID": _SPIFFE, "sni": _SNI})


def _reference(*kinds: str) -> Form:
    fields: dict[str, Shape] = {"kind": Text(kinds), "labels": AnyKeys(), "sectionName": Text()}
    return Form(fields, ("kind",))


_TARGET = _reference("Mesh", "Dataplane")
_DESTINATION = _reference("Mesh", "MeshService", "MeshExternalService", "MeshMultiZoneService", "MeshHTTPRoute")
_BACKENDS = ("MeshService", "MeshExternalService", "MeshMultiZoneService")
_BACKEND_FIELDS: dict[str, Shape] = {
    "kind": Text(_BACKENDS),
    "labels": AnyKeys(),
    "port": WholeNumber(1, 65535),
}
_BACKEND = Form(_BACKEND_FIELDS, ("kind", "labels"))
_WEIGHTED = Form({**_BACKEND_FIELDS, "weight": WholeNumber()}, ("kind", "labels"))
_BACKEND_OF_TELEMETRY = _reference("MeshOpenTelemetryBackend")


def _outbound(default: Shape) -> Form:
    to = Many(Form({"targetRef": _DESTINATION, "default": default}, ("targetRef", "default")))
    return Form({"targetRef": _TARGET, "to": to}, ("to",))


def _both(default: Shape) -> Form:
    """Returns the shape of a policy for outbound or for inbound requests, never for both."""
    to = Many(Form({"targetRef": _DESTINATION, "default": default}, ("targetRef", "default")))
    rules = Many(Form({"matches": Many(_IDENTITY_MATCH), "default": default}, ("default",)))
    return Form({"targetRef": _TARGET, "to": to, "rules": rules}, one_of=("to", "rules"))


def _whole_proxy(default: Shape) -> Form:
    return Form({"targetRef": _TARGET, "default": default}, ("default",))


_BACK_OFF = Form({"baseInterval": _DURATION, "maxInterval": _DURATION})
_RESET_HEADER = Form({"name": Text(), "format": Text(("Seconds", "UnixTimestamp"))}, ("name", "format"))
_RATE_LIMITED = Form({"maxInterval": _DURATION, "resetHeaders": Many(_RESET_HEADER)})
_RETRIES: dict[str, Shape] = {
    "numRetries": WholeNumber(0, 100), "perTryTimeout": _DURATION, "retryOn": Many(Text(pattern=r"[A-Za-z0-9]+")),
    "backOff": _BACK_OFF, "rateLimitedBackOff": _RATE_LIMITED,
}  # fmt: skip
_HOSTS = Form({
    "predicate": Text(("OmitPreviousHosts", "OmitHostsWithTags", "OmitPreviousPriorities")), "tags": AnyKeys(),
    "updateFrequency": WholeNumber(1),
}, ("predicate",))  # fmt: skip
_RETRY = Form({
    "http": Form({**_RETRIES, "hostSelection": Many(_HOSTS), "hostSelectionMaxAttempts": WholeNumber(1)}),
    "grpc": Form(_RETRIES),
    "tcp": Form({"maxConnectAttempt": WholeNumber(1)}),
})  # fmt: skip
_TIMEOUT = Form({
    "connectionTimeout": _DURATION, "idleTimeout": _DURATION,
    "http": Form({"requestTimeout": _DURATION, "streamIdleTimeout": _DURATION, "maxStreamDuration": _DURATION}),
})  # fmt: skip
_CONSECUTIVE = Form({"consecutive": WholeNumber(1)})
_BREAKER = Form({
    "connectionLimits": Form(dict.fromkeys(("maxConnections", "maxPendingRequests", "maxRequests", "maxRetries"), WholeNumber(1))),
    "outlierDetection": Form({
        "interval": _DURATION, "baseEjectionTime": _DURATION, "maxEjectionPercent": _PERCENT,
        "splitExternalAndLocalErrors": Truth(), "healthyPanicThreshold": _PERCENT,
        "detectors": Form(dict.fromkeys(("totalFailures", "gatewayFailures", "localOriginFailures"), _CONSECUTIVE)),
    }),
})  # fmt: skip
_HEALTH = Form({
    "interval": _DURATION, "timeout": _DURATION, "unhealthyThreshold": WholeNumber(1), "healthyThreshold": WholeNumber(1),
    "failTrafficOnPanic": Truth(), "http": Form({"path": Text(), "expectedStatuses": Many(WholeNumber(100, 599))}),
    "tcp": Form({}), "grpc": Form({}),
}, one_of=("http", "tcp", "grpc"))  # fmt: skip
_PER = Form({"num": WholeNumber(1), "interval": _DURATION}, ("num", "interval"))
_HEADERS = Many(Form({"name": Text(), "value": Text()}, ("name", "value")))
_RATE = Form({"local": Form({
    "http": Form({
        "disabled": Truth(), "requestRate": _PER,
        "onRateLimit": Form({"status": WholeNumber(400, 599), "headers": Form({"set": _HEADERS, "add": _HEADERS})}),
    }),
    "tcp": Form({"disabled": Truth(), "connectionRate": _PER}),
})})  # fmt: skip
_FILTER = Form({
    "type": Text(("RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite", "RequestMirror")),
    "requestMirror": Form({"percentage": _PERCENT, "backendRef": _BACKEND}, ("backendRef",)),
    "urlRewrite": Form({"path": Form({"type": Text(("ReplaceFullPath", "ReplacePrefixMatch")), "replaceFullPath": Text()}, ("type",))}),
    "requestHeaderModifier": Form({"set": _HEADERS}),
}, ("type",))  # fmt: skip
_PATH = Form(
    {"type": Text(("Exact", "PathPrefix", "RegularExpression")), "value": Text(pattern="/.*")}, ("type", "value")
)
_RULE = Form({
    "matches": Many(Form({"path": _PATH, "method": Text()})),
    "default": Form({"filters": Many(_FILTER), "backendRefs": Many(_WEIGHTED)}),
}, ("matches", "default"))  # fmt: skip
_ROUTE = Form({
    "targetRef": _TARGET,
    "to": Many(Form({"targetRef": _reference(*_BACKENDS), "rules": Many(_RULE)}, ("targetRef", "rules"))),
}, ("to",))  # fmt: skip
_SECRET = Form({"type": Text(("Secret",)), "secretRef": Form({"kind": Text(("Secret",)), "name": Text()}, ("kind", "name"))}, ("type", "secretRef"))  # fmt: skip
_MESH_IDENTITY = Form({
    "selector": Form({"dataplane": Form({"matchLabels": AnyKeys()}, ("matchLabels",))}),
    "spiffeID": Form({"trustDomain": Text(pattern=r"[a-z0-9.-]+"), "path": Text(pattern="/.*")}, ("trustDomain", "path")),
    "provider": Form({"type": Text(("Bundled",)), "bundled": Form({
        "meshTrustCreation": Text(("Enabled", "Disabled")), "insecureAllowSelfSigned": Truth(),
        "autogenerate": Form({"enabled": Truth()}),
        "ca": Form({"certificate": _SECRET, "privateKey": _SECRET}, ("certificate", "privateKey")),
        "certificateParameters": Form({"expiry": _DURATION}),
    }, one_of=("autogenerate", "ca"))}, ("type",)),
}, ("selector", "spiffeID", "provider"))  # fmt: skip
_VERSIONS = Text(("TLSAuto", "TLS10", "TLS11", "TLS12", "TLS13"))
_EXTERNAL = Form({
    "match": Form({"type": Text(("HostnameGenerator",)), "port": WholeNumber(1, 65535), "protocol": Text(("http", "http2", "grpc", "tcp"))}, ("type", "port")),
    "endpoints": Many(Form({"address": Text(), "port": WholeNumber(1, 65535), "priority": WholeNumber(0, 128)}, ("address", "port"))),
    "tls": Form({
        "enabled": Truth(), "version": Form({"min": _VERSIONS, "max": _VERSIONS}),
        "verification": Form({"mode": Text(("Secured", "SkipSAN", "SkipCA", "SkipAll")), "serverName": Text(), "caCert": _SECRET}),
    }),
}, ("match", "endpoints"))  # fmt: skip
_OF_OTEL = Form({
    "backendRef": _BACKEND_OF_TELEMETRY, "refreshInterval": _DURATION,
    "attributes": Many(Form({"key": Text(pattern=r"(?!otel\.)[a-z][a-z0-9]*([._][a-z0-9]+)*"), "value": Text()}, ("key", "value"))),
}, ("backendRef",))  # fmt: skip
_OTEL = Form({"type": Text(("OpenTelemetry",)), "openTelemetry": _OF_OTEL}, ("type", "openTelemetry"))
_METRIC = Form({
    "type": Text(("Prometheus", "OpenTelemetry")), "openTelemetry": _OF_OTEL,
    "prometheus": Form({"port": WholeNumber(1, 65535), "path": Text(), "tls": Form({"mode": Text(("Disabled", "ProvidedTLS", "ActiveMTLSBackend"))}, ("mode",))}),
}, ("type",), one_of=("openTelemetry", "prometheus"))  # fmt: skip
_TAG = Form({"name": Text(), "literal": Text(), "header": Form({"name": Text(), "default": Text()}, ("name",))}, ("name",), one_of=("literal", "header"))  # fmt: skip
_MESH_FIELDS: dict[str, Shape] = {
    "meshServices": Form({"mode": Text(("Exclusive",))}, ("mode",)),
    "skipCreatingInitialPolicies": Many(Text()),
}
_IN_2_14 = {"skipCreatingInitialPolicies": "2.14"}
_FAULT = Form({
    "abort": Form({"httpStatus": WholeNumber(400, 599), "percentage": _PERCENT}, ("httpStatus", "percentage")),
    "delay": Form({"value": _DURATION, "percentage": _PERCENT}, ("value", "percentage")),
}, one_of=("abort", "delay"))  # fmt: skip

#: The shape of `spec` of each kind of Kuma.
SPECS: Mapping[str, Form] = {
    "Mesh": Form(_MESH_FIELDS, ("meshServices",), only=_IN_2_14),
    "MeshIdentity": _MESH_IDENTITY,
    "MeshTrust": Form({
        "trustDomain": Text(pattern=r"[a-z0-9.-]+"),
        "caBundles": Many(Form({"type": Text(("Pem",)), "pem": Form({"value": Text(pattern=r"(?s)-----BEGIN CERTIFICATE-----.*")}, ("value",))}, ("type", "pem"))),
    }, ("trustDomain", "caBundles")),
    "MeshTLS": Form({"targetRef": _TARGET, "rules": Many(Form({"default": Form({
        "mode": Text(("Strict", "Permissive")), "tlsVersion": Form({"min": _VERSIONS, "max": _VERSIONS}, ("min", "max")),
    })}, ("default",)))}, ("rules",)),
    "MeshTrafficPermission": Form({"targetRef": _TARGET, "rules": Many(Form({"default": Form({
        key: Many(_IDENTITY_MATCH) for key in ("allow", "allowWithShadowDeny", "deny")
    })}, ("default",)))}, ("rules",)),
    "MeshRetry": _outbound(_RETRY),
    "MeshTimeout": _both(_TIMEOUT),
    "MeshCircuitBreaker": _both(_BREAKER),
    "MeshHealthCheck": _outbound(_HEALTH),
    "MeshRateLimit": _both(_RATE),
    "MeshHTTPRoute": _ROUTE,
    "MeshExternalService": _EXTERNAL,
    "MeshPassthrough": _whole_proxy(Form({
        "passthroughMode": Text(("All", "Matched", "None")),
        "appendMatch": Many(Form({"type": Text(("Domain", "IP", "CIDR")), "value": Text(), "port": WholeNumber(1, 65535), "protocol": Text(("http", "http2", "grpc", "tls", "tcp"))}, ("type", "value", "port", "protocol"))),
    }, ("passthroughMode",))),
    "MeshOpenTelemetryBackend": Form({
        "endpoint": Form({"address": Text(), "port": WholeNumber(1, 65535), "path": Text()}, ("address", "port")),
        "protocol": Text(("grpc", "http")), "env": Form({
            "mode": Text(("Disabled", "Optional", "Required")), "precedence": Text(("ExplicitFirst", "EnvFirst")),
            "allowSignalOverrides": Truth(),
        }),
    }, ("endpoint",)),
    "MeshTrace": _whole_proxy(Form({
        "backends": Many(_OTEL), "sampling": Form(dict.fromkeys(("overall", "random", "client"), _PERCENT)), "tags": Many(_TAG),
    }, ("backends",))),
    "MeshMetric": _whole_proxy(Form({
        "sidecar": Form({"includeUnused": Truth(), "profiles": Form({"appendProfiles": Many(Form({"name": Text(("All", "Basic", "None"))}, ("name",)))})}),
        "backends": Many(_METRIC),
    }, ("backends",))),
    "MeshAccessLog": _both(Form({"backends": Many(_OTEL)}, ("backends",))),
    "MeshFaultInjection": _both(Form({"http": Many(_FAULT)}, ("http",))),
}  # fmt: skip

_NAME = Text(pattern=r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_POLICY_METADATA = Form(
    {"name": _NAME, "namespace": _NAME, "labels": AnyKeys(), "annotations": AnyKeys()}, ("name", "namespace", "labels")
)
_MESH_METADATA = Form({"name": _NAME, "labels": AnyKeys()}, ("name",))
_UNIVERSAL_MESH = Form({"type": Text(("Mesh",)), "name": _NAME, **_MESH_FIELDS}, ("type", "name"), only=_IN_2_14)


def shape_of(document: Document) -> Form | None:
    """Returns the shape of a document by its kind; None for a kind that is not known."""
    kind, api = str(document.get("kind")), str(document.get("apiVersion"))
    if document.get("type") == "Mesh":
        return _UNIVERSAL_MESH
    if api != "kuma.io/v1alpha1":
        return KUBERNETES_KINDS.get((api, kind))
    if kind not in SPECS:
        return None
    metadata = _MESH_METADATA if kind == "Mesh" else _POLICY_METADATA
    fields: dict[str, Shape] = {"apiVersion": Text(), "kind": Text(), "metadata": metadata, "spec": SPECS[kind]}
    return Form(fields, ("metadata", "spec"))


def faults_of(document: Document, version: str) -> Iterator[Fault]:
    """Returns what is wrong in a document for a version of Kuma; a kind without a shape is one fault."""
    shape = shape_of(document)
    if shape is None:
        yield ("kind",), f"no shape is known of {document.get('apiVersion')} {document.get('kind')}"
    else:
        yield from shape.faults(document, (), version)
