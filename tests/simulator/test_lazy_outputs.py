"""Outputs whose task is created when they are read give the answers of the SDK's own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pulumi
import pytest
from pulumi.output import _OutputData
from pulumi.runtime import rpc
from pulumi.runtime.settings import SETTINGS

from amlz.simulator.lazy_outputs import LazyOutput, transfer_properties

NAMES = ("id", "location", "name", "tags", "urn")
#: The answer of a registration for an output: value, whether it is known and secret, dependencies, failure.
Answer = tuple[Any, bool, bool, Any, Exception | None]
ANSWERS: dict[str, Answer] = {
    "known": ("westeurope", True, False, None, None),
    "secret": ("x", True, True, None, None),
    "not known": (None, False, False, None, None),
    "unknown inside": ({"a": [rpc.UNKNOWN]}, True, False, None, None),
    "failed": (None, False, False, None, ValueError("refused")),
}


class ResourceWithOutputs:
    """A resource as far as its outputs go."""


async def _read(transfer: Any, answer: Answer, before: bool, read: Callable[[Any], Awaitable[Any]]) -> Any:
    """The value that a program reads from an output, before or after the registration is answered."""
    resource: Any = ResourceWithOutputs()
    resolvers = transfer(resource, NAMES, True)
    task = asyncio.ensure_future(read(resource.name)) if before else None
    await asyncio.sleep(0)
    for name in resolvers:
        resolvers[name](*(answer if name == "name" else ANSWERS["known"]))
    try:
        value = await (task or read(resource.name))
    except ValueError as error:
        value = str(error)
    if isinstance(value, _OutputData):
        value = {**vars(value), "resources": [item is resource for item in value.resources]}
    SETTINGS.outputs.clear()
    return sorted(resolvers), sorted(vars(resource)), value


@pytest.mark.parametrize("before", [True, False], ids=["read before the answer", "read after it"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize(
    "read",
    [
        lambda output: output._data,
        lambda output: output.future(),
        lambda output: output.apply(lambda value: f"{value}!")._data,
        lambda output: pulumi.Output.all(output, output)._data,
    ],
    ids=["data", "future", "apply", "all"],
)
def test_an_output_is_read_as_the_sdks_own(read: Callable[[Any], Awaitable[Any]], answer: Answer, before: bool) -> None:
    """Its value, whether it is known and secret, its resources and its failure; `id` and `urn` are set elsewhere."""
    own, lazy = (
        asyncio.run(_read(transfer, answer, before, read))
        for transfer in (rpc.transfer_properties, transfer_properties)
    )

    assert lazy == own
    assert lazy[:2] == (["location", "name", "tags"], ["location", "name", "tags"])


def test_an_output_that_nothing_reads_has_no_task() -> None:
    """Neither for it nor for its answer."""

    async def run() -> tuple[Any, ...]:
        resource: Any = ResourceWithOutputs()
        (resolve,) = transfer_properties(resource, ["name"], True).values()
        resolve("x", True, False, None, None)
        return isinstance(resource.name, LazyOutput), len(asyncio.all_tasks())

    assert asyncio.run(run()) == (True, 1)
