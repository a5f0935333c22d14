"""Shapes of Kubernetes' own kinds, as far as they are rendered.

Source: https://kubernetes.io/docs/reference/kubernetes-api/ (1.33), https://kubectl.docs.kubernetes.io/references/kustomize/,
https://fluxcd.io/flux/components/helm/api/v2/
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.mesh.shape import AnyKeys, AnyValue, Form, Many, Shape, Text, Truth, WholeNumber

_NAME = Text(pattern=r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_METADATA = Form({"name": _NAME, "namespace": _NAME, "labels": AnyKeys(), "annotations": AnyKeys()}, ("name",))
_PORT = WholeNumber(1, 65535)
_SELECTOR = Form({"matchLabels": AnyKeys()}, ("matchLabels",))
_QUANTITIES = AnyKeys(Text(pattern=r"\d+(m|Mi|Gi)?"))
_CONTAINER = Form({
    "name": _NAME, "image": Text(), "resources": Form({"requests": _QUANTITIES, "limits": _QUANTITIES}),
    "securityContext": Form({
        "allowPrivilegeEscalation": Truth(), "readOnlyRootFilesystem": Truth(), "capabilities": Form({"drop": Many(Text())}),
    }),
}, ("name", "image"))  # fmt: skip
_SPREAD = Form({
    "maxSkew": WholeNumber(1), "topologyKey": Text(), "whenUnsatisfiable": Text(("DoNotSchedule", "ScheduleAnyway")),
    "labelSelector": _SELECTOR,
}, ("maxSkew", "topologyKey", "whenUnsatisfiable"))  # fmt: skip
_POD = Form({
    "serviceAccountName": _NAME, "automountServiceAccountToken": Truth(), "terminationGracePeriodSeconds": WholeNumber(),
    "securityContext": Form({"runAsNonRoot": Truth(), "runAsUser": WholeNumber(), "seccompProfile": Form({"type": Text(("RuntimeDefault",))})}),
    "topologySpreadConstraints": Many(_SPREAD), "containers": Many(_CONTAINER),
}, ("containers",))  # fmt: skip
_DEPLOYMENT = Form({
    "replicas": WholeNumber(1), "selector": _SELECTOR,
    "template": Form({"metadata": Form({"labels": AnyKeys(), "annotations": AnyKeys()}), "spec": _POD}, ("metadata", "spec")),
}, ("selector", "template"))  # fmt: skip
_SERVICE = Form({
    "selector": AnyKeys(),
    "ports": Many(Form({
        "name": _NAME, "port": _PORT, "targetPort": _PORT, "protocol": Text(("TCP", "UDP")), "appProtocol": Text(),
    }, ("port",))),
}, ("selector", "ports"))  # fmt: skip
_FROM = Form({"namespaceSelector": _SELECTOR, "podSelector": _SELECTOR})
_RETRIES = Form({"retries": WholeNumber()})
_NETWORK_POLICY = Form({
    "podSelector": _SELECTOR, "policyTypes": Many(Text(("Ingress", "Egress"))),
    "ingress": Many(Form({"from": Many(_FROM), "ports": Many(Form({"protocol": Text(("TCP", "UDP")), "port": _PORT}))}), 0),
}, ("podSelector",))  # fmt: skip


_RELEASE = Form({
    "interval": Text(pattern=r"(\d+(ms|s|m|h))+"), "releaseName": _NAME, "targetNamespace": _NAME,
    "chart": Form({"spec": Form({
        "chart": Text(), "sourceRef": Form({"kind": Text(("GitRepository",)), "name": _NAME}, ("kind", "name")),
        "reconcileStrategy": Text(("ChartVersion", "Revision")),
    }, ("chart", "sourceRef"))}, ("spec",)),
    "install": Form({"crds": Text(("Skip", "Create", "CreateReplace")), "remediation": _RETRIES}),
    "upgrade": Form({"crds": Text(("Skip", "Create", "CreateReplace")), "remediation": _RETRIES}),
    "values": AnyValue(),
}, ("interval", "chart"))  # fmt: skip


def _object(**parts: Shape) -> Form:
    fields: dict[str, Shape] = {"apiVersion": Text(), "kind": Text(), "metadata": _METADATA, **parts}
    return Form(fields, ("metadata", *parts))


#: Shapes of whole documents, by version of the API and kind.
KUBERNETES_KINDS: Mapping[tuple[str, str], Form] = {
    ("v1", "Namespace"): _object(),
    ("v1", "ServiceAccount"): _object(),
    ("v1", "Service"): _object(spec=_SERVICE),
    ("v1", "ConfigMap"): _object(data=AnyKeys()),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease"): _object(spec=_RELEASE),
    ("apps/v1", "Deployment"): _object(spec=_DEPLOYMENT),
    ("policy/v1", "PodDisruptionBudget"): _object(spec=Form({"minAvailable": WholeNumber(), "selector": _SELECTOR})),
    ("networking.k8s.io/v1", "NetworkPolicy"): _object(spec=_NETWORK_POLICY),
    ("kustomize.config.k8s.io/v1beta1", "Kustomization"): Form(
        {"apiVersion": Text(), "kind": Text(), "resources": Many(Text(pattern=r"[0-9a-z-]+\.yaml"))}, ("resources",)
    ),
}
