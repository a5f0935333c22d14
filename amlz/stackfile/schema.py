"""The JSON Schema of stack files, from the model."""

from __future__ import annotations

import re
from typing import Any

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.names import NAME_RULES

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
#: Names the schema, and its version: no address that a reader would fetch.
_ID = "urn:amlz:landing-zone:1"
_NULL = {"type": "null"}
#: Words of titles that have their own spelling.
_SPELLED = {
    word.lower(): word
    for word in (
        *("AKS", "API", "CNI", "DB", "DDoS", "DNS", "DevOps", "GB", "GPU", "GitHub", "ID", "ML"),
        *("NAT", "SKU", "SLO", "SLOs", "TLS", "URI", "URL", "UTC", "VPN"),
    )
}
#: A name instead of a generated one.
_OWN_NAME = {"minLength": 1, "pattern": "^[^/]*$", "type": "string"}


def json_schema() -> dict[str, Any]:
    """The schema of a whole stack file, as editors use it."""
    landing_zone = LandingZoneConfig.model_json_schema(by_alias=True)
    definitions = landing_zone.pop("$defs")
    for name, definition in definitions.items():
        _readable(definition, name.removesuffix("Config"))
    _readable(landing_zone, "LandingZone")
    return {
        "$schema": _DRAFT,
        "$id": _ID,
        "title": "Stack file of a landing zone for Azure Machine Learning",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "title": "Configuration of the stack",
                "description": "Configuration of Pulumi. The landing zone is one key of it.",
                "type": "object",
                "required": ["amlz:landingZone"],
                "properties": {"amlz:landingZone": landing_zone},
            }
        },
        "$defs": definitions,
    }


def _readable(schema: dict[str, Any], key: str) -> None:
    """Sets titles that people can read, names of keys, lengths of own names, and unions whose errors point at the key
    that is wrong.
    """
    if "title" in schema:
        schema["title"] = _words(key)
    for name, inner in schema.get("properties", {}).items():
        _readable(inner, name)
        if name in NAME_RULES and _OWN_NAME in inner.get("anyOf", ()):
            inner["maxLength"] = NAME_RULES[name].longest
    for inner in schema.get("anyOf", ()):
        _readable(inner, key)
    patterns = schema.get("patternProperties", {})
    if len(patterns) == 1:  # a key that does not match would be any value
        schema["propertyNames"] = {**schema.get("propertyNames", {}), "pattern": next(iter(patterns))}
    optional = [inner for inner in schema.get("anyOf", ()) if inner != _NULL]
    if len(optional) == 1 and _NULL in schema["anyOf"] and "$ref" in optional[0]:
        del schema["anyOf"]
        schema |= {"if": {"not": _NULL}, "then": optional[0]}


def _words(key: str) -> str:
    """`businessUnit` as `Business unit`, `tenantId` as `Tenant ID`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key.replace("DevOps", "Devops")).split()
    text = " ".join(_SPELLED.get(word.lower(), word.lower()) for word in words)
    return text[:1].upper() + text[1:]
