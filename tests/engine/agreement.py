"""Records of each resource by the engine's preview and by the in-process one, side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from amlz.azure.graph import is_unknown
from amlz.simulator.monitor import Registration
from amlz.simulator.wire import UNKNOWN

STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True, slots=True)
class ComparedResource:
    """A resource as one side records it: both sides in one form.

    Values that only the deployment knows are Pulumi's sentinel. `parent` is "" at the top, `provider` the URN of one
    that the program made, "" for none and for the default one. URNs are sorted.
    """

    token: str
    custom: bool
    parent: str
    provider: str
    protect: bool
    dependencies: tuple[str, ...]
    property_dependencies: dict[str, tuple[str, ...]]
    inputs: dict[str, Any]


def in_process(registration: Registration) -> dict[str, ComparedResource]:
    """By URN, what the program registered in process."""
    return {
        resource.urn: ComparedResource(
            token=resource.token,
            custom=resource.custom,
            parent=resource.parent,
            provider=resource.provider,
            protect=resource.protect,
            dependencies=resource.dependencies,
            property_dependencies=resource.property_dependencies,
            inputs=_with_sentinels(resource.inputs),
        )
        for resource in registration.resources
    }


def by_engine(preview: dict[str, Any]) -> dict[str, ComparedResource]:
    """By URN, what `pulumi preview --json` of a new stack would create, or update after its import.

    The stack itself is left out.
    """
    states = [step["newState"] for step in preview["steps"] if step["op"] in ("create", "update")]
    return {state["urn"]: _state(state) for state in states if state["type"] != STACK}


def differences(ours: dict[str, ComparedResource], engines: dict[str, ComparedResource]) -> list[str]:
    """Every difference, a line each: URN, what differs, our value, the engine's."""
    values = [f"{urn}: only in process" for urn in sorted(ours.keys() - engines.keys())]
    values += [f"{urn}: only in the engine" for urn in sorted(engines.keys() - ours.keys())]
    for urn in sorted(ours.keys() & engines.keys()):
        for field in fields(ComparedResource):
            pairs = _differing(field.name, getattr(ours[urn], field.name), getattr(engines[urn], field.name))
            values += [f"{urn}: {path}: {one!r}, in the engine {other!r}" for path, one, other in pairs]
    return values


def _state(state: dict[str, Any]) -> ComparedResource:
    parent, provider = state.get("parent", ""), state.get("provider", "").rpartition("::")[0]
    inputs = dict(state.get("inputs", {}))
    if state["type"].startswith("pulumi:providers:"):  # the engine notes in it which plugin to start
        inputs = {key: value for key, value in inputs.items() if key not in ("version", "__internal")}
    waits = (state.get("propertyDependencies") or {}).items()
    return ComparedResource(
        token=state["type"],
        custom=state["custom"],
        parent="" if f"::{STACK}::" in parent else parent,
        provider="" if provider.rpartition("::")[2].startswith("default") else provider,
        protect=state.get("protect", False),
        dependencies=tuple(sorted(state.get("dependencies") or [])),
        property_dependencies={key: tuple(sorted(urns)) for key, urns in sorted(waits) if urns},
        inputs=inputs,
    )


def _with_sentinels(value: Any) -> Any:
    if is_unknown(value):
        return UNKNOWN
    if value == UNKNOWN:
        return "a sentinel that was left"
    if isinstance(value, dict):
        return {key: _with_sentinels(item) for key, item in value.items()}
    return [_with_sentinels(item) for item in value] if isinstance(value, list) else value


def _differing(path: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """The paths below a path at which two values differ; 1, 1.0 and true are not the same here."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from _differing(f"{path}.{key}", one.get(key, _ABSENT), other.get(key, _ABSENT))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(f"{path}[{index}]", left, right)
    elif type(one) is not type(other) or one != other:
        yield path, one, other


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


_ABSENT = _Absent()
