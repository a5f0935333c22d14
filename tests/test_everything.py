"""examples/everything: its stack files, with the two of examples/hub-stack, use every option that there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from amlz.core.hub_outputs import resolved
from amlz.stackfile.schema import json_schema
from amlz.stackfile.stack_file import KEY
from tests.conftest import ROOT

WHOLE = json_schema()
MODEL = WHOLE["properties"]["config"]["properties"][KEY]


def options() -> set[str]:
    """Every option of the model: what it belongs to and its key."""
    parts = {"": MODEL, **WHOLE["$defs"]}
    forms = [(name, form) for name, part in parts.items() for form in (part, *part.get("anyOf", ()))]
    return {f"{name}.{key}" for name, form in forms for key in form.get("properties", ())}


def used(value: Any, node: dict[str, Any], name: str = "") -> Iterator[str]:
    """The options that a value of a stack file uses."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        node = WHOLE["$defs"][name]
    for choice in (*node.get("anyOf", ()), *([node["then"]] if "then" in node else [])):
        yield from used(value, choice, name)
    if isinstance(value, dict):
        named = [node.get("additionalProperties"), *node.get("patternProperties", {}).values()]
        for key, inner in value.items():
            if key in node.get("properties", ()):
                yield f"{name}.{key}"
                yield from used(inner, node["properties"][key])
            for item in named:
                yield from used(inner, item) if isinstance(item, dict) else ()
    elif isinstance(value, list):
        for inner in value:
            yield from used(inner, node.get("items", {}))


def test_every_option_is_used_at_least_once() -> None:
    """Add what is missing to examples/everything; other folders hold what they are named after."""
    folders = [
        ROOT / "examples" / name
        for name in (
            "everything",
            "hub-stack",
            "mesh",
            "kubernetes",
            "feature-store",
            "sandbox",
            "vended-spoke",
            "virtual-wan",
        )
    ]
    files = [path for folder in folders for path in folder.glob("Pulumi.*.yaml")]

    values = [resolved(yaml.safe_load(path.read_text())["config"][KEY], path.parent)[0] for path in files]
    result = {option for landing_zone in values for option in used(landing_zone, MODEL)}

    assert sorted(options() - result) == []
