"""The engine killed at the operations of a command, and the command run again until it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from amlz.rehearsal import recovery
from amlz.rehearsal.edits import Written
from amlz.rehearsal.faults import Undisturbed, differences, undisturbed_of
from amlz.rehearsal.life import StackUnderTest, Stage, plain_config, stack_under_test
from amlz.rehearsal.steps import Step
from amlz.simulator.kills import POINTS
from amlz.simulator.state_store import LoggedOperation
from amlz.stackfile.load import StackFile
from amlz.stackfile.stack_file import KEY

#: How a step ends whose engine was killed: by signal 9.
_KILLED = "the engine ended with -9"


@dataclass(frozen=True, slots=True)
class Killed:
    """Result of a landing zone whose engine was killed again and again.

    `before` and `after`: URNs of the resources that were under way when it was killed, before Azure acted and after.
    `differences`: what is otherwise than after an undisturbed run. `twice`: as of `repeated`.
    """

    kills: int
    before: frozenset[str]
    after: frozenset[str]
    last: Step
    differences: tuple[str, ...]
    twice: tuple[str, ...]


def kill(stage: Stage, file: StackFile, expected: Undisturbed, ids: Iterable[str] = ("",)) -> Killed:
    """Builds a landing zone while the engine is killed at every operation, or only at those of some ids.

    After each kill, what a person does is done (see amlz/rehearsal/recovery.py), and `up` goes on. It ends with the
    first refusal: nothing else may go wrong.
    """
    with stack_under_test(stage, file.stack, plain_config(file)) as tested:
        tested.store.kill_at(POINTS, tuple(ids))
        return _until_done(tested, "up", expected)


def kill_at_the_end(stage: Stage, file: StackFile, ids: Iterable[str]) -> Killed:
    """The same while an existing landing zone is destroyed; at the end nothing may be left."""
    with stack_under_test(stage, file.stack, plain_config(file)) as tested:
        tested.step("up", "up")
        tested.store.kill_at(POINTS, tuple(ids))
        return _until_done(tested, "destroy", {})


def kill_an_edit(stage: Stage, file: StackFile, then: Written, ids: Iterable[str]) -> Killed:
    """The same while a landing zone that exists is edited: `then` is what the stack file configures afterwards.

    Compared are the resources that exist after it with those that the edited program makes.
    """
    config = plain_config(file)
    with stack_under_test(stage, file.stack, config) as tested:
        tested.step("up", "up")
        tested.write({**config, KEY: then})
        tested.store.kill_at(POINTS, tuple(ids))
        killed = _until_done(tested, "up", {})
        exist = {resource.id.lower() for resource in tested.store.all()}
        planned = {resource_id.lower() for resource_id in tested.planned.values()}
        return replace(killed, differences=tuple(sorted(exist ^ planned)))


def _until_done(tested: StackUnderTest, command: str, expected: Undisturbed) -> Killed:
    before: set[str] = set()
    after: set[str] = set()
    kills = 0
    while True:
        last = tested.step(f"{command}, {kills} kills so far", command)
        if [refusal.message for refusal in last.refused] != [_KILLED]:
            break
        kills += 1
        existing = {resource.urn for resource in tested.store.all()}
        moved = recovery.settle(tested.stack, tested.planned)[0].moved
        after |= existing.intersection(moved)
        before |= set(moved) - existing
    return Killed(
        kills,
        frozenset(before),
        frozenset(after),
        last,
        tuple(differences(expected, undisturbed_of(tested))),
        repeated(tested.store.journal()),
    )


def repeated(operations: Iterable[LoggedOperation]) -> tuple[str, ...]:
    """Returns verb and id of what Azure did more than once, sorted.

    Updates are left out: one whose answer nobody received has to be sent again and changes nothing. The engine updates
    recovered creations, since `pulumi refresh` takes values that Azure filled in (a subnet's empty `delegations`) for
    inputs where it had no outputs to compare them with.
    """
    done = Counter(f"{operation.verb} {operation.id}" for operation in operations if operation.verb != "update")
    return tuple(sorted(operation for operation, times in done.items() if times > 1))
