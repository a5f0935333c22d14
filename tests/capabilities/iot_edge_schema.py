"""The schema of deployment manifests of IoT Edge, as far as manifests here use it.

Written by hand after https://json.schemastore.org/azure-iot-edge-deployment-2.0.json (SchemaStore at 06fb1487) and the
tables of https://learn.microsoft.com/azure/iot-edge/module-edgeagent-edgehub: required properties, and nothing else.
"""

from __future__ import annotations

from typing import Any

import jsonschema

_TEXT = {"type": "string", "minLength": 1}


def _object(properties: dict[str, Any], *optional: str) -> dict[str, Any]:
    """An object with these properties alone. `optional`: those that may be left out."""
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties.keys() - set(optional)),
        "additionalProperties": False,
    }


def _named(pattern: str, of: Any) -> dict[str, Any]:
    return {"type": "object", "patternProperties": {pattern: of}, "additionalProperties": False}


_DOCKER = {"const": "docker"}
_SETTINGS = _object({"image": _TEXT, "createOptions": {"type": "string"}}, "createOptions")
_ALWAYS = {"status": {"const": "running"}, "restartPolicy": {"const": "always"}}
_VARIABLES = _named(r"^[^+#$\s.]+$", _object({"value": {"type": ["number", "string", "boolean"]}}))
_MODULE = _object(
    {
        "version": _TEXT,
        "type": _DOCKER,
        "status": {"enum": ["running", "stopped"]},
        "restartPolicy": {"enum": ["never", "on-failure", "on-unhealthy", "always"]},
        "settings": _SETTINGS,
        "env": _VARIABLES,
    },
    "env",
)
_ADDRESS = {"type": "string", "pattern": r"^\S+$"}
_CREDENTIALS = _named(r"^[^.$# ]+$", _object({"username": _TEXT, "password": _TEXT, "address": _ADDRESS}))
_VERSION = {"enum": ["1.0", "1.1"]}
_RUNTIME = _object({"minDockerVersion": _TEXT, "registryCredentials": _CREDENTIALS}, "registryCredentials")
_SYSTEM = {
    "edgeAgent": _object({"type": _DOCKER, "settings": _SETTINGS}),
    "edgeHub": _object({"type": _DOCKER, "settings": _SETTINGS, **_ALWAYS}),
}
_AGENT = _object(
    {
        "schemaVersion": _VERSION,
        "runtime": _object({"type": _DOCKER, "settings": _RUNTIME}),
        "systemModules": _object(_SYSTEM),
        "modules": _named("^[a-zA-Z0-9_-]+$", _MODULE),
    }
)
_KEPT = _object({"timeToLiveSecs": {"type": "integer", "minimum": 1}})
_HUB = _object(
    {"schemaVersion": _VERSION, "routes": _named(r"^[^.$# ]+$", _TEXT), "storeAndForwardConfiguration": _KEPT}
)
_TWINS = {"$edgeAgent": _AGENT, "$edgeHub": _HUB}
MANIFEST = _object(
    {"modulesContent": _object({name: _object({"properties.desired": twin}) for name, twin in _TWINS.items()})}
)


def problems(manifest: dict[str, Any]) -> list[str]:
    """Returns what the schema refuses in a manifest."""
    return [error.message for error in jsonschema.Draft202012Validator(MANIFEST).iter_errors(manifest)]
