"""Running the unmodified program in this process, over the pretend Azure instead of Pulumi's engine.

The program talks to a resource monitor, which here records each registration and answers as a preview would. The SDK
sends a dependency on a component as dependencies on all resources below it; what a component itself waits for is sent
with the component and not with its children.
"""

from __future__ import annotations

import asyncio
import contextvars
import graphlib
import logging
import os
import runpy
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf import empty_pb2
from pulumi.runtime import config, settings
from pulumi.runtime.mocks import MockEngine, MockMonitor
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.stack import run_in_stack

from arm.graph import unknown
from offline.azure import PretendAzure
from offline.wire import holds_unknown, plain, replaced


class ProgramFailed(Exception):
    """The program raised: `original` is what."""

    def __init__(self, original: BaseException) -> None:
        super().__init__(str(original))
        self.original = original


@dataclass(frozen=True, slots=True)
class Program:
    """A Pulumi program and what the engine would tell it. `config`: as in PULUMI_CONFIG, `project:key` to text."""

    main: Path
    project: str
    stack: str
    config: Mapping[str, str] = field(default_factory=dict)
    organization: str = "organization"


@dataclass(frozen=True, slots=True)
class Registered:
    """One registration. `inputs` hold `{"$unknown": …}` where only the deployment knows; secrets are left out."""

    urn: str
    token: str
    name: str
    custom: bool
    parent: str
    inputs: dict[str, Any]
    id: str
    subscription: str
    provider: str
    dependencies: tuple[str, ...]
    property_dependencies: dict[str, tuple[str, ...]]
    protect: bool
    aliases: int
    source: str
    secret_paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """All registrations in their order, the stack's outputs, and what was wrong with them."""

    resources: tuple[Registered, ...]
    outputs: dict[str, Any]
    problems: tuple[str, ...]


def register(program: Program) -> Registration:
    """Runs a program. Raises ProgramFailed with whatever it raised. Leaves this process as it was."""
    result: list[Registration | BaseException] = []
    context = contextvars.Context()
    thread = threading.Thread(target=context.run, args=(_run, program, result))
    thread.start()
    thread.join()
    if isinstance(result[0], BaseException):
        raise ProgramFailed(result[0]) from result[0]
    return result[0]


def _run(program: Program, result: list[Registration | BaseException]) -> None:
    """Runs in a thread and context of its own: two runs share nothing."""
    monitor = RecordingMonitor(program)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # what failed is raised below, once
    asyncio.set_event_loop(loop)
    quiet = logging.getLogger("amlz.program")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    try:
        settings.configure(
            settings.Settings(
                project=program.project,
                stack=program.stack,
                monitor=monitor,
                engine=MockEngine(quiet),
                parallel=1,
                dry_run=True,
                organization=program.organization,
                root_directory=str(program.main.parent),
            )
        )
        settings.ROOT.set(None)
        config.set_all_config(dict(program.config))
        with _as_program(program.main):
            loop.run_until_complete(run_in_stack(lambda: _main(program.main)))
        result.append(monitor.registration())
    except BaseException as error:
        result.append(error)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


async def _main(path: Path) -> None:
    runpy.run_path(str(path), run_name="__main__")
    await _settled()


async def _settled() -> None:
    """Waits for everything that the program started.

    The SDK does that too, but looks at all that is pending each time that one thing is done, which is quadratic.
    What failed is raised there.
    """
    while True:
        pending = {
            task
            for task in (*settings.SETTINGS.rpc_manager.rpcs, *settings.SETTINGS.outputs)
            if isinstance(task, asyncio.Future) and not task.done()
        }
        if not pending:
            return
        await asyncio.wait(pending)


@contextmanager
def _as_program(main: Path) -> Iterator[None]:
    """The process as the program expects it, and afterwards as it was."""
    argv, path, folder = sys.argv, sys.path[:], os.getcwd()
    sys.argv = [str(main)]
    if str(main.parent) not in sys.path:
        sys.path.insert(0, str(main.parent))
    os.chdir(main.parent)
    try:
        yield
    finally:
        sys.argv, sys.path[:] = argv, path
        os.chdir(folder)


