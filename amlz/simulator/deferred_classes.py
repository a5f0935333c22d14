"""Files of the SDK that hold hundreds of classes, of which a program uses few: each is created at its first use.

A file is executed as it is. Only the bodies of its classes wait: Python calls `__build_class__` for each, which here
keeps the body. A class is created together with the classes of its file that its annotations name.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pulumi

INPUTS = "_inputs"
#: Files of a module of the SDK that hold nothing but classes of values.
FILES = (INPUTS, "outputs")
_DECORATORS = ("input_type", "output_type")


class _Deferred:
    """A class that is not created yet: its body, its name with its bases, and its decorators, the innermost first."""

    __slots__ = ("arguments", "body", "decorators", "keywords")

    def __init__(self, body: FunctionType, *arguments: Any, **keywords: Any) -> None:
        if any(type(base) is _Deferred for base in arguments):
            raise TypeError("a base is needed at once")
        self.body, self.arguments, self.keywords = body, arguments, keywords
        self.decorators: list[Callable[[Any], Any]] = []

    def create(self) -> Any:
        """Creates the class."""
        created = builtins.__build_class__(self.body, *self.arguments, **self.keywords)
        for decorator in self.decorators:
            created = decorator(created)
        return created


class DeferringLoader(SourceFileLoader):
    """Loads one of FILES. A file that needs one of its classes at once is loaded as it is."""

    def exec_module(self, module: ModuleType) -> None:
        """Executes the file without the bodies of its classes."""
        names = vars(module)
        before = dict(names)
        names["__builtins__"] = vars(builtins) | {"__build_class__": _Deferred}
        try:
            with _waiting_decorators():
                super().exec_module(module)
        except Exception:
            names.clear()
            names.update(before)
            super().exec_module(module)
            return
        names["__builtins__"] = builtins
        waiting = {name: names[name] for name in names if type(names[name]) is _Deferred}
        for name in waiting:
            del names[name]

        def attribute(name: str) -> Any:
            if name not in waiting:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            wanted = [name]
            while wanted:
                one = wanted.pop()
                if one in waiting:
                    deferred = waiting.pop(one)
                    wanted.extend(_named(deferred.body.__code__, waiting))
                    names[one] = deferred.create()
            return names[name]

        names.update(__getattr__=attribute, __dir__=lambda: sorted({*names, *waiting}))


class PartLoader(SourceFileLoader):
    """Loads any other file of a module of the SDK: of the input classes, it gets those that it names."""

    def exec_module(self, module: ModuleType) -> None:
        """Executes the file while the list of the input classes is empty."""
        code = self.get_code(self.name)
        if code is None or INPUTS not in code.co_names:
            super().exec_module(module)
            return
        inputs = import_module(f"{module.__name__.rpartition('.')[0]}.{INPUTS}")
        names, of_inputs = vars(module), vars(inputs)
        listed = of_inputs["__all__"]
        of_inputs["__all__"] = []
        try:
            exec(code, names)
        finally:
            of_inputs["__all__"] = listed
        names.update({name: getattr(inputs, name) for name in _named(code, frozenset(listed) - names.keys())})


def _named(value: Any, names: Container[str]) -> Iterator[str]:
    """Returns which of the names a code has among its constants: annotations name classes by texts."""
    if isinstance(value, str) and value in names:
        yield value
    for constant in value.co_consts if isinstance(value, CodeType) else value if isinstance(value, tuple) else ():
        yield from _named(constant, names)


@contextmanager
def _waiting_decorators() -> Iterator[None]:
    """Meanwhile decorators of the SDK wait with the class that they decorate."""
    own = {name: getattr(pulumi, name) for name in _DECORATORS}

    def waiting(decorator: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def decorated(of: Any) -> Any:
            if type(of) is not _Deferred:
                return decorator(of)
            of.decorators.append(decorator)
            return of

        return decorated

    for name, decorator in own.items():
        setattr(pulumi, name, waiting(decorator))
    try:
        yield
    finally:
        for name, decorator in own.items():
            setattr(pulumi, name, decorator)
