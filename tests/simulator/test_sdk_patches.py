"""Each patch gives the SDK's results, and leaves the SDK as it was."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pulumi
import pytest
from pulumi import _types
from pulumi.runtime import resource, resource_cycle_breaker, rpc

from amlz.simulator import sdk_patches
from amlz.simulator.sdk_patches import (
    SDK,
    Dependencies,
    InlineExecutor,
    NarrowFinder,
    _reached,
    cached_unwrap,
    installed,
    listed,
    patched_sdk,
    stack_trace,
)
from tests.conftest import ROOT

#: The beginning of a program: finds each name of the SDK that components touch.
TOUCHED = """
import ast, sys
from importlib import import_module
from pathlib import Path

touched = set()
for file in Path("components").glob("*.py"):
    tree = ast.parse(file.read_text())
    modules = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "pulumi_azure_native"
        for alias in node.names
    }
    touched |= {
        (modules[node.value.id], node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    }
assert len(touched) > 100, touched
"""
#: A program that touches the SDK as components do, once narrow and once as it is; reports differences.
TOUCHES = (
    TOUCHED
    + """
from amlz.simulator.sdk_patches import NarrowFinder

sys.meta_path.insert(0, NarrowFinder())
import pulumi_azure_native
modules = {name: import_module(f"pulumi_azure_native.{name}") for name, _ in sorted(touched)}
assert len(modules) > 10
narrow = {(name, attribute): getattr(modules[name], attribute) for name, attribute in sorted(touched)}
completed = [name for name, module in modules.items() if "__getattr__" not in vars(module)]
loaded = len([name for name in sys.modules if name.startswith("pulumi_azure_native.")])
for name, module in modules.items():
    dir(module)
whole = {(name, attribute): getattr(modules[name], attribute) for name, attribute in sorted(touched)}
kept = [name for name, module in modules.items() if "__getattr__" in vars(module)]
print([key for key in narrow if narrow[key] is not whole[key]], completed, kept)
"""
)


def test_each_name_that_components_touch_is_found_narrow_and_is_the_sdks_own() -> None:
    """None differs, no module has to be imported whole for one, and each is whole once all its names are read."""
    answer = subprocess.run([sys.executable, "-c", TOUCHES], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (answer.stdout, answer.stderr) == ("[] [] []\n", "")


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("# x\nfrom ._enums import *\nfrom .vault import *\nfrom . import outputs\n", {"_enums", "vault", "outputs"}),
        ("from .vault import *\nif typing.TYPE_CHECKING:\n    import a\n", set()),
        ("from .vault import Vault\n", set()),
        ("from .vault import *\n__all__ = []\n", set()),
        ("", set()),
    ],
)
def test_a_list_of_imports_with_anything_else_in_it_is_imported_as_it_is(source: str, parts: set[str]) -> None:
    """Only what is known to be a list of imports is read as one."""
    assert listed(source) == parts


def test_what_is_no_module_of_the_sdk_is_found_by_others() -> None:
    """Neither the SDK itself, nor its single files, nor what is deeper, nor another package."""
    path = [str(Path(pulumi.__file__).parents[1] / SDK)]

    modules = {name: NarrowFinder().find_spec(name, path) for name in (SDK, f"{SDK}.provider", f"{SDK}.a.b", "json")}

    assert modules == dict.fromkeys(modules)


def _constructed(made: Callable[[], Any]) -> Any:
    """The result of a function where the SDK calls it: below three constructors."""

    class Resource:
        def __init__(self) -> None:
            self.given = made()

    class Component(Resource):
        def __init__(self) -> None:
            super().__init__()

    class Own(Component):
        def __init__(self) -> None:
            super().__init__()

    return Own().given


def test_a_stack_trace_is_the_sdks_up_to_the_first_line_of_the_program() -> None:
    """The frames in which a resource is made, as URIs and lines."""
    whole, short = (_constructed(item) for item in (resource._get_stack_trace, stack_trace))

    assert len(short.frames) == 1
    assert whole.frames[0] == short.frames[0]
    assert not installed(short.frames[0].pc.uri)


def test_a_stack_trace_goes_past_what_is_installed() -> None:
    """As far as the program, and there it ends."""
    names: dict[str, Any] = {"constructed": _constructed}
    code = compile("def call(made): return constructed(made)", "/x/site-packages/y.py", "exec")
    exec(code, names)

    whole, short = (names["call"](item) for item in (resource._get_stack_trace, stack_trace))

    assert [installed(frame.pc.uri) for frame in short.frames] == [False]
    assert list(whole.frames)[: len(short.frames)] == list(short.frames)


def test_where_nothing_is_constructed_there_is_no_stack_trace() -> None:
    """As the SDK does."""
    assert resource._get_stack_trace() == stack_trace()


def test_unwrapped_types_are_the_sdks_and_asked_for_once() -> None:
    """By identity: two equal types are two questions."""
    wanted: list[Any] = []
    of: list[Any] = [pulumi.Input[str], pulumi.Output[list[str]], int, pulumi.Input[str], int]  # type: ignore[misc]  # an alias

    def unwrap(kind: type) -> type:
        wanted.append(kind)
        return _types.unwrap_type(kind)

    answer = cached_unwrap(unwrap)

    assert [answer(kind) for kind in of * 2] == [_types.unwrap_type(kind) for kind in of * 2]
    assert len(wanted) == len({id(kind) for kind in of})


def test_the_sdk_is_afterwards_as_it_was() -> None:
    """Also where the program fails."""

    states: list[tuple[Any, ...]] = []

    def note() -> None:
        states.append(
            (
                resource._get_stack_trace,
                _types.unwrap_type,
                vars(rpc)["declare_dependency"],
                rpc.transfer_properties,
                sys.meta_path[:],
            )
        )

    def fail() -> None:
        with patched_sdk():
            note()
            raise ZeroDivisionError

    note()
    with pytest.raises(ZeroDivisionError):
        fail()
    note()

    before, during, after = states
    assert after == before
    assert [one == other for one, other in zip(before, during, strict=True)] == [False] * 5


def test_what_is_done_here_answers_or_raises_like_a_pool() -> None:
    """At once: it is done when it comes back."""
    pool = InlineExecutor()

    given, failed = pool.submit(int, "12"), pool.submit(int, "x")

    assert (given.done(), given.result(), failed.done()) == (True, 12, True)
    with pytest.raises(ValueError, match="invalid literal"):
        failed.result()


class DependencyNode:
    """A resource as far as dependencies go: equal only to itself, and open to the SDK's own attribute."""


def test_dependencies_are_refused_where_the_sdk_refuses_them() -> None:
    """Any dependencies in any order: the same answers, of which some are circles."""
    refused = 0
    for seed in range(200):
        random = Random(seed)
        nodes = [DependencyNode() for _ in range(random.randint(1, 9))]
        pairs = [(random.choice(nodes), random.choice(nodes)) for _ in range(30)]
        ours = Dependencies()

        answers = [ours.declare(one, other) for one, other in pairs]

        declare: Any = resource_cycle_breaker.declare_dependency
        assert answers == [declare(one, other) for one, other in pairs]
        refused += answers.count(False)
    assert refused > 500


@pytest.mark.parametrize("backwards", [False, True])
def test_a_long_chain_of_dependencies_takes_few_steps_each(monkeypatch: pytest.MonkeyPatch, backwards: bool) -> None:
    """Steps grow with the chain and not with its square, and no depth of calls grows with it."""

    def steps(length: int) -> int:
        taken = 0

        def counted(edges: Any, start: Any) -> Iterator[Any]:
            nonlocal taken
            for item in _reached(edges, start):
                taken += 1
                yield item

        monkeypatch.setattr(sdk_patches, "_reached", counted)
        nodes, chain = [DependencyNode() for _ in range(length)], Dependencies()
        pairs = list(pairwise(nodes))
        assert all(chain.declare(after, before) for before, after in (reversed(pairs) if backwards else pairs))
        return taken

    assert (steps(1000) <= 1000, steps(4000) <= 4000) == (True, True)


#: Runs `amlz` with an SDK in whose source words are replaced: `{words}`.
RENAMED = """
import sys
from importlib.machinery import PathFinder, SourceFileLoader

class Renamed(SourceFileLoader):
    def get_code(self, name):
        source = self.get_source(name)
        for old, new in {words}.items():
            source = source.replace(old, new)
        return compile(source, self.path, "exec")

class Finder:
    def find_spec(self, name, path, target=None):
        spec = PathFinder.find_spec(name, path, target) if name.partition(".")[0] == "pulumi" else None
        if spec and type(spec.loader) is SourceFileLoader and ".proto" not in name:
            spec.loader = Renamed(spec.loader.name, spec.loader.path)
        return spec

sys.meta_path.insert(0, Finder())
from amlz.cli.main import main
main()
"""


def _with_renamed(words: dict[str, str]) -> subprocess.CompletedProcess[str]:
    code = RENAMED.format(words=words)
    command = [sys.executable, "-c", code, "preview", "examples/minimal/Pulumi.minimal.yaml"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_private_name_that_the_sdk_no_longer_has_makes_a_preview_slower_and_nothing_else() -> None:
    """The same preview, with a note for each patch that is left out."""
    names = ("_get_stack_trace", "unwrap_type", "declare_dependency", "transfer_properties", "rpcs", "ROOT")

    ran = _with_renamed({name: f"{name}_renamed" for name in names})

    patched = ("pulumi.runtime.resource._get_stack_trace", "pulumi._types.unwrap_type")
    notes = [
        f"Pulumi's SDK has no {name}: this preview takes longer, and its result is the same.\n"
        for name in (*patched, "pulumi.runtime.rpc.declare_dependency", "pulumi.runtime.rpc.transfer_properties")
    ]
    assert ran.stderr == "".join(notes)
    assert ran.stdout == (ROOT / "tests/golden/minimal.txt").read_text()


def test_an_sdk_that_cannot_run_a_preview_is_refused_with_a_remedy() -> None:
    """Without a traceback: the class from which the monitor is derived is missing."""
    ran = _with_renamed({"MockMonitor": "MonitorOfMocks"})

    first, remedy = ran.stderr.splitlines()
    assert (ran.returncode, ran.stdout) == (2, "")
    assert first.startswith(
        "Pulumi's SDK as installed here cannot run a preview: cannot import name 'MockMonitor' from"
    )
    assert remedy == (
        "Install the versions that this repository is tested with: `pip install --require-hashes -r requirements.lock`."
    )
