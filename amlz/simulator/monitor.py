"""Running the unmodified program in this process, over the simulated Azure instead of Pulumi's engine.

The program talks to a resource monitor, which here records each registration and answers as a preview would. The SDK
sends a dependency on a component as dependencies on the resources of it and of the components below, but not on what
these resources hold; what a component itself waits for is sent with the component and not with its children. Features
that only the engine has (transforms, answers from Azure) are refused: without them, the plan would differ from the real
one.
"""

from __future__ import annotations

import asyncio
import contextvars
import graphlib
import json
import logging
import os
import runpy
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from google.protobuf import empty_pb2
from pulumi.runtime import config, settings
from pulumi.runtime.mocks import MockEngine, MockMonitor
from pulumi.runtime.proto import engine_pb2, resource_pb2
from pulumi.runtime.stack import run_in_stack

from amlz.azure.added import with_location
from amlz.azure.graph import unknown, unknown_from
from amlz.simulator.aliases import former_urns
from amlz.simulator.azure import SimulatedAzure
from amlz.simulator.existing import inputs_from_the_start
from amlz.simulator.sdk_patches import InlineExecutor, installed, patched_sdk
from amlz.simulator.wire import holds_unknown, plain, replaced

NO_TRANSFORMS = "a transform on {where}: only Pulumi's engine runs those; a transformation runs here too"


class ProgramFailed(Exception):
    """The program raised: `original` is what."""

    def __init__(self, original: BaseException) -> None:
        super().__init__(str(original))
        self.original = original


@dataclass(frozen=True, slots=True)
class Program:
    """A Pulumi program and its input from the engine. `config`: as in PULUMI_CONFIG, `project:key` to text.

    `stacks`: outputs of other stacks that it may refer to, by their names.
    """

    main: Path
    project: str
    stack: str
    config: Mapping[str, str] = field(default_factory=dict)
    organization: str = "organization"
    stacks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered:
    """One registration. `inputs` hold `{"$unknown": …}` where only the deployment knows; secrets are left out.

    `subscription`: a provider's own, or that of the resource's provider; "" where it is not given or not decided.
    `former`: URNs under which it may have stood before. `id`: "" where a part of it is not decided. `source`: file and
    line, relative to the program where it is inside.
    """

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
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """All registrations in their order, the stack's outputs, and what was wrong with them."""

    resources: tuple[Registered, ...]
    outputs: dict[str, Any]
    problems: tuple[str, ...]


def register(program: Program) -> Registration:
    """Runs a program. Raises ProgramFailed with the program's exception. Leaves this process as it was.

    One at a time: folder, arguments and search path are the process's own.
    """
    program = replace(program, main=program.main.absolute())
    result: list[Registration | BaseException] = []
    context = contextvars.Context()
    thread = threading.Thread(target=context.run, args=(_run, program, result))
    thread.start()
    thread.join()
    if isinstance(result[0], BaseException):
        raise ProgramFailed(result[0]) from result[0]
    return result[0]


