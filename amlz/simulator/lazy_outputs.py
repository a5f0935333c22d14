"""Outputs of a resource whose task is created when something reads them.

The SDK creates a task and four futures for each output of each resource, some fifteen of them, when the resource is
registered. A program reads few: its id, its name, and what another resource refers to.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from pulumi import Output, Resource
from pulumi.output import _OutputData


class LazyOutput(Output[Any]):
    """An output of a resource: the SDK's own, but for the time at which its task is created."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._resolution: tuple[set[Resource], Any, bool, bool, Exception | None] | None = None
        self._resolved: asyncio.Future[None] | None = None
        self._task: asyncio.Future[_OutputData[Any]] | None = None

    @property
    def _data(self) -> asyncio.Future[_OutputData[Any]]:  # type: ignore[override]  # the SDK sets it when it is made
        if self._task is None:
            self._task = asyncio.ensure_future(self._awaited())
            self._track()
        return self._task

    def _untrack(self) -> None:
        self._data  # noqa: B018 -- created and tracked first: the SDK's lock, below, cannot be taken twice
        super()._untrack()

    async def _awaited(self) -> _OutputData[Any]:
        if self._resolution is None:
            self._resolved = asyncio.get_running_loop().create_future()
            await self._resolved
        assert self._resolution is not None
        resources, value, is_known, is_secret, failed = self._resolution
        if failed is not None:
            raise failed
        return _OutputData(resources, value, is_known, is_secret)

    def resolve(
        self, value: Any, is_known: bool, is_secret: bool, dependencies: set[Resource] | None, failed: Exception | None
    ) -> None:
        """Takes the answer to the registration. `failed`: raised where this output is awaited."""
        self._resolution = ({*(dependencies or ()), self._resource}, value, is_known, is_secret, failed)
        if self._resolved is not None:
            self._resolved.set_result(None)


def transfer_properties(resource: Resource, names: Iterable[str], custom: bool) -> dict[str, Any]:
    """Gives a resource its outputs, and returns the function that resolves each. `custom`: its id is set elsewhere."""
    outputs = {name: LazyOutput(resource) for name in names if name != "urn" and not (custom and name == "id")}
    vars(resource).update(outputs)
    return {name: output.resolve for name, output in outputs.items()}
