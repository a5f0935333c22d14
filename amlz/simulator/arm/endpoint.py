"""One simulated Azure behind ARM's interface: which request does what."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from amlz.simulator import registrations
from amlz.simulator.arm import actions, deletes, providers, reads, state, writes
from amlz.simulator.arm.addresses import Address, BadPath, PathKind, address
from amlz.simulator.arm.azure import Azure
from amlz.simulator.arm.messages import Answer, Request, error
from amlz.simulator.errors import AzureRefused
from amlz.simulator.state_store import StoredResource

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-[a-z0-9.-]+)?", re.I)
_WRITES = ("PUT", "PATCH", "DELETE", "POST")
_METHODS = ("GET", "HEAD", *_WRITES)


class SimulatedArm:
    """Answers requests, in order, for one Azure that starts empty, or as `path` has it.

    `new_subscriptions`: subscriptions have only those resource providers registered that every subscription has.
    """

    def __init__(self, path: Path | None = None, *, new_subscriptions: bool = False) -> None:
        self._azure = Azure(path)
        if new_subscriptions:
            self.unregister_all()

    @property
    def new_subscriptions(self) -> bool:
        """True if resource providers have to be registered."""
        return not registrations.all_registered(self._azure.store)

    def unregister_all(self) -> None:
        """Leaves no resource provider registered, but those that every subscription has."""
        registrations.unregister(self._azure.store)

    def register(self, subscription: str, namespace: str) -> None:
        """Registers a resource provider."""
        registrations.register(self._azure.store, subscription, (namespace,))

    def reset(self) -> None:
        """Starts empty again, the clock included."""
        new = self.new_subscriptions
        self._azure.close()
        self._azure = Azure()
        if new:
            self.unregister_all()

    def count_steps(self, on_steps: Callable[[], None]) -> None:
        """Calls back with every ten steps of the database: the cost of a request, the same on every machine."""
        self._azure.store.count_steps(on_steps)

    def assume(self, resource: StoredResource) -> None:
        """A resource exists from now on, unless it does already."""
        with self._azure.store.change():
            if self._azure.store.get(resource.id) is None:
                self._azure.store.put(resource, ())

    def pass_time(self, seconds: float) -> None:
        """Lets everything under way end, and then as many seconds pass."""
        with self._azure.store.change():
            self._azure.pass_time(None, writes=True)
            self._azure.pass_time(seconds, writes=True)
            self._azure.operations.save()

    def note(self, key: str, value: str) -> None:
        """Keeps a note in the store."""
        self._azure.note(key, value)

    def noted(self, key: str) -> str | None:
        """Returns the note of a key; None for none."""
        return self._azure.noted(key)

    def close(self) -> None:
        """Closes the store."""
        self._azure.close()

    def lock(self) -> None:
        """Keeps other processes out of the store."""
        state.lock(self._azure)

    def remaining(self, path: str) -> float:
        """Returns the seconds until what a path names is done: an operation, or the last one of a resource."""
        try:
            result = address(path)
        except BadPath:
            return 0.0
        operations = self._azure.operations
        begun = operations.get(result.operation) if result.operation else operations.under_way(result.id)
        return max(0.0, begun.ends - operations.now) if begun and not begun.done else 0.0

    def subscriptions(self) -> tuple[str, ...]:
        """Returns the ids of subscriptions in which something exists, in order."""
        return self._azure.store.subscriptions()

    def answer(self, request: Request) -> Answer:
        """Returns ARM's answer, once the store holds all of the request."""
        with self._azure.store.change():
            answer = self._answered(request)
            self._azure.operations.save()
        return answer

    def _answered(self, request: Request) -> Answer:
        """A defect of the simulator is an answer too: 500, and its trace to standard error."""
        try:
            return self._answer(request)
        except BadPath as problem:
            return error(problem.status, problem.code, problem.message)
        except AzureRefused as problem:
            return error(problem.status, problem.code, problem.message, problem.details)
        except Exception as problem:  # one line must not end the others
            sys.stderr.write("".join(traceback.format_exception(problem)))
            return error(500, "InternalServerError", "The simulator failed at this request: a defect of amlz.")

    def _answer(self, request: Request) -> Answer:
        if request.method not in _METHODS:
            return error(405, "MethodNotAllowed", f"The HTTP method '{request.method}' is not supported.")
        if not _VERSION.fullmatch(request.version):
            return error(400, "InvalidApiVersionParameter", f"The api-version '{request.version}' is invalid.")
        named = request.method == "POST" and request.path.lower().rstrip("/").endswith("/checknameavailability")
        of_provider = providers.asks(request)
        result = None if named or of_provider else address(request.path, request.method == "POST")
        self._azure.pass_time(request.seconds, writes=request.method in _WRITES)
        if of_provider:
            return providers.answer(self._azure.store, request)
        if result is None:
            return actions.check_name(self._azure, request)
        deleted = reads.deleted_vault(self._azure, request) if request.method in ("GET", "POST") else None
        if deleted is not None:
            return deleted
        if result.kind is PathKind.OPERATION:
            return reads.operation(self._azure, result)
        if request.method == "POST":
            return actions.post(self._azure, request, result)
        if result.kind is PathKind.COLLECTION:
            return self._collection(request, result)
        if request.method == "PUT":
            return writes.put(self._azure, request, result)
        if request.method == "PATCH":
            return writes.patch(self._azure, request, result)
        if request.method == "DELETE":
            return deletes.delete(self._azure, request, result)
        return reads.get(self._azure, request, result)

    def _collection(self, request: Request, value: Address) -> Answer:
        if request.method == "GET":
            return reads.collection(self._azure, value)
        message = f"The requested resource does not support http method '{request.method}'."
        return error(405, "MethodNotAllowed", message)
