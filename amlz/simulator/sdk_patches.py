"""Performance patches to the Pulumi SDK, active only during an offline preview.

Under Pulumi's engine nothing of this is in place. Each patch gives the answers of the SDK's own code
(tests/simulator/test_sdk_patches.py compares them): docs/decisions/speed.md has the measurements. A patch is left out,
with a note, where the installed SDK lacks the private name: the preview is the same, and slower.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from pulumi import _types
from pulumi.runtime import resource, rpc
from pulumi.runtime.proto import source_pb2

from amlz.simulator.deferred_classes import FILES, DeferringLoader, PartLoader
from amlz.simulator.lazy_outputs import transfer_properties

SDK = "pulumi_azure_native"
#: The lines of which a module's list of imports consists. One that holds anything else is imported as it is.
_KNOWN_LINE = re.compile(
    r"#.*|import builtins as _builtins|from \.\. import _utilities|import typing|from \. import outputs|"
    r"from \.(?P<part>\w+) import \*|"
)
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@contextmanager
def patched_sdk() -> Iterator[None]:
    """Puts the patches in place, and removes them afterwards: one program at a time."""
    finder = NarrowFinder()
    patches: list[tuple[ModuleType, str, Callable[[Any], Any]]] = [
        (resource, "_get_stack_trace", lambda _own: stack_trace),
        (_types, "unwrap_type", cached_unwrap),
        (rpc, "declare_dependency", lambda _own: Dependencies().declare),
        (rpc, "transfer_properties", lambda _own: transfer_properties),
    ]
    before = [(module, name, getattr(module, name, None)) for module, name, _ in patches]
    sys.meta_path.insert(0, finder)
    for (module, name, own), (_, _, patched) in zip(before, patches, strict=True):
        if own is None:
            _note_once(f"{module.__name__}.{name}")
        else:
            setattr(module, name, patched(own))
    try:
        yield
    finally:
        for module, name, own in before:
            if own is not None:
                setattr(module, name, own)
        sys.meta_path.remove(finder)


@cache
def _note_once(name: str) -> None:
    sys.stderr.write(f"Pulumi's SDK has no {name}: this preview takes longer, and its result is the same.\n")


class Dependencies:
    """Remembers which resource depends on which, unless that would close a circle.

    The SDK walks over everything that the one resource depends on, each time. Here the search goes in both directions
    at once and ends with the shorter one: mostly nothing depends yet on the resource that declares its dependencies.
    """

    def __init__(self) -> None:
        self._needs: dict[Any, dict[Any, None]] = {}
        self._needed_by: dict[Any, dict[Any, None]] = {}

    def declare(self, from_resource: Any, to_resource: Any) -> bool:
        """Notes that `from_resource` depends on `to_resource`. False, and nothing noted, if that closes a circle."""
        if from_resource is to_resource or self._needs_already(to_resource, from_resource):
            return False
        self._needs.setdefault(from_resource, {})[to_resource] = None
        self._needed_by.setdefault(to_resource, {})[from_resource] = None
        return True

    def _needs_already(self, first: Any, second: Any) -> bool:
        forward, backward = _reached(self._needs, first), _reached(self._needed_by, second)
        return any(below is second or above is first for below, above in zip(forward, backward, strict=False))


def _reached(edges: dict[Any, dict[Any, None]], start: Any) -> Iterator[Any]:
    """Everything that edges lead to from `start`, the nearest first."""
    seen, waiting = {start}, deque([start])
    while waiting:
        for other in edges.get(waiting.popleft(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
                yield other


class InlineExecutor(ThreadPoolExecutor):
    """Does at once what it is given: the monitor is in this process and never waits, a thread would only be switched
    to. It is a pool of threads in name, since an event loop takes no other for its default.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The result, or what was raised."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def stack_trace() -> source_pb2.StackTrace:
    """Frames in which a resource is made, from the innermost frame to the first that is not of an installed package.

    The SDK's own goes on to the outermost, and reads the line of source of each frame. Like there, the frame that is
    looked for calls the third constructor from below: Resource, CustomResource or ComponentResource, and the class.
    """
    frame, constructors = sys._getframe(), 0
    while constructors < 3:
        constructors += frame.f_code.co_name == "__init__"
        if frame.f_back is None:
            return source_pb2.StackTrace()
        frame = frame.f_back
    values = []
    while True:
        file = frame.f_code.co_filename
        uri = _uri(file)
        position = source_pb2.SourcePosition(uri=uri, line=frame.f_lineno) if uri else None
        values.append(source_pb2.StackFrame(pc=position))
        if not installed(file) or frame.f_back is None:
            return source_pb2.StackTrace(frames=values)
        frame = frame.f_back


