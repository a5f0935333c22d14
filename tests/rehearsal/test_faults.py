"""Faults strike while the smallest shipped stack is built, and the next `up` repairs everything.

The operations are drawn from a seed. `make test-faults` has each kind strike alone, at several operations. The engine
killed at every operation is in test_kills.py.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from amlz.rehearsal.faults import RequestedFault, WrongFault, all_faults, meet, read
from amlz.simulator.drift import DRIFTS
from amlz.simulator.faults import FAULTS, kind_of
from tests.rehearsal.common import LONG, SEED, expected, minimal, stage

#: Azure resources of the smallest shipped stack.
OPERATIONS = 114
EVERY = range(1, OPERATIONS + 1, 8)
NO_TYPE = [fault.kind for fault in FAULTS if not fault.type]


def at_random(*kinds: str) -> tuple[RequestedFault, ...]:
    """Faults, each at a different operation; one for a type at that type."""
    dice = random.Random(SEED)
    anywhere = [kind for kind in kinds if kind in NO_TYPE and kind != "drifted"]  # which changes several at once
    return tuple(read(f"{kind}@{dice.randint(2, 100)}" if kind in anywhere else kind) for kind in kinds)


@pytest.mark.parametrize(
    ("kinds", "result"),
    [
        (("conflict", "throttled", "unavailable", "timeout"), "converged"),
        pytest.param(("conflict", "throttled", "error-500"), "asked again by itself", marks=LONG),
        pytest.param(("unavailable", "timeout", "principal-not-found", "quota"), "converged", marks=LONG),
        pytest.param(("endpoint-busy", "not-registered"), "converged", marks=LONG),
        pytest.param(("provider-killed",), "converged", marks=LONG),
        pytest.param(("engine-killed",), "converged", marks=LONG),
        pytest.param(("deleted",), "converged", marks=LONG),
        pytest.param(("drifted",), "converged", marks=LONG),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, tuple) else "",
)
def test_after_faults_the_next_up_converges(tmp_path: Path, kinds: tuple[str, ...], result: str) -> None:
    """To the same as without: in Azure and in the engine's state, nothing lost, nothing made twice."""
    faults = at_random(*kinds)

    outcome = meet(stage(tmp_path), minimal(), faults, expected())

    assert outcome.then is None or outcome.then.refused == ()
    assert (outcome.result, outcome.differences, outcome.wrong) == (result, (), False)
    assert len(outcome.struck) == (len(DRIFTS) if kinds == ("drifted",) else len(kinds))
    assert outcome.first.wrong == (result == "converged" and kinds not in (("deleted",), ("drifted",)))
    assert (outcome.refresh.updated if outcome.refresh else 0) == (len(DRIFTS) if kinds == ("drifted",) else 0)
    assert bool(outcome.repairs) == (kinds == ("engine-killed",))


@LONG
def test_a_soft_deleted_name_needs_a_person(tmp_path: Path) -> None:
    """Azure refuses it every time, in its own words; the sentence has the two options."""
    outcome = meet(stage(tmp_path), minimal(), (read("soft-deleted"),), expected())

    assert outcome.then is not None
    refused = (*outcome.first.refused, *outcome.then.refused)
    values = {refusal.message.partition(" Target=")[0] for refusal in refused}
    assert values == {
        'Status=409 Code="ConflictError" Message="A vault with the same name already exists in deleted state. '
        'You need to either recover or purge existing key vault."'
    }
    assert (outcome.result, outcome.wrong) == ("refused again: a person has to act", False)
    assert outcome.person == (
        "recover the deleted vault and import it, or step over the name: raise the environment's `generation`"
    )


@LONG
def test_what_a_tenant_denies_needs_a_person(tmp_path: Path) -> None:
    """Refused in Azure's form, with the assignment and the definition; the sentence names the owner."""
    outcome = meet(stage(tmp_path), minimal(), (read("policy-denies"),), expected())

    assert outcome.then is not None
    assert [refusal.name for refusal in outcome.then.refused] == ["churn-dev-storage-account"]
    assert outcome.then.refused[0].message.startswith('Status=403 Code="RequestDisallowedByPolicy" Message="Resource ')
    assert '"name": "by-the-tenant"' in outcome.then.refused[0].message
    assert (outcome.result, outcome.wrong) == ("refused again: a person has to act", False)
    assert outcome.person.startswith("request an exemption from the owner of the assignment")


@LONG
@pytest.mark.parametrize("wanted", [f"{kind}@{number}" for kind in NO_TYPE for number in EVERY])
def test_a_fault_strikes_anywhere_and_the_next_up_converges(tmp_path: Path, wanted: str) -> None:
    """Each kind at every eighth operation."""
    outcome = meet(stage(tmp_path), minimal(), (read(wanted),), expected())

    assert (outcome.differences, outcome.wrong, len(outcome.struck)) == ((), False, 1)


def test_a_fault_is_read() -> None:
    """With the operation or the type that it strikes, or the type that its kind is about."""
    conflict, quota = kind_of("conflict"), kind_of("quota")
    assert conflict is not None
    assert quota is not None

    assert [read(text) for text in ("conflict", "conflict@12", "conflict@A.b/c", "quota", "quota@7")] == [
        RequestedFault(conflict),
        RequestedFault(conflict, 12),
        RequestedFault(conflict, 0, "A.b/c"),
        RequestedFault(quota, 0, quota.type),
        RequestedFault(quota, 7),
    ]
    assert [all_fault.fault for all_fault in all_faults()] == list(FAULTS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "policy-denies@3",
            "--fault policy-denies@3\n  policy-denies is there from the start.\n"
            "  Write it as policy-denies@Microsoft.Storage/storageAccounts.",
        ),
        (
            "not-registered@3",
            "--fault not-registered@3\n  not-registered is there from the start.\n"
            "  Write it as not-registered@Microsoft.Insights/diagnosticSettings.",
        ),
        (
            "conflcit",
            "--fault conflcit\n  There is no fault conflcit.\n  There are: conflict, throttled, error-500, "
            "unavailable, timeout, principal-not-found, quota, endpoint-busy, not-registered, "
            "provider-killed, engine-killed, soft-deleted, "
            "policy-denies, deleted, drifted.\n  Or name an incident of docs/how-to/game-days.md: concurrent-change, "
            "request-storm, service-error, regional-outage, lost-answer, identity-delay, quota-exhausted, "
            "endpoint-failure, new-subscription, provider-crash, runner-lost, name-held, policy-change, "
            "accidental-deletion, manual-change.",
        ),
        (
            "conflict@soon",
            "--fault conflict@soon\n  'soon' is neither the number of an operation, from 1, nor an ARM type.\n"
            "  Write it as conflict@12 or conflict@Microsoft.KeyVault/vaults.",
        ),
        (
            "policy-change@soon",
            "--fault policy-change@soon\n  'soon' is neither the number of an operation, from 1, nor an ARM type.\n"
            "  Write it as policy-change@Microsoft.KeyVault/vaults.",
        ),
        (
            "conflict@0",
            "--fault conflict@0\n  '0' is neither the number of an operation, from 1, nor an ARM type.\n"
            "  Write it as conflict@12 or conflict@Microsoft.KeyVault/vaults.",
        ),
    ],
)
def test_a_fault_that_does_not_exist_is_told(text: str, says: str) -> None:
    """With those that do."""
    with pytest.raises(WrongFault) as wrong:
        read(text)

    assert str(wrong.value) == says
