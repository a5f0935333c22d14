"""Classes of the SDK that are created at their first use are those of the SDK."""

from __future__ import annotations

import subprocess
import sys
import typing
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
import pytest
from pulumi import _types

from amlz.simulator.deferred_classes import DeferringLoader
from tests.conftest import ROOT
from tests.simulator.test_sdk_patches import TOUCHED

#: Describes each class that components touch, of the SDK as it is or narrow.
DESCRIBED = (
    TOUCHED
    + """
import inspect
from pulumi import _types
from amlz.simulator.sdk_patches import NarrowFinder

if sys.argv[1] == "narrow":
    sys.meta_path.insert(0, NarrowFinder())
for name, attribute in sorted(touched):
    of = getattr(import_module("pulumi_azure_native." + name), attribute)
    if inspect.isclass(of):
        types = _types.input_type_types(of) if _types.is_input_type(of) else None
        types = _types.resource_types(of) if hasattr(of, "get_provider") else types
        print(name, attribute, of.__module__, of.__qualname__, of.__mro__, sorted(vars(of)), types)
        print(inspect.signature(of.__init__), of.__doc__)
"""
)

#: A file as those of the SDK are.
SOURCE = """
import pulumi
from typing import Optional, TypedDict

__all__ = ['OuterArgs', 'OuterArgsDict', 'InnerArgs', 'OtherArgs']

class OuterArgsDict(TypedDict):
    inner_part: pulumi.Input['InnerArgsDict']

@pulumi.input_type
class OuterArgs:
    def __init__(__self__, *, inner_part: pulumi.Input['InnerArgs']):
        pulumi.set(__self__, "inner_part", inner_part)

    @property
    @pulumi.getter(name="innerPart")
    def inner_part(self) -> pulumi.Input[Optional['InnerArgs']]:
        return pulumi.get(self, "inner_part")

@pulumi.input_type
class InnerArgs:
    def __init__(__self__):
        pass

@pulumi.input_type
class OtherArgs:
    def __init__(__self__):
        pass
"""


def loaded(folder: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A file, loaded without the bodies of its classes, among the modules as an import leaves it."""
    path = folder / "some_inputs.py"
    path.write_text(source, encoding="utf-8")
    spec = spec_from_file_location("some_inputs", path, loader=DeferringLoader("some_inputs", str(path)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "some_inputs", module)
    spec.loader.exec_module(module)
    return module


def test_a_class_is_created_at_its_first_use_with_those_that_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once; decorated, and its types resolve. The decorators of the SDK are in their position again."""
    decorators = (pulumi.input_type, pulumi.output_type)
    module = loaded(tmp_path, SOURCE, monkeypatch)
    before = {name for name in vars(module) if "Args" in name}

    outer: Any = module.OuterArgs

    assert (before, {name for name in vars(module) if "Args" in name}) == (set(), {"OuterArgs", "InnerArgs"})
    assert module.OuterArgs is outer
    assert (outer.__module__, outer.__qualname__, _types.is_input_type(outer)) == ("some_inputs", "OuterArgs", True)
    assert _types.input_type_types(outer) == {"innerPart": module.InnerArgs}
    assert _types.input_type_to_dict(outer(inner_part="x")) == {"innerPart": "x"}
    assert (pulumi.input_type, pulumi.output_type) == decorators


def test_all_names_of_a_file_are_listed_and_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As of any other module."""
    module = loaded(tmp_path, SOURCE, monkeypatch)
    listed = {name for name in dir(module) if "Args" in name}
    names: dict[str, Any] = {}

    exec("from some_inputs import *", names)

    assert listed == names.keys() - {"__builtins__"} == set(module.__all__)
    assert typing.is_typeddict(names["OuterArgsDict"])
    with pytest.raises(AttributeError, match="module 'some_inputs' has no attribute 'MissingArgs'"):
        _ = module.MissingArgs


@pytest.mark.parametrize("more", ["LATEST = OtherArgs()", "class LaterArgs(OtherArgs):\n    pass"])
def test_a_file_that_needs_one_of_its_classes_at_once_is_loaded_as_it_is(
    more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its classes exist before their first use, and all of them are real ones."""
    module = loaded(tmp_path, f"{SOURCE}\n{more}\n", monkeypatch)

    kinds = {name: type(value) for name, value in vars(module).items() if name.endswith("Args")}

    assert {"OuterArgs", "InnerArgs", "OtherArgs"} <= kinds.keys()
    assert set(kinds.values()) <= {type}


def test_classes_that_components_touch_are_those_of_the_sdk() -> None:
    """Bases, members, signatures, texts, and the resolved types of their properties."""
    texts = [
        subprocess.run([sys.executable, "-c", DESCRIBED, how], cwd=ROOT, capture_output=True, text=True, check=True)
        for how in ("narrow", "whole")
    ]

    assert texts[0].stdout == texts[1].stdout
    assert len(texts[0].stdout) > 100_000
