"""The provider of a simulated Azure with a state: existing resources, validation, and faults."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from typing import Any, NoReturn

import grpc  # type: ignore[import-untyped]  # comes with Pulumi, without types
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from amlz.azure.shapes import arm_type, id_of
from amlz.simulator import access, existing, firewalls, networks, peerings, validation
from amlz.simulator.azure import SimulatedAzure
from amlz.simulator.casing import as_azure_writes
from amlz.simulator.derived import outputs_of
from amlz.simulator.errors import AzureRefused
from amlz.simulator.faults import TRIES, UNFINISHED, Fault, kind_of, refused
from amlz.simulator.kills import Kills, kill_engine
from amlz.simulator.missing import error_of_read
from amlz.simulator.policy import PolicyService
from amlz.simulator.provider import SimulatedProvider, token_of
from amlz.simulator.reading import refreshed
from amlz.simulator.state_store import CREATING, StateStore, StoredResource
from amlz.simulator.updates import kept, refuse
from amlz.simulator.wire import plain

#: Seconds in which every answer that was given reaches the engine.
ANSWERED = 0.5


class StatefulProvider(SimulatedProvider):
    """As its base, but created resources exist: they can be read, changed and deleted, and others may depend on
    them.
    """

    def __init__(self, azure: SimulatedAzure, store: StateStore, decided: bool = True) -> None:
        super().__init__(azure, decided)
        self._store = store
        self._kills = Kills(store)
        self._policies = PolicyService(store)

    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802 -- the protocol's names
        """Creates a resource, as azure-native does: one that exists already is an error."""
        if request.preview:
            return super().Create(request, context)
        wanted = self._wanted(request.urn, request.properties, context)
        fault = self._met("create", wanted, context)
        try:
            access.refuse(self._store, "create", wanted)
            with networks.write(self._store, wanted), self._store.change():
                if self._exists(wanted):
                    raise AzureExists(wanted.id)
                wanted = self._write(wanted)
        except (AzureRefused, AzureExists) as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        self._after(fault, "create", wanted, context)
        response = provider_pb2.CreateResponse(id=as_azure_writes(wanted.id))
        response.properties.update(outputs_of(self._store, wanted))
        return response

    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Stores it again, as far as Azure changes existing resources; it would also create one that is gone."""
        if request.preview:
            return super().Update(request, context)
        wanted = self._wanted(request.urn, request.news, context)
        fault = self._met("update", wanted, context)
        try:
            access.refuse(self._store, "update", wanted)
            with networks.write(self._store, wanted), self._store.change():
                wanted = self._write(self._changed(wanted))
        except AzureRefused as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        self._after(fault, "update", wanted, context)
        response = provider_pb2.UpdateResponse()
        response.properties.update(outputs_of(self._store, wanted))
        return response

    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The resource as Azure has it; an empty id where azure-native takes it for deleted, otherwise an error."""
        resource = self._store.get(request.id)
        if resource is not None:
            try:
                access.refuse(self._store, "read", resource)
            except AzureRefused as error:
                context.abort(grpc.StatusCode.UNKNOWN, str(error))
        untouched = existing.inputs_from_the_start(request.id)
        if resource is None and untouched is not None:
            return self._as_at_the_start(request, untouched)
        missing = None if resource else error_of_read(self._store, request.id)
        if missing is not None:
            context.abort(grpc.StatusCode.UNKNOWN, str(missing))
        response = provider_pb2.ReadResponse(id=as_azure_writes(resource.id) if resource else "")
        if resource:
            now = outputs_of(self._store, resource)
            old, inputs = plain(request.properties, "", []), plain(request.inputs, "", [])
            response.properties.update(now)
            response.inputs.update(refreshed(resource.token, inputs, old, now) if inputs else resource.inputs)
        return response

    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Deletes a resource and what is below it. One that is gone already is no error."""
        resource = self._store.get(request.id)
        if resource is None:
            return empty_pb2.Empty()  # type: ignore[attr-defined]
        fault = self._met("delete", resource, context)
        try:
            access.refuse(self._store, "delete", resource)
            with networks.write(self._store, resource), self._store.change():
                delete(self._store, resource)
        except AzureRefused as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        self._after(fault, "delete", resource, context)
        return empty_pb2.Empty()  # type: ignore[attr-defined]

    def _exists(self, requested: StoredResource) -> bool:
        """Returns whether azure-native's create finds the resource and refuses it (amlz/simulator/existing.py)."""
        if existing.is_adopted(requested.type):
            return False
        return self._store.get(requested.id) is not None or existing.inputs_from_the_start(requested.id) is not None

    def _wanted(self, urn: str, properties: Any, context: Any) -> StoredResource:
        token, inputs = token_of(urn), plain(properties, "", [])
        resource_id = id_of(token, inputs, self._subscription)
        if not resource_id:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{urn}: a part of its id is missing")
            raise AssertionError("abort raises")
        outputs = self._azure.deployed(token, inputs, self._subscription).outputs
        kind = arm_type(token, inputs).arm_type
        name = resource_id.rpartition("/")[2]
        return StoredResource(resource_id, urn, token, kind, name, inputs, outputs)

    def _changed(self, requested: StoredResource) -> StoredResource:
        """Returns an existing resource after an update. Raises AzureRefused."""
        resource = self._store.get(requested.id)
        if resource is None:
            return requested
        refuse(requested.id, requested.token, resource.inputs, requested.inputs)
        inputs = kept(requested.token, resource.inputs, requested.inputs)
        outputs = self._azure.deployed(requested.token, inputs, self._subscription).outputs
        return replace(requested, inputs=inputs, outputs=outputs)

    def _write(self, requested: StoredResource) -> StoredResource:
        """Returns the stored resource: policies may have changed it."""
        validation.complete(requested)
        requested = self._policies.allowed(requested)
        validation.put(self._store, requested)
        requested = firewalls.addressed(self._store, peerings.connected(self._store, requested))
        dropped, listed = networks.dropped_and_listed(self._store, requested)
        for gone in dropped:
            self._store.remove(gone.id)
        for one in (requested, *listed):
            self._store.put(one, validation.refers(one))
        self._store.release(requested.type, requested.name)  # of a vault that was recovered
        return requested

    def _met(self, verb: str, resource: StoredResource, context: Any) -> Fault | None:
        """The fault that meets an operation after Azure has done it. One that comes before is dealt with here."""
        self._kills.reached("before", verb, resource.id)
        for tries in range(1, TRIES + 1):
            fault = kind_of(self._store.begin(verb, resource.id, resource.token))
            if fault is None or (not fault.status and fault.kind != "provider-killed"):
                return fault
            if fault.kind == "provider-killed":
                with self._store.change():  # no other operation is half done, and what was done has been answered
                    time.sleep(ANSWERED)
                    os.kill(os.getpid(), signal.SIGKILL)
            if not fault.retried or tries == TRIES:
                context.abort(grpc.StatusCode.UNKNOWN, str(refused(fault, resource.id)))
        return None

    def _after(self, fault: Fault | None, verb: str, resource: StoredResource, context: Any) -> None:
        """An operation whose end nobody saw is not ready before the next command."""
        if fault and fault.kind in ("engine-killed", *UNFINISHED):
            with self._store.change():
                self._store.mark(resource.id, CREATING)
        self._kills.reached("after", verb, resource.id)
        if fault and fault.kind == "engine-killed":
            kill_engine()
        if fault and fault.kind in UNFINISHED:
            _unfinished(fault, resource, context)


