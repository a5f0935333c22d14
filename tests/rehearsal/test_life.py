"""The whole life of a landing zone, under Pulumi's own engine over the simulated Azure."""

from __future__ import annotations

from pathlib import Path

import pytest

from amlz.app.preview import program_of
from amlz.rehearsal.life import Life, live
from amlz.rehearsal.steps import Loss, Step, StepRefusal
from amlz.simulator.monitor import register
from tests.rehearsal.common import LONG, minimal, shipped, stage

PROJECT_DATA = ("registry-registry", "vault-vault", "storage-account", "workspace-workspace")


@LONG
def test_the_smallest_shipped_stack_lives_and_dies(tmp_path: Path) -> None:
    """Built, unchanged, without drift, edited seven times, destroyed; kept data and names are reported."""
    life = live(stage(tmp_path), minimal())

    counts = [(s.name, s.created, s.updated, s.replaced, s.deleted, s.refused, s.left_out) for s in life.steps]
    assert counts == [
        ("preview", 114, 0, 0, 0, (), None),
        ("up", 114, 0, 0, 0, (), None),
        ("up again", 0, 0, 0, 0, (), None),
        ("refresh", 0, 0, 0, 0, (), None),
        ("add project rehearsal", 59, 2, 0, 0, (), None),
        ("remove project rehearsal", 0, 2, 0, 59, (), None),
        ("change a tag", 0, 53, 0, 0, (), None),
        ("raise a node count", 0, 2, 0, 0, (), None),
        ("reorder", 0, 0, 0, 0, (), None),
        ("change a cluster's size", 0, 2, 0, 0, (), None),
        ("switch to a managed network", 6, 8, 0, 5, (), None),
        ("destroy", 0, 0, 0, 115, (), None),
    ]
    # Compute targets stay in their network when the environment is switched: guard and scan report that.
    assert [(one.assignment, one.count) for one in life.audited] == [("guardrails-network", 2)]
    assert {step.name: sorted(loss.name for loss in step.lost) for step in life.steps if step.lost} == {
        "remove project rehearsal": sorted(f"rehearsal-dev-{name}" for name in PROJECT_DATA),
        "destroy": sorted([*(f"churn-dev-{name}" for name in PROJECT_DATA), "hub-logs-workspace"]),
    }
    assert life.stays == ()
    assert [(kept.name, kept.days, kept.purgeable) for kept in life.kept] == [
        ("kv-retail-churn-de-p3v7y", 90, False),
        ("kv-retail-rehearsa-xleb4", 90, False),
        ("mlw-retail-churn-dev-nll3v", 14, True),
        ("mlw-retail-rehearsal-dev-ltxik", 14, True),
    ]
    assert not life.wrong


@LONG
def test_a_landing_zone_lives_beside_the_hub_of_another_stack(tmp_path: Path) -> None:
    """That hub is assumed to be as in the stack file; nothing of it is built or deleted."""
    made = sum(one.token.startswith("azure-native:") for one in register(program_of(shipped("landing-zone"))).resources)

    life = live(stage(tmp_path), shipped("landing-zone"))

    counts = {s.name: (s.created, s.updated, s.replaced, s.deleted) for s in life.steps[:4]}
    nothing = (0, 0, 0, 0)
    assert counts == {"preview": (made, 0, 0, 0), "up": (made, 0, 0, 0), "up again": nothing, "refresh": nothing}
    assert [step.name for step in life.steps if step.refused] == ["switch to a managed network"]
    assert {stays.why.partition(":")[0] for stays in life.stays} == {
        "protected",
        "something that is protected needs it",
        "it comes with its parent",
    }
    assert (life.audited[0].assignment, life.wrong) == ("guardrails-network", False)


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        (Step("up", created=3), False),
        (Step("up again", still=True), False),
        (Step("up again", updated=1, still=True), True),
        (Step("refresh", deleted=1, still=True), True),
        (Step("up", created=2, refused=(StepRefusal("kv", "no"),)), True),
        (Step("add a project", left_out="no room"), False),
        (Step("up", replaced=1, lost=(Loss("kv", "/kv", "secrets", ""),)), False),
        (Step("up by this version", replaced=1, lost=(Loss("kv", "/kv", "secrets", ""),), keeps_data=True), True),
        (Step("change a size", risky=True, refused=(StepRefusal("cpu", "no"),)), False),
    ],
)
def test_a_life_is_wrong_where_a_step_is(step: Step, wrong: bool) -> None:
    """Refused, or changed where nothing may change."""
    assert Life("dev", (Step("preview"), step), (), ()).wrong == wrong