class RecordingMonitor(MockMonitor):
    """The resource monitor that a program is given: records, and answers from the pretend Azure."""

    def __init__(self, program: Program) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # no mocks: every call it would make is overridden
        self._program = program
        self._azure = PretendAzure()
        self._lock = threading.Lock()
        self._registered: dict[str, Registered] = {}
        self._subscriptions: dict[str, str] = {}
        self._outputs: dict[str, Any] = {}
        self._problems: list[str] = []

    def registration(self) -> Registration:
        """What has been registered, in an order in which it could be created: the same in every run."""
        return Registration(_in_order(self._registered), self._outputs, tuple(sorted(self._problems)))

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """By the engine's rule: the types of all components above, without the stack's (sdk/go/common/resource/urn)."""
        above = parent.split("::")[2] if parent else ""
        chain = f"{above}${type_}" if above and above != "pulumi:pulumi:Stack" else type_
        return f"urn:pulumi:{self._program.stack}::{self._program.project}::{chain}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 -- the protocol's name
        """Records a resource and answers as a preview does."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        secrets: list[str] = []
        inputs = plain(request.object, "", secrets)
        with self._lock:
            return self._answer(request, urn, inputs, tuple(secrets))

    def _answer(self, request: Any, urn: str, inputs: dict[str, Any], secrets: tuple[str, ...]) -> Any:
        if urn in self._registered:
            self._problems.append(f"{urn} is registered twice")
        waits = {key: tuple(found.urns) for key, found in request.propertyDependencies.items()}
        named = {key: self._named(key, value, waits.get(key, ())) for key, value in inputs.items()}
        subscription, resource_id, outputs = "", "", inputs
        if request.type.startswith("pulumi:providers:"):
            resource_id = str(inputs.get("subscriptionId", request.name))
            self._subscriptions[urn] = subscription = resource_id
        elif request.custom:
            subscription = self._subscriptions.get(request.provider.rpartition("::")[0], "")
            answer = self._azure.preview(request.type, inputs, subscription)
            resource_id, outputs = answer.id, answer.outputs
        self._registered[urn] = Registered(
            urn=urn,
            token=request.type,
            name=request.name,
            custom=request.custom,
            parent="" if "pulumi:pulumi:Stack" in request.parent else request.parent,
            inputs=named,
            id=resource_id,
            subscription=subscription,
            provider=request.provider.rpartition("::")[0],
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies={key: tuple(sorted(urns)) for key, urns in sorted(waits.items()) if urns},
            protect=request.protect,
            aliases=len(request.aliases) + len(request.aliasURNs),
            source=self._source(request.sourcePosition),
            secret_paths=secrets,
        )
        response = resource_pb2.RegisterResourceResponse(urn=urn, id=resource_id)
        response.object.update(outputs)
        return response

    def _named(self, key: str, value: Any, urns: tuple[str, ...]) -> Any:
        """A value whose unknown parts say whose they are."""
        if not holds_unknown(value):
            return value
        names = ", ".join(sorted({urn.rsplit("::", 1)[-1] for urn in urns})) or "a value made by the program"
        return replaced(value, unknown(f"{key}, from {names}"))

    def _source(self, position: Any) -> str:
        """File and line of the constructor call, relative to the program."""
        path = position.uri.removeprefix("file://")
        folder = str(self._program.main.parent)
        return f"{path.removeprefix(folder).lstrip('/')}:{position.line}" if path else ""

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Keeps the outputs of the stack."""
        if "pulumi:pulumi:Stack" in request.urn:
            self._outputs = replaced(plain(request.outputs, "", []), unknown("an output"))
        return empty_pb2.Empty()  # type: ignore[attr-defined]

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Nothing may be asked of Azure while planning: the plan would depend on the day."""
        raise LookupError(f"the program asks Azure for {request.tok}; without a cloud there is no answer")

    def Call(self, request: Any) -> Any:  # noqa: N802
        """As Invoke."""
        raise LookupError(f"the program calls {request.tok}; without a cloud there is no answer")

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """As Invoke."""
        raise LookupError(f"the program reads {request.type} {request.name}; without a cloud it is not there")


def _in_order(registered: Mapping[str, Registered]) -> tuple[Registered, ...]:
    """Everything after what it waits for, and by URN where that leaves a choice: registrations arrive in any order."""
    order = graphlib.TopologicalSorter(
        {urn: [above for above in (*r.dependencies, r.parent, r.provider) if above] for urn, r in registered.items()}
    )
    order.prepare()
    found: list[Registered] = []
    while order.is_active():
        ready = sorted(order.get_ready())
        found.extend(registered[urn] for urn in ready if urn in registered)
        order.done(*ready)
    return tuple(found)
