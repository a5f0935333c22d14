"""The registry of resources: those that exist, and the provider of each subscription.

Names are decided, so every id is known before Azure is asked. `ResourceRegistry.ref` gives such an id as an Output that
is known in a preview and still depends on the resource it names: the value is from the plan, the order from the
existing resources.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import pulumi
import pulumi_azure_native as azure

from amlz.core.specs import Place


class ResourceRegistry:
    """Resources by id, in the order in which they were built. An id that is requested too early is a defect of the
    program.
    """

    def __init__(self, providers: Mapping[str, azure.Provider], outside: Iterable[str] = ()) -> None:
        """`outside`: ids of what exists already. It is referred to like the rest, and never waited for."""
        self._providers = providers
        self._outside = frozenset(resource_id.lower() for resource_id in outside)
        self._registered: dict[str, pulumi.Resource] = {}
        self._writes: dict[str, str] = {}
        self._outputs: dict[tuple[str, str], pulumi.Output[str]] = {}

    def register(self, resource_id: str, resource: pulumi.Resource) -> None:
        """Registers a resource under its decided id."""
        self._registered[resource_id.lower()] = resource

    def wrote(self, resource_id: str, *written: str) -> None:
        """Notes that building a resource writes to others (networks, subnets, targets of endpoints): the next write to
        one of them waits for it.
        """
        self._writes.update({item.lower(): resource_id for item in written})

    def writes(self, *written: str) -> tuple[str, ...]:
        """Ids of the latest writes to resources that Azure changes one after the other. () before the first."""
        result = (self._writes[item.lower()] for item in written if item.lower() in self._writes)
        return tuple(dict.fromkeys(result))

    def ref(self, resource_id: str) -> pulumi.Output[str]:
        """A decided id that waits for what it names."""
        return self._output(resource_id, resource_id)

    def scope(self, scope: str) -> pulumi.Input[str]:
        """Returns a scope: a resource built here is waited for; subscriptions and management groups exist already."""
        return self.ref(scope) if "/resourcegroups/" in scope.lower() else scope

    def group(self, place: Place) -> pulumi.Output[str]:
        """Returns the name of a resource group, as an Output that waits for it."""
        return self._output(place.resource_group, place.group_id)

    def name(self, resource_id: str) -> pulumi.Output[str]:
        """The name of a resource, which waits for it: for children, whose parent goes into their path."""
        return self._output(resource_id.rsplit("/", 1)[-1], resource_id)

    def options(
        self, parent: pulumi.Resource, subscription: str, after: Iterable[str] = (), **more: Any
    ) -> pulumi.ResourceOptions:
        """Returns the options of a resource: its component, its subscription's provider, and ids of resources that must
        exist before it.
        """
        waits = [self._find(resource_id) for resource_id in after if resource_id.lower() not in self._outside]
        provider = self._providers[subscription]
        return pulumi.ResourceOptions(parent=parent, provider=provider, depends_on=waits or None, **more)

    def exists(self, resource_id: str) -> bool:
        """Returns whether a resource was built under an id."""
        return resource_id.lower() in self._registered

    def resource(self, resource_id: str) -> pulumi.Resource:
        """Returns the resource of an id."""
        return self._find(resource_id)

    def _output(self, value: str, resource_id: str) -> pulumi.Output[str]:
        """Returns an Output of a value that is known and of a resource that may not exist yet. Made once: each costs
        tasks.
        """
        key = (value, resource_id)
        if key not in self._outputs:
            waits = () if resource_id.lower() in self._outside else (self._find(resource_id),)
            self._outputs[key] = _known(value, waits)
        return self._outputs[key]

    def _find(self, resource_id: str) -> pulumi.Resource:
        try:
            return self._registered[resource_id.lower()]
        except KeyError:
            raise LookupError(f"{resource_id} is referred to before it is built") from None


def _known(value: str, waits: Iterable[pulumi.Resource]) -> pulumi.Output[str]:
    """Returns an Output whose value is known now and whose dependencies are resources that may not exist yet."""
    future: asyncio.Future[str] = asyncio.get_event_loop().create_future()
    future.set_result(value)
    known: asyncio.Future[bool] = asyncio.get_event_loop().create_future()
    known.set_result(True)
    return pulumi.Output(set(waits), future, known)
