"""Requests of Pulumi's engine to an analyzer, for a program that was registered in process, and the answers."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from amlz.app.preview import program_of
from amlz.azure.graph import is_unknown
from amlz.integrations.policy_pack.server import Analyzer, started
from amlz.simulator.monitor import Registered, Registration
from amlz.simulator.wire import UNKNOWN
from amlz.stackfile.load import load
from tests.conftest import ROOT, STACKS, registered_once

LEVELS = {analyzer_pb2.MANDATORY: "mandatory", analyzer_pb2.ADVISORY: "advisory"}

#: Policy, level, logical name of the resource ("" for the stack), message.
Violation = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the engine. `config`: of the stack; `levels`: by policy, as the user wants them.

    `unseen`: logical names of resources that this run does not register, as with `--target`.
    """

    registration: Registration
    config: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()


@functools.cache
def shipped(stack: str) -> Registration:
    """Registrations of a shipped stack."""
    file = load(STACKS[stack], ROOT)
    return registered_once(program_of(file))


def changed(registration: Registration, name: str, path: str, value: Any) -> Registration:
    """The same with another value at one path of the inputs of the azure-native resource of this logical name."""
    (old,) = [one for one in registration.resources if one.name == name and one.token.startswith("azure-native:")]
    inputs = copy.deepcopy(old.inputs)
    *above, last = path.split(".")
    inner: Any = inputs
    for key in above:
        inner = inner[key]
    inner[last] = value
    new = replace(old, inputs=inputs)
    return replace(registration, resources=tuple(new if one is old else one for one in registration.resources))


@contextmanager
def talking_to(port: int) -> Iterator[Any]:
    """The engine's side of the connection."""
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=[("grpc.max_send_message_length", -1)]) as channel:
        grpc.channel_ready_future(channel).result(timeout=180)
        yield analyzer_pb2_grpc.AnalyzerStub(channel)


def violations(run: Run, analyzer: Analyzer) -> list[Violation]:
    """Every violation that a pack reports, over its protocol, sorted."""
    server, port = started(analyzer)
    try:
        with talking_to(port) as pack:
            return violations_of_pack(run, pack)
    finally:
        server.stop(None)


def violations_of_pack(run: Run, pack: Any) -> list[Violation]:
    """Answers of a running pack, in the order of the engine's calls (pkg/resource/deploy, v3.259.0)."""
    pack.ConfigureStack(analyzer_pb2.AnalyzerStackConfigureRequest(config=dict(run.config)))
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for name, level in run.levels.items():
        request.policyConfig[name].enforcementLevel = level  # type: ignore[assignment]  # levels are keys of LEVELS
    pack.Configure(request)
    providers = {one.urn: one for one in run.registration.resources if one.token.startswith("pulumi:providers:")}
    for one in run.registration.resources:
        if one.name not in run.unseen:
            assert not pack.Analyze(_analyze(one, providers)).diagnostics
    answer = pack.AnalyzeStack(stack_request(run.registration.resources, providers))
    return sorted(
        (
            diagnostic.policyName,
            LEVELS[diagnostic.enforcementLevel],
            diagnostic.urn.rpartition("::")[2],
            diagnostic.message,
        )
        for diagnostic in answer.diagnostics
    )


def stack_request(resources: Iterable[Registered], providers: Mapping[str, Registered]) -> Any:
    """All resources at the end. Outputs are left empty: azure-native gives no input back that is in the path."""
    request = analyzer_pb2.AnalyzeStackRequest()
    root = "urn:pulumi:dev::small::pulumi:pulumi:Stack::small-dev"
    request.resources.add(urn=root, type="pulumi:pulumi:Stack", name="small-dev")
    for one in resources:
        message = request.resources.add(
            urn=one.urn, type=one.token, name=one.name, parent=one.parent or root, dependencies=one.dependencies
        )
        message.options.protect = one.protect
        for key, urns in one.property_dependencies.items():
            message.propertyDependencies[key].urns.extend(urns)
        _provided(message, providers.get(one.provider))
    return request


def analyze_requests(registration: Registration) -> Iterator[Any]:
    """Each resource by itself, as it is registered."""
    providers = {one.urn: one for one in registration.resources if one.token.startswith("pulumi:providers:")}
    yield from (_analyze(one, providers) for one in registration.resources)


def _analyze(one: Registered, providers: Mapping[str, Registered]) -> Any:
    request = analyzer_pb2.AnalyzeRequest(urn=one.urn, type=one.token, name=one.name)
    request.properties.update(_marked(one.inputs))
    _provided(request, providers.get(one.provider))
    return request


def _provided(message: Any, provider: Registered | None) -> None:
    if provider is not None:
        message.provider.urn, message.provider.type, message.provider.name = provider.urn, provider.token, provider.name
        message.provider.properties.update(_marked(provider.inputs))


def _marked(value: Any) -> Any:
    """A value with Pulumi's mark where the preview names the unknown value in words."""
    if is_unknown(value):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value