class AzureExists(Exception):
    """azure-native refuses to create an existing resource."""

    def __init__(self, resource_id: str) -> None:
        super().__init__(f"cannot create already existing resource '{resource_id}'")


def delete(store: StateStore, resource: StoredResource) -> None:
    """Deletes a resource and what is below it; names that stay taken are noted. Raises AzureRefused.

    Resources that azure-native cannot delete are reset to their default state.
    """
    if existing.inputs_from_the_start(resource.id) is not None:  # the status and the code are ours
        raise AzureRefused(405, "MethodNotAllowed", f"{resource.id} cannot be deleted.", resource.id)
    if existing.is_adopted(resource.type):
        kept_inputs = {key: resource.inputs[key] for key in arm_type(resource.token).path if key in resource.inputs}
        store.put(replace(resource, inputs=kept_inputs, outputs=kept_inputs), validation.refers(resource))
        return
    removed = validation.delete(store, resource)
    for gone in removed:
        kept = validation.kept_name(gone)
        if kept:
            store.keep(kept)
        store.remove(gone.id)
    peerings.gone(store, removed)


def _unfinished(fault: Fault, resource: StoredResource, context: Any) -> NoReturn:
    """Reports to the engine a resource that exists and was not seen to be finished; raises what gRPC does then."""
    detail = provider_pb2.ErrorResourceInitFailed(id=as_azure_writes(resource.id), reasons=[fault.message])
    detail.properties.update(resource.outputs)
    detail.inputs.update(resource.inputs)
    packed = any_pb2.Any()  # type: ignore[attr-defined]
    packed.Pack(detail)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=fault.message, details=[packed])
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))  # type: ignore[no-untyped-call]
    context.abort(grpc.StatusCode.UNKNOWN, fault.message)
    raise AssertionError("abort raises")
