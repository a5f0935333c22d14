"""Faults in the life of a landing zone: one strikes while it is built, and the next `up` has to repair everything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from amlz.azure.ids import parse
from amlz.azure.providers import BY_DEFAULT
from amlz.core.problems import LandingZoneError
from amlz.rehearsal import recovery
from amlz.rehearsal.engine import EngineFailed
from amlz.rehearsal.life import StackUnderTest, Stage, plain_config, stack_under_test
from amlz.rehearsal.steps import Step
from amlz.simulator import registrations, stateful_provider, validation
from amlz.simulator.drift import DRIFTS, drift, drift_of
from amlz.simulator.errors import AzureRefused
from amlz.simulator.faults import FAULTS, FROM_THE_START, INCIDENTS, Fault, kind_of, tenant_policy
from amlz.simulator.peerings import DISCONNECTED
from amlz.simulator.state_store import PendingFault, SoftDeletedName, StoredResource
from amlz.stackfile.load import StackFile

_VAULT = "microsoft.keyvault/vaults"


class WrongFault(LandingZoneError):
    """No such fault."""


@dataclass(frozen=True, slots=True)
class RequestedFault:
    """A fault, and where it strikes: at an operation by number, from 1, or at the first one of an ARM type."""

    fault: Fault
    number: int = 0
    type: str | None = None

    @property
    def namespace(self) -> str:
        """The resource provider of the type, "" without one."""
        return (self.type or "").partition("/")[0]

    def __str__(self) -> str:
        at = str(self.number) if self.number else self.type
        return f"{self.fault.kind}@{at}" if at else self.fault.kind


@dataclass(frozen=True, slots=True)
class FaultOutcome:
    """Result of faults. `struck`: verb and id of the operations that they met.

    `repairs`: what was done before the next `up`, as a person would do it. `differences`: what is otherwise than after
    an undisturbed `up`, by URN or id. `refresh`: the one that shows drift, where there was some.
    """

    asked: tuple[RequestedFault, ...]
    struck: tuple[str, ...]
    first: Step
    repairs: tuple[str, ...]
    then: Step | None
    differences: tuple[str, ...]
    refresh: Step | None = None

    @property
    def person(self) -> str:
        """Returns the steps for a person where `up` alone does not converge; "" for nothing."""
        needs = [fault.fault.person for fault in self.asked if fault.fault.person]
        return "; ".join([*needs, *self.repairs])

    @property
    def refused(self) -> bool:
        """Returns whether Azure refuses the next `up` too, which only a person can change."""
        return self.then is not None and bool(self.then.refused)

    @property
    def wrong(self) -> bool:
        """Returns whether the next `up` neither converged nor ended with a step for a person."""
        return (self.refused or bool(self.differences)) and not any(fault.fault.stays for fault in self.asked)

    @property
    def result(self) -> str:
        """In a few words."""
        if not self.struck:
            return "did not strike: no such operation"
        if self.refused:
            return "refused again: a person has to act"
        if self.differences:
            return f"did not converge: {len(self.differences)} differences"
        return "asked again by itself" if self.then is None else "converged"


#: Resources after an undisturbed `up`: in Azure by id, in the engine's state by URN.
Undisturbed = dict[str, Any]


def read(text: str) -> RequestedFault:
    """`KIND`, `KIND@N` or `KIND@TYPE`. Raises WrongFault."""
    kind, _, at = text.partition("@")
    fault = kind_of(kind)
    if fault is None:
        raise WrongFault(
            f"--fault {text}\n  There is no fault {kind}.\n  There are: {', '.join(f.kind for f in FAULTS)}.\n"
            f"  Or name an incident of docs/how-to/game-days.md: {', '.join(INCIDENTS)}."
        )
    if at.isdigit() and fault.kind in FROM_THE_START:
        raise WrongFault(f"--fault {text}\n  {kind} is there from the start.\n  Write it as {kind}@{fault.type}.")
    if at.isdigit() and int(at):
        return RequestedFault(fault, int(at))
    if at and "/" not in at:
        of_number = "" if fault.kind in FROM_THE_START else f"{kind}@12 or "
        raise WrongFault(
            f"--fault {text}\n  {at!r} is neither the number of an operation, from 1, nor an ARM type.\n"
            f"  Write it as {of_number}{kind}@Microsoft.KeyVault/vaults."
        )
    return RequestedFault(fault, 0, at or fault.type)


def all_faults() -> tuple[RequestedFault, ...]:
    """Each kind once, where it strikes by itself."""
    return tuple(RequestedFault(fault, 0, fault.type) for fault in FAULTS)


def undisturbed(stage: Stage, file: StackFile) -> Undisturbed:
    """Returns the resources without any fault."""
    with stack_under_test(stage, file.stack, plain_config(file)) as tested:
        tested.step("up without a fault", "up")
        return undisturbed_of(tested)


def meet(
    stage: Stage, file: StackFile, requested_faults: tuple[RequestedFault, ...], expected: Undisturbed
) -> FaultOutcome:
    """A landing zone is built while faults strike; what is left to do is done, and the next `up` runs."""
    name = ", ".join(map(str, requested_faults))
    with stack_under_test(stage, file.stack, plain_config(file)) as tested:
        _arm(tested, requested_faults)
        first = tested.step(f"{name}: up", "up")
        _register(tested, requested_faults)
        gone = [
            deleted
            for requested_fault in requested_faults
            if requested_fault.fault.kind == "deleted"
            for deleted in _delete(tested, requested_fault)
        ]
        changed = [
            other
            for requested_fault in requested_faults
            if requested_fault.fault.kind == "drifted"
            for other in _drift(tested, requested_fault)
        ]
        refresh = tested.step(f"{name}: refresh", "refresh") if changed else None
        repairs = () if gone or changed or not first.wrong else _repair(tested)
        then = None
        for _ in requested_faults:  # each may stop another `up`
            if ((gone or changed) and then is None) or (then or first).wrong:
                then = tested.step(f"{name}: next up", "up --refresh" if gone else "up")
        apart = _after_deletion(tested, gone, then) if gone and then is not None and then.refused else ()
        if apart:
            then = tested.step(f"{name}: next up", "up --refresh")
        differ = [*differences(expected, undisturbed_of(tested)), *_unseen(len(changed), refresh, then)]
        by_hand = [*(f"delete {item.id}" for item in gone), *(f"change {item}" for item in changed)]
        struck = [*_struck(tested, requested_faults), *by_hand]
        return FaultOutcome(requested_faults, tuple(struck), first, (*repairs, *apart), then, tuple(differ), refresh)


def _after_deletion(tested: StackUnderTest, gone: Iterable[StoredResource], then: Step) -> tuple[str, ...]:
    """Returns the steps for a person where the next `up` stopped, since a resource was deleted in Azure."""
    text = " ".join(refusal.message for refusal in then.refused)
    done = []
    for urn in recovery.missing(tested.stack.state(), text):
        try:
            recovery.forget(tested.stack, urn)
            done.append(recovery.FORGET.format(urn=urn))
        except EngineFailed:
            for lost in gone:
                with tested.store.change():
                    tested.store.put(lost, validation.refers(lost))
                done.append(recovery.RESTORE.format(id=lost.id, stack=tested.stack.name))
    return (*done, *_reconnect(tested))


def _reconnect(tested: StackUnderTest) -> tuple[str, ...]:
    """Returns the steps for a person where one side of a peering is gone: the other is deleted too, and both are
    created again.
    """
    apart = [resource for resource in tested.store.all() if resource.state == DISCONNECTED]
    return tuple(
        f"delete the peering {resource.id}, which is {DISCONNECTED}" for resource in apart if _deleted(tested, resource)
    )


def _struck(tested: StackUnderTest, requested_faults: Iterable[RequestedFault]) -> Iterable[str]:
    noted = dict.fromkeys(
        (operation.note, operation.verb, operation.id) for operation in tested.store.journal() if operation.note
    )
    yield from (f"{verb} {resource_id}" for _, verb, resource_id in noted)
    if any(requested_fault.fault.kind == "soft-deleted" for requested_fault in requested_faults):
        yield from (f"create {kept.id}" for kept in tested.store.all_kept())
    for requested_fault in requested_faults:
        if requested_fault.fault.kind == "policy-denies":
            wanted = [id_ for id_ in tested.store.all_expected() if _same_type(parse(id_).type, requested_fault.type)]
            yield from (f"create {id_}" for id_ in wanted[:1])
        if requested_fault.fault.kind == "not-registered" and requested_fault.namespace.lower() not in BY_DEFAULT:
            own = f"/providers/{requested_fault.namespace}/".lower()
            wanted = [id_ for id_ in tested.store.all_expected() if own in id_]
            yield from (f"create {id_}" for id_ in wanted[:1])


def _unseen(count: int, refresh: Step | None, then: Step | None) -> Iterable[str]:
    """Returns differences: a refresh that shows other changes than were made, an `up` that repairs others.

    The next `up` also sends what the refresh noted of Azure's own changes.
    """
    own = refresh.own if refresh else 0
    for name, step, expected in (("refresh", refresh, count), ("up", then, count + own)):
        if count and step and (step.created, step.updated, step.replaced, step.deleted) != (0, expected, 0, 0):
            yield f"{name}: {step.updated} updated, where {count} were changed by hand"


def _arm(tested: StackUnderTest, requested_faults: Iterable[RequestedFault]) -> None:
    for requested_fault in requested_faults:
        if requested_fault.fault.kind == "soft-deleted":
            _soft_delete(tested)
        elif requested_fault.fault.kind == "not-registered":
            registrations.unregister(tested.store, namespace=requested_fault.namespace)
        elif requested_fault.fault.kind == "policy-denies" and requested_fault.type:
            for kind, item in tenant_policy(requested_fault.type):
                tested.store.add_outside(kind, item)
        elif requested_fault.fault.kind not in ("deleted", "drifted"):
            tested.store.arm(
                PendingFault(
                    requested_fault.fault.kind,
                    requested_fault.number or 1,
                    requested_fault.type,
                    requested_fault.fault.times,
                )
            )


def _register(tested: StackUnderTest, requested_faults: Iterable[RequestedFault]) -> None:
    """Registers missing resource providers, as a person does before the next `up`."""
    subscriptions = {parse(resource_id).subscription for resource_id in tested.planned.values()}
    for requested_fault in requested_faults:
        if requested_fault.fault.kind == "not-registered":
            for subscription in subscriptions:
                registrations.register(tested.store, subscription, (requested_fault.namespace,))


def _same_type(arm_type: str, wanted: str | None) -> bool:
    return wanted is not None and arm_type.lower() == wanted.lower()


def _soft_delete(tested: StackUnderTest) -> None:
    """The first vault of the plan was there before, with purge protection."""
    for resource_id in tested.store.all_expected():
        if parse(resource_id).type.lower() == _VAULT:
            with tested.store.change():
                tested.store.keep(SoftDeletedName(_VAULT, resource_id.rpartition("/")[2], resource_id, 90, False))
            return


def _delete(tested: StackUnderTest, requested_fault: RequestedFault) -> list[StoredResource]:
    """Deletes what Azure lets go: the first one of the type, or what the operation of the number made."""
    operations = tested.store.journal()[requested_fault.number - 1 :] if requested_fault.number else ()
    wanted = [tested.store.get(operation.id) for operation in operations]
    if not requested_fault.number:
        wanted = [resource for resource in tested.store.all() if _same_type(resource.type, requested_fault.type)]
    for resource in wanted:
        if resource is not None and _deleted(tested, resource):
            return [resource]
    return []


def _drift(tested: StackUnderTest, requested_fault: RequestedFault) -> list[str]:
    """Changes the first one of the type, or of what operations from the number on made; else one of each drift."""
    found_all = tested.store.all()
    if requested_fault.number:
        made = (tested.store.get(operation.id) for operation in tested.store.journal()[requested_fault.number - 1 :])
        wanted = [resource for resource in made if resource is not None and drift_of(resource)][:1]
    else:
        kinds = [requested_fault.type.lower()] if requested_fault.type else [item.type for item in DRIFTS]
        firsts = (next((one for one in found_all if one.type.lower() == kind), None) for kind in kinds)
        wanted = [first for first in firsts if first is not None]
    changed = []
    for resource in wanted:
        made_by_hand = drift_of(resource)
        if made_by_hand:
            with tested.store.change():
                drift(tested.store, resource, made_by_hand)
            changed.append(resource.id)
    return changed


def _deleted(tested: StackUnderTest, stored_resource: StoredResource) -> bool:
    try:
        with tested.store.change():
            stateful_provider.delete(tested.store, stored_resource)
    except AzureRefused:
        return False
    return True


def _repair(tested: StackUnderTest) -> tuple[str, ...]:
    """Returns the steps for a person after an update that was cut off; nothing where it was not."""
    recovery.make_readable(tested.stack)
    if not tested.stack.state().get("pending_operations"):
        return ()
    _, forgotten = recovery.settle(tested.stack, tested.planned)
    steps = tuple(step.format(stack=tested.stack.name) for step in recovery.STEPS)
    return (*steps, *(recovery.FORGET.format(urn=urn) for urn in forgotten))


def undisturbed_of(tested: StackUnderTest) -> Undisturbed:
    """Returns the existing resources."""
    azure = {resource.id: (resource.urn, resource.inputs, resource.outputs) for resource in tested.store.all()}
    state = tested.stack.state()
    known = {
        item["urn"]: (item.get("id"), item.get("inputs"), item.get("protect"), item.get("initErrors"))
        for item in state.get("resources", [])
        if not item["type"].startswith("pulumi:")  # whose ids are created again each time
    }
    pending = {item["resource"]["urn"]: "pending" for item in state.get("pending_operations") or []}
    return {**azure, **known, **pending}


def differences(expected: Undisturbed, data: Undisturbed) -> Iterable[str]:
    """Returns differences from the expected resources, by URN or id."""
    for key in sorted({*expected, *data}):
        if key not in data:
            yield f"{key}: is missing"
        elif key not in expected:
            yield f"{key}: was not there before"
        elif expected[key] != data[key]:
            yield f"{key}: is otherwise"
