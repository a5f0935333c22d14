"""The report of a rehearsal, and the edits that it makes. No engine is needed for these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from amlz.rehearsal import engine as rehearsal_engine
from amlz.rehearsal.edits import built_in
from amlz.rehearsal.engine import NoEngine, find
from amlz.rehearsal.faults import FaultOutcome, read
from amlz.rehearsal.life import Life, Stays, plain_config
from amlz.rehearsal.steps import Loss, Step, StepRefusal
from amlz.reports.rehearsal import Rehearsal, as_json, as_markdown, as_text
from amlz.simulator.policy import Audited
from amlz.simulator.state_store import SoftDeletedName
from amlz.stackfile.stack_file import KEY
from tests.rehearsal.common import minimal

LIFE = Life(
    "dev",
    (
        Step("up", created=12, seconds=3.21),
        Step("up again", updated=1, seconds=1.0, still=True),
        Step("add project", left_out="no spoke has a free range of /25"),
        Step(
            "destroy",
            deleted=11,
            seconds=2.0,
            refused=(StepRefusal("kv", "no"),),
            lost=(Loss("kv", "/kv", "keys", "no"),),
        ),
    ),
    (Stays("/kv", "protected"), Stays("/rg", "needed", needed=True)),
    (SoftDeletedName("microsoft.keyvault/vaults", "kv", "/kv", 90, False),),
    (Audited("guardrails", "No keys", ("/a/b/vaults/kv", "/a/c/vaults/kv")),),
    {"/a/b/vaults/kv": ("churn", "dev")},
)
OUTCOME = FaultOutcome(
    (read("conflict@2"),),
    ("create /a/b/vaults/kv",),
    Step("up", seconds=1.0),
    (),
    Step("next", seconds=2.5),
    ("kv: is missing",),
)


def test_a_life_is_told_in_text() -> None:
    """The table first, then what a person has to know."""
    assert as_text(Rehearsal("dev", LIFE)) == (
        "dev\n\n"
        "  step         created  updated  replaced  deleted   seconds\n"
        "  up                12                                   3.2\n"
        "  up again                    1                          1.0\n"
        "  add project                                       left out\n"
        "  destroy                                       11       2.0\n\n"
        "refused\n  destroy: kv: no\n  up again changed what it must leave as it is\n\n"
        "left out\n  add project: no spoke has a free range of /25\n\n"
        "would be lost\n  destroy: kv, keys; no\n\n"
        "does not comply\n  guardrails: No keys: vaults/kv; churn, dev: vaults/kv\n\n"
        "stays after destroy\n  /kv: protected\n  1 others, which these need (--format json names them)\n\n"
        "names that Azure keeps after destroy\n"
        "  kv (microsoft.keyvault/vaults), for 90 days; purge protection: nobody can free\n    it sooner\n\n"
        "Limitations of the simulator: docs/how-to/rehearsal.md.\n"
    )


def test_a_fault_is_told_in_markdown() -> None:
    """A row of the table, and what became of it."""
    assert as_markdown(Rehearsal("dev", outcomes=(OUTCOME,))) == (
        "# Rehearsal of dev\n\n"
        "| fault | struck | result | seconds |\n| --- | --- | --- | --- |\n"
        "| conflict | create vaults/kv | did not converge: 1 differences | 3.5 |\n\n"
        "## conflict@2\n\n- conflict: another operation is in progress, once\n- differs: kv: is missing\n\n"
        "Limitations of the simulator: docs/how-to/rehearsal.md.\n"
    )


def test_a_rehearsal_is_told_in_json() -> None:
    """Everything, for programs."""
    report = json.loads(as_json(Rehearsal("dev", LIFE, (OUTCOME,))))
    none: dict[str, Any] = dict.fromkeys(("created", "updated", "replaced", "deleted", "changedByAzure"), 0)
    empty = {**none, "wrong": False, "leftOut": "", "refused": [], "guard": [], "lost": []}

    assert report == {
        "schemaVersion": 1,
        "stack": "dev",
        "wrong": True,
        "steps": [
            {**empty, "step": "up", "created": 12, "seconds": 3.2},
            {**empty, "step": "up again", "updated": 1, "seconds": 1.0, "wrong": True},
            {**empty, "step": "add project", "seconds": 0.0, "leftOut": "no spoke has a free range of /25"},
            {
                **empty,
                "step": "destroy",
                "deleted": 11,
                "seconds": 2.0,
                "wrong": True,
                "refused": [{"name": "kv", "said": "no"}],
                "lost": [{"name": "kv", "id": "/kv", "what": "keys", "back": "no"}],
            },
        ],
        "audited": [
            {
                "assignment": "guardrails",
                "policy": "No keys",
                "count": 2,
                "first": "/a/b/vaults/kv",
                "resources": [
                    {"id": "/a/b/vaults/kv", "project": "churn", "environment": "dev"},
                    {"id": "/a/c/vaults/kv", "project": "", "environment": ""},
                ],
            }
        ],
        "stays": [{"id": "/kv", "why": "protected"}, {"id": "/rg", "why": "needed"}],
        "namesKept": [{"type": "microsoft.keyvault/vaults", "name": "kv", "days": 90, "purgeable": False}],
        "faults": [
            {
                "faults": ["conflict@2"],
                "struck": ["create /a/b/vaults/kv"],
                "result": "did not converge: 1 differences",
                "wrong": True,
                "up": {**empty, "step": "up", "seconds": 1.0},
                "person": "",
                "refresh": None,
                "next": {**empty, "step": "next", "seconds": 2.5},
                "differences": ["kv: is missing"],
            }
        ],
    }


def test_the_edits_change_one_thing_each() -> None:
    """A project in the next free range, gone again; a tag; one node more in the first cluster."""
    written = plain_config(minimal())[KEY]

    edits = built_in(written)

    changed = [{key: value for key, value in edit.written.items() if value != written.get(key)} for edit in edits]
    churn = written["projects"]["churn"]
    cluster = {"size": "Standard_D4s_v5", "maxNodes": 5, "minNodes": 0, "priority": "dedicated", "idleSeconds": 120}
    added = {"environments": {"dev": {"spoke": "main", "network": "10.20.16.128/25"}}}
    tags = {"rehearsal": "changed"}
    grown = {"churn": {"environments": {"dev": {**churn["environments"]["dev"], "clusters": {"cpu": cluster}}}}}
    assert [(edit.name, edit.left_out) for edit in edits] == [
        ("add project rehearsal", None),
        ("remove project rehearsal", None),
        ("change a tag", None),
        ("raise a node count", None),
        ("reorder", None),
        ("change a cluster's size", None),
        ("switch to a managed network", None),
    ]
    assert [edit.name for edit in edits if edit.still] == ["reorder"]
    allowed = [{"resource": "rehearsal/dev", "reason": "The rehearsal takes its own project away again."}]
    sized = {**cluster, "size": "Standard_D8s_v5"}
    other = {"churn": {"environments": {"dev": {**churn["environments"]["dev"], "clusters": {"cpu": sized}}}}}
    away = {"churn": {"environments": {"dev": {**grown["churn"]["environments"]["dev"], "isolation": "managed"}}}}
    assert [edit.name for edit in edits if edit.risky] == ["change a cluster's size", "switch to a managed network"]
    assert changed == [
        {"projects": {"churn": churn, "rehearsal": added}},
        {"allowDelete": allowed},
        {"tags": tags},
        {"tags": tags, "projects": grown},
        {"tags": tags, "projects": grown},
        {"tags": tags, "projects": other},
        {"tags": tags, "projects": away},
    ]


def test_reordering_turns_round_whatever_has_a_name() -> None:
    """At every depth; the same is configured."""
    written = {**plain_config(minimal())[KEY], "tags": {"first": "1", "second": "2"}}

    edit = next(edit for edit in built_in(written) if edit.name == "reorder")

    assert list(edit.written) == list(reversed([*written]))
    assert list(edit.written["tags"]) == ["rehearsal", "second", "first"]


def test_an_edit_that_has_no_room_is_left_out_with_the_reason() -> None:
    """The others are made all the same."""
    written = plain_config(minimal())[KEY]
    full = {**written, "spokes": {"main": {"addressSpace": ["10.20.16.0/25"]}}}

    assert [(edit.name, edit.left_out) for edit in built_in(full)][:3] == [
        ("add project rehearsal", "no spoke has a free range of /25"),
        ("remove project rehearsal", "project rehearsal was not added"),
        ("change a tag", None),
    ]


def test_where_there_is_no_engine_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An error of the input: exit code 2."""
    monkeypatch.setattr(rehearsal_engine, "BUILT", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(NoEngine) as missing:
        find()

    assert str(missing.value) == (
        f"pulumi\n  There is none on PATH and none at {tmp_path}.\n"
        "  Install Pulumi's CLI (https://www.pulumi.com/docs/install/), or build it with `make engine`:\n"
        "    that needs Go 1.25 or later, and some minutes once."
    )
