"""The JSON Schema of stack files, from the model."""

from __future__ import annotations

from typing import Any

from amlz.core.config import LandingZoneConfig

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The schema of a whole stack file, as editors use it."""
    landing_zone = LandingZoneConfig.model_json_schema(by_alias=True)
    definitions = landing_zone.pop("$defs")
    return {
        "$schema": _DRAFT,
        "title": "Stack file of a landing zone for Azure Machine Learning",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "required": ["amlz:landingZone"],
                "properties": {"amlz:landingZone": landing_zone},
            }
        },
        "$defs": definitions,
    }
