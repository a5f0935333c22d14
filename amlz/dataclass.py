"""`dataclass` of the standard library, whose methods are compiled at their first call.

The standard library compiles six methods of each class when its module is imported. For the 200 classes that
`amlz check` imports, that was a quarter of its time (docs/decisions/speed.md). Here the `__init__` of a frozen class
with slots is compiled when its first object is created, and all classes share the other methods. Type checkers see
`dataclass` of the standard library.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type[T] | None = None, /, **options: bool) -> Any:
        """Returns what `dataclasses.dataclass` returns; for a frozen class with slots, with methods compiled later."""
        if cls is not None or options != {"frozen": True, "slots": True}:
            return dataclasses.dataclass(cls, **options)
        return _frozen


def _frozen(cls: type[T]) -> type[T]:
    made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(made)  # type: ignore[arg-type]
    methods = {**_SHARED, **_comparison(fields), "__init__": _first_init(made, fields)}
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _first_init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Returns an `__init__` that replaces itself by a compiled one."""

    def first(self: object, *args: Any, **kwargs: Any) -> None:
        compiled = _init(cls, fields)
        cls.__init__ = compiled  # type: ignore[misc]
        compiled(self, *args, **kwargs)

    return first


def _init(cls: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Compiles `__init__`: one parameter for each field, in order."""
    scope: dict[str, Any] = {"_set": object.__setattr__, "_absent": object()}
    parameters, lines = ["self"], []
    for field in fields:
        name, value = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            scope[f"_new_{name}"] = field.default_factory
            value = f"_new_{name}() if {name} is _absent else {name}" if field.init else f"_new_{name}()"
            parameters += [f"{name}=_absent"] if field.init else []
        elif field.default is not dataclasses.MISSING:
            scope[f"_default_{name}"] = field.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        lines.append(f"    _set(self, {name!r}, {value})")
    exec("\n".join([f"def __init__({', '.join(parameters)}):", *(lines or ["    pass"])]), scope)
    init: Callable[..., None] = scope["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _comparison(fields: tuple[dataclasses.Field[Any], ...]) -> dict[str, Callable[..., Any]]:
    names = [field.name for field in fields if field.compare]
    values: Callable[[object], Any] = attrgetter(*names) if names else lambda _: ()

    def equal(self: object, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: object) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed}


class _Methods:
    """Methods that are the same for every class."""

    def __repr__(self) -> str:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        shown = (f"{field.name}={getattr(self, field.name)!r}" for field in fields if field.repr)
        return f"{self.__class__.__qualname__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self) -> list[Any]:
        return [getattr(self, field.name) for field in dataclasses.fields(self)]  # type: ignore[arg-type]

    def __setstate__(self, state: list[Any]) -> None:
        for field, value in zip(dataclasses.fields(self), state, strict=True):  # type: ignore[arg-type]
            object.__setattr__(self, field.name, value)


_SHARED = {
    name: vars(_Methods)[name] for name in ("__repr__", "__setattr__", "__delattr__", "__getstate__", "__setstate__")
}