@cache
def _uri(file: str) -> str:
    """A file as a URI; "" for what is none, such as code that was made."""
    try:
        return Path(file).as_uri()
    except ValueError:
        return ""


def installed(file: str) -> bool:
    """Returns whether a file is of an installed package: these are no part of a program, though they may be in its
    folder.
    """
    return "site-packages" in file or "dist-packages" in file


def cached_unwrap(unwrap: Callable[[type], type]) -> Callable[[type], type]:
    """A function of a type that keeps its answers: the SDK asks it for each value of each resource, of few types.

    By identity and not by equality, which is as dear as the answer. The types are kept too, so no identity comes again.
    """
    answers: dict[int, tuple[type, type]] = {}

    def answer(of: type) -> type:
        known = answers.get(id(of))
        if known is None:
            known = answers[id(of)] = (of, unwrap(of))
        return known[1]

    return answer


class NarrowFinder(MetaPathFinder):
    """Finds the SDK's modules, such as `network`, so that they import only the requested ones of their hundreds of
    files, and create only the requested ones of their classes.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec with a loader that is narrow, of a module or of one of its files; None for everything else."""
        package, _, name = fullname.rpartition(".")
        module = package.rpartition(".")[0] == SDK
        if package != SDK and not module:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader:
            return None
        if module and spec.submodule_search_locations is None:
            loader = DeferringLoader if name in FILES else PartLoader
            spec.loader = loader(spec.loader.name, spec.loader.path)
            return spec
        if module or spec.submodule_search_locations is None:
            return None
        spec.loader = NarrowLoader(spec.loader.name, spec.loader.path)
        return spec


class NarrowLoader(SourceFileLoader):
    """Gives a module its names at the first access (PEP 562), or all of them where the file of a name is not clear."""

    def exec_module(self, module: ModuleType) -> None:
        """Makes the module narrow, where its list of imports looks as those of the SDK do."""
        parts = listed(self.get_source(self.name) or "")
        if not parts:
            super().exec_module(module)
            return

        def whole() -> None:
            vars(module).pop("__getattr__", None)
            vars(module).pop("__dir__", None)
            super(NarrowLoader, self).exec_module(module)

        def attribute(name: str) -> Any:
            for part in parts.intersection(_likely(name)):
                module_type = import_module(f"{module.__name__}.{part}")
                if name in module_type.__all__:
                    vars(module)[name] = getattr(
                        module_type, name
                    )  # a function too, in place of its file of the same name
                    return vars(module)[name]
            if name in parts:
                return import_module(f"{module.__name__}.{name}")
            whole()
            return getattr(module, name)

        def names() -> list[str]:
            whole()
            return sorted(vars(module))

        vars(module).update(__getattr__=attribute, __dir__=names)


def listed(source: str) -> frozenset[str]:
    """Returns the files that a module imports; nothing where it has any other content."""
    lines = [_KNOWN_LINE.fullmatch(line) for line in source.splitlines()]
    parts = [line["part"] for line in lines if line and line["part"]]
    return frozenset((*parts, "outputs")) if parts and all(lines) else frozenset()


def _likely(name: str) -> tuple[str, ...]:
    """The files in which a name can be expected, one of which a module has: the SDK names them after resources."""
    return ("_inputs",) if name.endswith(("Args", "ArgsDict")) else (_WORD.sub("_", name).lower(), "_enums")
