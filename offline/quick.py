"""What Pulumi's SDK does more dearly than a preview needs: done cheaper while a program runs here, and only then.

Nothing of this is in place under Pulumi's engine. Each part gives what the SDK's own gives (tests/offline/test_quick.py
holds them against each other, and fails when the SDK looks different): docs/decisions/speed.md has the measurements.
"""

from __future__ import annotations

import re
import sys
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
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

SDK = "pulumi_azure_native"
#: The lines of which a module's list of imports consists. One that holds anything else is imported as it is.
_KNOWN_LINE = re.compile(
    r"#.*|import builtins as _builtins|from \.\. import _utilities|import typing|from \. import outputs|"
    r"from \.(?P<part>\w+) import \*|"
)
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@contextmanager
def hastened() -> Iterator[None]:
    """Replaces the dear parts, and puts them back: one program at a time."""
    finder, stack, unwrap = NarrowFinder(), resource._get_stack_trace, _types.unwrap_type
    sys.meta_path.insert(0, finder)
    resource._get_stack_trace = stack_trace
    _types.unwrap_type = remembered(unwrap)  # type: ignore[assignment]  # the same signature
    try:
        yield
    finally:
        resource._get_stack_trace, _types.unwrap_type = stack, unwrap
        sys.meta_path.remove(finder)


class Here(ThreadPoolExecutor):
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
    """Where a resource is made, from the innermost frame to the first that is not of an installed package.

    The SDK's own goes on to the outermost, and reads the line of source of each frame. Like there, the frame that is
    looked for calls the third constructor from below: Resource, CustomResource or ComponentResource, and the class.
    """
    frame, constructors = sys._getframe(), 0
    while constructors < 3:
        constructors += frame.f_code.co_name == "__init__"
        if frame.f_back is None:
            return source_pb2.StackTrace()
        frame = frame.f_back
    found = []
    while True:
        file = frame.f_code.co_filename
        uri = _uri(file)
        position = source_pb2.SourcePosition(uri=uri, line=frame.f_lineno) if uri else None
        found.append(source_pb2.StackFrame(pc=position))
        if not installed(file) or frame.f_back is None:
            return source_pb2.StackTrace(frames=found)
        frame = frame.f_back


@cache
def _uri(file: str) -> str:
    """A file as a URI; "" for what is none, such as code that was made."""
    try:
        return Path(file).as_uri()
    except ValueError:
        return ""


def installed(file: str) -> bool:
    """Whether a file is of an installed package: these are no part of a program, though they may lie in its folder."""
    return "site-packages" in file or "dist-packages" in file


def remembered(unwrap: Callable[[type], type]) -> Callable[[type], type]:
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
    """Finds the SDK's modules, such as `network`, so that they import of their hundreds of files what is asked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A module's spec with a loader that is narrow; None for everything else."""
        if fullname.rpartition(".")[0] != SDK:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.submodule_search_locations is None or type(spec.loader) is not SourceFileLoader:
            return None
        spec.loader = NarrowLoader(spec.loader.name, spec.loader.path)
        return spec


class NarrowLoader(SourceFileLoader):
    """Gives a module its names at the first touch (PEP 562), or all of them where it cannot be told whose one is."""

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
                found = import_module(f"{module.__name__}.{part}")
                if name in found.__all__:
                    vars(module)[name] = getattr(found, name)  # a function too, in place of its file of the same name
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
    """The files that a module imports; nothing where anything else stands in it."""
    lines = [_KNOWN_LINE.fullmatch(line) for line in source.splitlines()]
    parts = [line["part"] for line in lines if line and line["part"]]
    return frozenset((*parts, "outputs")) if parts and all(lines) else frozenset()


def _likely(name: str) -> tuple[str, ...]:
    """The files in which a name can be expected, one of which a module has: the SDK names them after resources."""
    return ("_inputs",) if name.endswith(("Args", "ArgsDict")) else (_WORD.sub("_", name).lower(), "_enums")
