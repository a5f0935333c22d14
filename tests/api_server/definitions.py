"""Definitions of third-party kinds for the API server, made of the shapes that tests and checks use.

Kuma's own definitions cannot be had here: these show that shapes, rules of CEL and rendered documents agree under
Kubernetes' own evaluation, not that Kuma accepts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.mesh.kinds import SPECS
from tests.mesh.shape import AnyKeys, Form, Many, Shape, Text, Truth, WholeNumber

#: Bounds without which the API server takes rules of CEL for too costly.
_LONGEST, _MOST = 4096, 16
#: Kinds of a cluster, not of a namespace.
_OF_CLUSTER = ("Mesh",)


def definition(group: str, version: str, kind: str, schema: dict[str, Any], *, namespaced: bool) -> dict[str, Any]:
    """A CustomResourceDefinition of a kind whose objects have a schema."""
    plural = f"{kind.lower()}s"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced" if namespaced else "Cluster",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}],
        },
    }


def of_object(spec: dict[str, Any], rules: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """The schema of an object from that of its `spec`."""
    properties: dict[str, Any] = {name: {"type": "string"} for name in ("apiVersion", "kind")}
    properties |= {"metadata": {"type": "object"}, "spec": spec}
    shown: dict[str, Any] = {"type": "object", "required": ["spec"], "properties": properties}
    return shown | ({"x-kubernetes-validations": rules} if rules else {})


def of_json_schema(schema: Any) -> Any:
    """A JSON schema as a definition takes it: the server refuses unknown fields, except in an object without any."""
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: of_json_schema(value) for key, value in schema.items() if key not in ("additionalProperties", "properties")
    }
    if "const" in kept:
        kept = {"enum": [kept.pop("const")]}
    if "enum" in kept:
        kept["type"] = "string"
    if "properties" in schema:
        kept["properties"] = {name: of_json_schema(value) for name, value in schema["properties"].items()}
    elif isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = of_json_schema(schema["additionalProperties"])
    elif kept.get("type") == "object":
        kept["x-kubernetes-preserve-unknown-fields"] = True
    return kept


def of_kuma(version: str, rules: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """The definitions of Kuma's kinds for one of its versions. `rules`: in CEL, over `spec`, by kind."""
    made = []
    for kind, shape in SPECS.items():
        spec = of_shape(shape, version)
        spec.setdefault("x-kubernetes-validations", []).extend({"rule": rule.strip()} for rule in rules.get(kind, []))
        made.append(definition("kuma.io", "v1alpha1", kind, of_object(spec), namespaced=kind not in _OF_CLUSTER))
    return made


def of_shape(shape: Shape, version: str) -> dict[str, Any]:
    """A shape as the schema of a definition."""
    match shape:
        case Text():
            text: dict[str, Any] = {"type": "string", "maxLength": _LONGEST}
            if shape.values:
                text["enum"] = list(shape.values)
            elif shape.pattern and "(?!" not in shape.pattern:  # the regular expressions of Go have no such thing
                text["pattern"] = f"^({shape.pattern})$"
            return text
        case WholeNumber():
            return {"type": "integer", "minimum": shape.least, "maximum": shape.most}
        case Truth():
            return {"type": "boolean"}
        case Many():
            return {
                "type": "array", "items": of_shape(shape.item, version), "minItems": shape.least, "maxItems": _MOST,
            }  # fmt: skip
        case AnyKeys():
            return {"type": "object", "additionalProperties": of_shape(shape.item, version), "maxProperties": _MOST}
        case Form():
            return _of_form(shape, version)
    raise TypeError(shape)


def _of_form(form: Form, version: str) -> dict[str, Any]:
    fields = {key: item for key, item in form.fields.items() if form.only.get(key, version) == version}
    made: dict[str, Any] = {"type": "object"}
    if fields:
        made["properties"] = {key: of_shape(item, version) for key, item in fields.items()}
    if form.required:
        made["required"] = list(form.required)
    if form.one_of:
        count = " + ".join(f"(has(self.{key}) ? 1 : 0)" for key in form.one_of)
        made["x-kubernetes-validations"] = [{"rule": f"{count} == 1", "message": f"one of {', '.join(form.one_of)}"}]
    return made
