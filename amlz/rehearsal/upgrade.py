"""An upgrade under the engine: built by an earlier version of the program, then updated by this one, the state kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from amlz.rehearsal.life import Life, Stage, plain_config, stack_under_test
from amlz.stackfile.load import StackFile


def upgraded(stage: Stage, file: StackFile, earlier: Path, name: str) -> Life:
    """Returns the steps of an upgrade. `earlier`: the program of an earlier version, `name`: of that version.

    Both read the same stack file, as an upgrade leaves it. The second step may lose nothing that holds data, the third
    one may change nothing. Where the first one is refused, no other step follows.
    """
    config = plain_config(file)
    with stack_under_test(stage, file.stack, config) as tested:
        tested.stack.use_program(earlier)
        steps = [tested.step(f"up by {name}", "up")]
        if not steps[0].refused:
            tested.stack.use_program(stage.program)
            steps.append(replace(tested.step("up by this version", "up"), keeps_data=True))
            steps.append(replace(tested.step("up again", "up"), still=True))
        return Life(file.stack, tuple(steps), stays=(), kept=())
