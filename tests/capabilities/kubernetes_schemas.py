"""Schemas of the Kubernetes objects that pipelines apply, as their documentation states them."""

from __future__ import annotations

from typing import Any

import jsonschema

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
_LABEL = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
#: CPU and memory are texts that are not zero or empty.
_CPU = {"type": "string", "pattern": "^[1-9][0-9]*m?$"}
_MEMORY = {"type": "string", "pattern": "^[1-9][0-9]*(Ki|Mi|Gi|Ti)$"}
_AMOUNTS = {"cpu": _CPU, "memory": _MEMORY}


def _closed(**properties: Any) -> dict[str, Any]:
    """An object with these properties alone, all of them required."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


#: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/, as far as it is used.
NAMESPACE = _closed(apiVersion={"const": "v1"}, kind={"const": "Namespace"}, metadata=_closed(name=_LABEL))
#: https://learn.microsoft.com/azure/machine-learning/how-to-manage-kubernetes-instance-types (2025-07-23): parameters
#: and rules of a custom instance type. GPUs are a number, among the limits alone. Its definition is not published.
INSTANCE_TYPE = _closed(
    apiVersion={"const": "amlarc.azureml.com/v1alpha1"},
    kind={"const": "InstanceType"},
    metadata=_closed(name=_LABEL),
    spec={
        "type": "object",
        "properties": {
            "nodeSelector": {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
            "resources": _closed(
                requests=_closed(**_AMOUNTS),
                limits={
                    **_closed(**_AMOUNTS, **{"nvidia.com/gpu": {"type": "integer", "minimum": 0}}),
                    "required": ["cpu", "memory"],
                },
            ),
        },
        "required": ["resources"],
        "additionalProperties": False,
    },
)
_BY_KIND = {"Namespace": NAMESPACE, "InstanceType": INSTANCE_TYPE}


def problems(one: dict[str, Any]) -> list[str]:
    """Returns what a schema refuses in an object."""
    checker = jsonschema.Draft202012Validator(_BY_KIND[one["kind"]])
    return [error.message for error in checker.iter_errors(one)]
