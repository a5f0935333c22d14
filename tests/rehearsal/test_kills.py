"""SIGKILL to the engine at every operation of an `up`; then what a person does, and the next `up` goes on."""

from __future__ import annotations

import random
from pathlib import Path

from amlz.app.preview import PROGRAM, PROJECT
from amlz.rehearsal.kills import Killed, kill, kill_at_the_end
from amlz.rehearsal.life import planned_ids
from amlz.simulator.monitor import Program
from tests.rehearsal.common import LONG, SEED, expected, minimal, shipped, stage


def planned(stack: str) -> dict[str, str]:
    """Ids of the Azure resources of a shipped stack, by URN."""
    file = shipped(stack)
    return planned_ids(Program(PROGRAM, PROJECT, file.stack, file.pulumi_config))


def drawn(stack: str, count: int) -> dict[str, str]:
    """So many of them, from the seed."""
    return dict(random.Random(SEED).sample(sorted(planned(stack).items()), count))


def whole(killed: Killed) -> tuple[object, ...]:
    """Lists that must be empty: refusals, differences from an undisturbed `up`, duplicates."""
    return killed.last.refused, killed.differences, killed.twice


def test_killed_at_an_operation_drawn_from_the_seed_the_next_up_converges(tmp_path: Path) -> None:
    """Once before Azure acted and once after: to the same as without, in Azure and in the engine's state."""
    at = drawn("minimal", 1)

    killed = kill(stage(tmp_path), minimal(), expected(), at.values())

    assert whole(killed) == ((), (), ())
    assert killed.kills == 2
    assert at.keys() <= killed.after


@LONG
def test_killed_at_every_operation_of_dev_the_next_up_converges(tmp_path: Path) -> None:
    """Each operation is under way twice when the engine is killed: before Azure acted and after."""
    every = planned("dev").keys()

    killed = kill(stage(tmp_path), shipped("dev"), expected("dev"))

    assert whole(killed) == ((), (), ())
    assert (every - killed.before, every - killed.after) == (set(), set())


@LONG
def test_killed_at_a_sample_of_prod_the_next_up_converges(tmp_path: Path) -> None:
    """Five of its operations, with two subscriptions and so two providers."""
    at = drawn("prod", 5)

    killed = kill(stage(tmp_path), shipped("prod"), expected("prod"), at.values())

    assert whole(killed) == ((), (), ())
    assert at.keys() <= killed.after


@LONG
def test_killed_while_it_is_destroyed_the_next_destroy_leaves_nothing(tmp_path: Path) -> None:
    """Nothing in Azure and nothing in the engine's state; `pulumi refresh` settles deletions that were under way."""
    killed = kill_at_the_end(stage(tmp_path), minimal(), drawn("minimal", 3).values())

    assert whole(killed) == ((), (), ())
    assert killed.kills >= 2