def _run(program: Program, result: list[Registration | BaseException]) -> None:
    """Runs in a separate thread and context: two runs share nothing."""
    monitor = RecordingMonitor(program)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _loop, _context: None)  # what failed is raised below, once
    loop.set_default_executor(InlineExecutor())
    asyncio.set_event_loop(loop)
    try:
        settings.configure(
            settings.Settings(
                project=program.project,
                stack=program.stack,
                monitor=monitor,
                engine=RecordingEngine(monitor),
                parallel=1,
                dry_run=True,
                organization=program.organization,
                root_directory=str(program.main.parent),
            )
        )
        config.set_all_config(dict(program.config))
        with _as_program(program.main), patched_sdk():
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

    The SDK does that too, but examines all pending tasks each time that one is done, which is quadratic. Failures are
    raised there.
    """
    manager = getattr(settings.SETTINGS, "rpc_manager", None)
    while True:  # where the SDK names its tasks otherwise, its own waiting is left
        pending = {
            task
            for task in (*getattr(manager, "rpcs", ()), *getattr(settings.SETTINGS, "outputs", ()))
            if isinstance(task, asyncio.Future) and not task.done()
        }
        if not pending:
            return
        await asyncio.wait(pending)


@contextmanager
def _as_program(main: Path) -> Iterator[None]:
    """The process as the program expects it, and afterwards as it was."""
    argv, path, folder, modules = sys.argv, sys.path[:], os.getcwd(), set(sys.modules)
    sys.argv = [str(main)]
    own = str(main.parent) not in sys.path
    if own:
        sys.path.insert(0, str(main.parent))
    os.chdir(main.parent)
    try:
        with warnings.catch_warnings():  # the SDK leaves some behind where a registration fails
            warnings.filterwarnings("ignore", r"coroutine 'Output\.\w+' was never awaited", RuntimeWarning)
            yield
    finally:
        sys.argv, sys.path[:] = argv, path
        os.chdir(folder)
        for name in set(sys.modules) - modules if own else ():
            file = str(getattr(sys.modules[name], "__file__", None))
            if file.startswith(f"{main.parent}{os.sep}") and not installed(file):
                del sys.modules[name]  # the next program may have another module of this name


class RecordingEngine(MockEngine):
    """The engine that a program logs to. A logged error is a problem here; Pulumi reports it and continues."""

    def __init__(self, monitor: RecordingMonitor) -> None:
        super().__init__(logging.Logger("program"))  # belongs to no one, writes nowhere
        self._monitor = monitor

    def Log(self, request: Any) -> None:  # noqa: N802 -- the protocol's name
        """Keeps errors."""
        if request.severity == engine_pb2.ERROR:
            self._monitor.problem(f"{request.urn}: {request.message}" if request.urn else request.message)


class RecordingMonitor(MockMonitor):
    """The resource monitor of a program: records, and answers from the simulated Azure."""

    def __init__(self, program: Program) -> None:
        super().__init__(None)  # type: ignore[arg-type]  # no mocks: every call it would make is overridden
        self._program = program
        self._azure = SimulatedAzure()
        self._lock = threading.Lock()
        self._registered: dict[str, Registered] = {}
        self._former: dict[str, tuple[str, ...]] = {}
        self._subscriptions: dict[str, str] = {}
        self._locations: dict[str, str] = {}
        self._outputs: dict[str, Any] = {}
        self._problems: list[str] = []

    def registration(self) -> Registration:
        """Returns the registrations, in an order in which they could be created: the same in every run."""
        return Registration(_in_order(self._registered), self._outputs, tuple(sorted(self._problems)))

    def problem(self, text: str) -> None:
        """Notes what was wrong."""
        with self._lock:
            self._problems.append(text)

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
        if request.transforms:
            raise LookupError(NO_TRANSFORMS.format(where=urn))
        if request.importId and inputs_from_the_start(request.importId) is None:
            raise LookupError(f"{urn} imports {request.importId}; without a cloud it is not there")
        secrets: list[str] = []
        inputs = plain(request.object, "", secrets)
        with self._lock:
            if request.custom and not request.type.startswith("pulumi:"):
                location = self._locations.get(request.provider.rpartition("::")[0], "")
                inputs = with_location(request.type, inputs, location)
            return self._answer(request, urn, inputs, tuple(secrets))

    def _answer(self, request: Any, urn: str, inputs: dict[str, Any], secrets: tuple[str, ...]) -> Any:
        source = self._source(request)
        waits = {key: tuple(item.urns) for key, item in request.propertyDependencies.items()}
        named = {key: self._named(key, value, waits.get(key, ())) for key, value in inputs.items()}
        hidden = {path.partition(".")[0].partition("[")[0] for path in secrets}
        result = {key: value for key, value in named.items() if key not in hidden}
        subscription, resource_id = "", ""
        outputs = {key: value for key, value in inputs.items() if key not in hidden}
        if request.type.startswith("pulumi:providers:"):
            given = result.get("subscriptionId")
            self._subscriptions[urn] = subscription = given if isinstance(given, str) else ""
            self._locations[urn] = str(result.get("location") or "")
        elif request.custom:
            subscription = self._subscriptions.get(request.provider.rpartition("::")[0], "")
            answer = self._azure.preview(request.type, result, subscription)
            resource_id, outputs = answer.id, answer.outputs
            if request.importId and resource_id and request.importId != resource_id:
                self._problems.append(f"{urn} imports {request.importId}, and its inputs are those of {resource_id}")
        former = former_urns(request, self.make_urn, self._former)
        if former:
            self._former[urn] = former
        response = resource_pb2.RegisterResourceResponse(urn=urn, id=resource_id)
        response.object.update(outputs)
        first = self._registered.get(urn)
        if first:
            self._problems.append(f"{urn} is registered twice: {' and '.join(sorted((first.source, source)))}")
            return response
        if self._lacks_provider(request):
            self._problems.append(f"{urn} has no provider, and the stack forbids default ones: {source}")
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
            source=source,
            secret_paths=secrets,
            former=former,
        )
        return response

    def _lacks_provider(self, request: Any) -> bool:
        """Returns whether a resource would use a default provider that the stack forbids: the engine refuses it."""
        package = request.type.partition(":")[0]
        if not request.custom or request.provider or package == "pulumi":
            return False
        forbidden = json.loads(self._program.config.get("pulumi:disable-default-providers", "[]"))
        return not {"*", package}.isdisjoint(forbidden)

    def _named(self, key: str, value: Any, urns: tuple[str, ...]) -> Any:
        """Returns a value whose unknown parts name their resource."""
        if not holds_unknown(value):
            return value
        names = sorted({urn.rsplit("::", 1)[-1] for urn in urns}) or ["a value made by the program"]
        return replaced(value, unknown_from(key, names))

    def _source(self, request: Any) -> str:
        """File and line of the constructor call.

        The SDK looks at a fixed depth for it, and for a provider finds itself. Installed code is not where a person
        looks: then it is the nearest line outside of it.
        """
        position = request.sourcePosition
        if installed(_path(position)):
            position = next((at.pc for at in request.stackTrace.frames if not installed(_path(at.pc))), position)
        path, folder = _path(position), f"{self._program.main.parent}{os.sep}"
        return f"{path.removeprefix(folder)}:{position.line}" if path else ""

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

    def RegisterStackTransform(self, _request: Any) -> Any:  # noqa: N802
        """Only the engine runs these."""
        raise LookupError(NO_TRANSFORMS.format(where="the stack"))

    RegisterStackInvokeTransform = RegisterStackTransform

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """The outputs of a stack that the program was given; anything else as Invoke."""
        if request.type == "pulumi:pulumi:StackReference":
            if request.id not in self._program.stacks:
                raise LookupError(f"the program reads the outputs of stack {request.id}, which are not known here")
            urn = self.make_urn(request.parent, request.type, request.name)
            response = resource_pb2.ReadResourceResponse(urn=urn)
            outputs = json.loads(json.dumps(self._program.stacks[request.id]))
            response.properties.update({"name": request.id, "outputs": outputs, "secretOutputNames": []})
            return response
        raise LookupError(f"the program reads {request.type} {request.name}; without a cloud it is not there")


def _in_order(registered: Mapping[str, Registered]) -> tuple[Registered, ...]:
    """Everything after what it waits for, and by URN where that leaves a choice: registrations arrive in any order."""
    order = graphlib.TopologicalSorter(
        {urn: [above for above in (*r.dependencies, r.parent, r.provider) if above] for urn, r in registered.items()}
    )
    order.prepare()
    registereds: list[Registered] = []
    while order.is_active():
        ready = sorted(order.get_ready())
        registereds.extend(registered[urn] for urn in ready if urn in registered)
        order.done(*ready)
    return tuple(registereds)


def _path(position: Any) -> str:
    """The file of a position; "" where there is none."""
    return unquote(position.uri.removeprefix("file://"))
