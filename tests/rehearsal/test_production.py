"""Replacing production on purpose, as its findings recommend: under the engine, with locks and protection."""

from __future__ import annotations

import shlex
from pathlib import Path

from amlz.checks.finding import Severity
from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.destructive import REPLACED
from amlz.checks.guard.production import guarded
from amlz.diff.engine_steps import difference_by_engine
from amlz.rehearsal.edits import copied
from amlz.rehearsal.life import StackUnderTest, plain_config, stack_under_test
from amlz.stackfile.load import from_object
from amlz.stackfile.stack_file import KEY
from tests.rehearsal.common import LONG, minimal, stage
from tests.remedies.deployed import commands
from tests.remedies.test_guard import entry_of

LOCKS = "microsoft.authorization/locks"


def protected(here: StackUnderTest) -> set[str]:
    """Ids of everything in the engine's state that is protected."""
    return {item["id"].lower() for item in here.stack.state()["resources"] if item.get("protect") and "id" in item}


@LONG
def test_production_is_replaced_by_the_steps_of_its_findings(tmp_path: Path) -> None:
    """Pulumi refuses until the commands end the protection. Locks do not prevent it, and what is new is protected."""
    file = minimal()
    config = plain_config(file)
    config[KEY]["projects"]["churn"]["environments"]["dev"]["production"] = True
    raised = copied(config)
    raised[KEY]["projects"]["churn"]["environments"]["dev"]["generation"] = 2
    with stack_under_test(stage(tmp_path), file.stack, config) as here:
        before = here.write(config)
        first, protected_first = here.step("up", "up"), protected(here)
        then = here.write(raised)
        findings = guarded(edit_of(before, then), LossAllowance())
        refused = here.step("raise the generation", "up")
        protected_then = protected(here)

        for finding in findings:
            for command in commands(finding.remedy):
                if command.startswith("pulumi "):
                    here.stack.run(*shlex.split(command)[1:], "--stack", here.stack.name)
        entries = [entry_of(finding)[1] for finding in findings]
        with_entries = raised | {KEY: raised[KEY] | {"allowReplace": [entry.model_dump() for entry in entries]}}
        here.write(with_entries)
        allowed = LossAllowance.of(from_object(with_entries[KEY]))
        left = difference_by_engine(here.stack.preview(), {"stack": here.stack.name, "resources": []}, allowed).guard
        done, again = here.step("after the steps", "up"), here.step("up again", "up")
        exist = {one.id.lower() for one in here.store.all()}
        locked = [one.id for one in here.store.all() if one.type.lower() == LOCKS]
        planned = {resource_id.lower() for resource_id in here.planned.values()}
        protected_last = protected(here)

    assert [finding.check for finding in findings] == [REPLACED.id] * 4
    assert [refusal.message.count("marked for protection") for refusal in refused.refused] == [1]
    assert (first.refused, refused.changed, protected_then) == ((), False, protected_first)
    assert [finding for finding in left if finding.severity is Severity.ERROR] == []
    assert (done.refused, len(done.lost), again.changed) == ((), 4, False)
    assert (exist, len(protected_last - protected_first), len(protected_last)) == (planned, 4, len(protected_first))
    assert locked
