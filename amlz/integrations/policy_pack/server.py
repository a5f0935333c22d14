"""Pulumi's analyzer protocol: the engine starts one process a pack, reads its port, and asks it over gRPC.

Spoken directly and not through the library pulumi-policy, see docs/explanation/dependencies.md. Protocol:
proto/pulumi/analyzer.proto of pulumi/pulumi.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent import futures
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from amlz.integrations.policy_pack.stack import KnownInputs, given, stack_of
from amlz.integrations.policy_pack.violations import DENIED, POLICIES, UNDECIDED, PackPolicy, Violation, violations
from amlz.policy.engine.errors import BadInput
from amlz.policy.imported import imported
from amlz.policy.library import library
from amlz.policy.verdicts import PolicySources, verdicts

PACK = "aml-landing-zone"
#: Seconds between two looks at whether the engine still runs.
PATIENCE = 5.0

_NO_LIMIT = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
#: Key of the stack's configuration that lists the management groups above it.
_CONFIG = "amlz:landingZone"


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """One run of the engine: inputs as resources are registered, verdicts when all are there."""

    def __init__(self, wanted: Callable[[], PolicySources]) -> None:
        """`wanted`: facts from outside the stack, except the management groups, which its configuration lists."""
        self._asked = wanted
        self._above: tuple[str, ...] = ()
        self._seen: dict[str, KnownInputs] = {}
        self._levels = {policy.name: _level(policy) for policy in POLICIES}

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802 -- the protocol's names
        """The version of this project."""
        return plugin_pb2.PluginInfo(version=_version())

    def GetAnalyzerInfo(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """The pack and its policies."""
        info = analyzer_pb2.AnalyzerInfo(name=PACK, version=_version(), supportsConfig=True)
        for policy in POLICIES:
            info.policies.add(
                name=policy.name,
                displayName=policy.title,
                description=policy.description,
                enforcementLevel=_level(policy),
                policy_type=analyzer_pb2.POLICY_TYPE_STACK,
            )
        return info

    def Configure(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Takes the levels that the user wants, by policy."""
        for name, wanted in request.policyConfig.items():
            self._levels[name] = wanted.enforcementLevel
        return empty_pb2.Empty()  # type: ignore[attr-defined]

    def ConfigureStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Reads which management groups are above the stack."""
        self._above = _above(request.config)
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Keeps the inputs of a resource. Nothing is reported yet: resources that decide may be registered later."""
        inputs = given(request)
        if inputs is not None:
            self._seen[request.urn] = inputs
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Changes nothing: what Azure Policy changes, it changes itself."""
        return analyzer_pb2.RemediateResponse()

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802
        """Returns the violations of the whole stack."""
        response = analyzer_pb2.AnalyzeResponse()
        for violation in self._violations(request.resources):
            level = self._levels[violation.policy.name]
            if level == analyzer_pb2.DISABLED:
                continue
            response.diagnostics.add(
                policyName=violation.policy.name,
                policyPackName=PACK,
                policyPackVersion=_version(),
                description=violation.policy.description,
                message=violation.message,
                enforcementLevel=analyzer_pb2.MANDATORY if level == analyzer_pb2.REMEDIATE else level,
                urn=violation.urn,
            )
        return response

    def Cancel(self, _request: Any, _context: Any) -> Any:  # noqa: N802
        """Nothing goes on that could be cancelled."""
        return empty_pb2.Empty()  # type: ignore[attr-defined]

    def _violations(self, resources: Any) -> Iterator[Violation]:
        stack = stack_of(resources, self._seen)
        for urn, why in stack.unjudged:
            yield Violation(UNDECIDED, urn, f"not evaluated: {why}.")
        try:
            result = verdicts(stack.graph, replace(self._asked(), above=self._above))
        except BadInput as problem:  # not open but broken: a gate that passed then would be none
            yield Violation(DENIED, "", f"Nothing was evaluated, because policies cannot be read.\n{problem}")
            return
        yield from violations(stack.graph, result)


def serve() -> None:
    """Serves until the engine ends; writes the port first."""
    engine = os.getppid()
    server, port = started(Analyzer(_today))
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell runs Pulumi in the background
    with suppress(KeyboardInterrupt):  # so the engine ends it
        while server.wait_for_termination(PATIENCE):  # true where the time is up
            if os.getppid() != engine:  # an engine that was killed ends no plugin
                return


def started(analyzer: Analyzer) -> tuple[Any, int]:
    """A server that runs, and its port on this machine."""
    server = grpc.server(futures.ThreadPoolExecutor(), options=_NO_LIMIT)
    analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def _today() -> PolicySources:
    """Returns the time-dependent facts of Azure: exemptions expire by its clock, which is UTC."""
    return PolicySources(library(), imported(), today=datetime.now(UTC).date().isoformat())


def _level(policy: PackPolicy) -> Any:
    return analyzer_pb2.MANDATORY if policy.mandatory else analyzer_pb2.ADVISORY


def _version() -> str:
    return metadata.version("aml-landing-zone")


def _above(config: Mapping[str, str]) -> tuple[str, ...]:
    """`policies.above` of a stack's configuration; none where it is not there. The program checks the rest of it."""
    try:
        report = json.loads(config.get(_CONFIG, "{}"))
        return tuple(str(name) for name in report["policies"]["above"])
    except (ValueError, KeyError, TypeError):
        return ()
