"""Raising the generation of an environment that exists, under the engine."""

from __future__ import annotations

from pathlib import Path

from amlz.rehearsal.edits import copied
from amlz.rehearsal.life import plain_config, stack_under_test
from amlz.stackfile.stack_file import KEY
from tests.rehearsal.common import LONG, minimal, stage


@LONG
def test_a_raised_generation_is_deployed_and_leaves_nothing_of_the_old_one(tmp_path: Path) -> None:
    """Endpoints move to the new targets. Names of the deleted vault and workspace stay taken."""
    file = minimal()
    config = plain_config(file)
    raised = copied(config)
    raised[KEY]["projects"]["churn"]["environments"]["dev"]["generation"] = 2
    with stack_under_test(stage(tmp_path), file.stack, config) as here:
        first = here.step("up", "up")
        here.write(raised)
        then, again = here.step("raise the generation", "up"), here.step("up again", "up")
        exist = {resource.id.lower() for resource in here.store.all()}
        planned = {resource_id.lower() for resource_id in here.planned.values()}

    assert (first.refused, then.refused, again.changed) == ((), (), False)
    assert exist == planned
