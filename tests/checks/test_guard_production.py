"""Production cannot end by the word of the stack file that ends it."""

from __future__ import annotations

import functools
import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from amlz.azure.graph import Resource
from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.production import guarded, removed
from amlz.core.config.allowed_loss import AllowedEndConfig
from amlz.diff.difference import Difference, difference
from amlz.reports.formats import as_json
from amlz.reports.preview import Preview
from amlz.stackfile.load import load
from tests.checks.test_guard import STORE, resource
from tests.conftest import preview_of

LOCK = "Microsoft.Authorization/locks"
ROLE = "Microsoft.Authorization/roleAssignments"
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"
ASSIGNMENT = "Microsoft.Authorization/policyAssignments"
TODAY = "2027-01-15"

STORE_PROD = replace(resource(STORE, "st", "churn/prod"), protect=True)
STORE_DEV = replace(STORE_PROD, protect=False)


def on_store(arm_type: str, name: str, **properties: object) -> Resource:
    """An extension resource of the storage account. Its owner is not written on it, as in the engine's state."""
    made = resource(arm_type, name, properties=dict(properties))
    return replace(made, id=f"{STORE_PROD.id}/providers/{arm_type}/{name}", urn=f"{made.urn}-{name}")


OTHER_PROJECT = replace(resource(STORE, "other", "fraud/dev"), urn="urn:pulumi:s::p::t::other")
LOCKED = on_store(LOCK, "lock-st")
LOGGED = on_store(DIAGNOSTICS, "central")
GIVEN = on_store(ROLE, "0001", principalId="p")
DENIES, AUDITS = (on_store(ASSIGNMENT, "guardrails", parameters={"effect": {"value": e}}) for e in ("Deny", "Audit"))


def allowance(environment: str, day: str) -> AllowedEndConfig:
    """An entry of the stack file."""
    return AllowedEndConfig.model_validate(
        {"environment": environment, "reason": "The model is retired.", "expiresOn": day}
    )


ENDS = "guard/production-ended"
WEAK = "guard/production-weakened"
CASES: dict[str, tuple[list[Resource], list[Resource], LossAllowance, list[tuple[str, str]]]] = {
    "nothing changes": ([STORE_PROD, LOCKED], [STORE_PROD, LOCKED], LossAllowance(), []),
    "what never was production changes": ([STORE_DEV, LOCKED], [STORE_DEV], LossAllowance(), []),
    "production begins": ([STORE_DEV], [STORE_PROD, LOCKED], LossAllowance(), []),
    "production is called something else": (
        [STORE_PROD, LOCKED],
        [STORE_DEV],
        LossAllowance(),
        [
            (ENDS, "churn/prod is production and would no longer be: without deletion protection: st."),
            (WEAK, "churn/prod is production: locks deleted: lock-st."),
        ],
    ),
    "production is called something else, allowed until a later day": (
        [STORE_PROD],
        [STORE_DEV],
        LossAllowance(production=(allowance("churn/prod", "2027-02-01"),), today=TODAY),
        [],
    ),
    "the allowance ends on the day itself": (
        [STORE_PROD],
        [STORE_DEV],
        LossAllowance(production=(allowance("churn/prod", TODAY),), today=TODAY),
        [
            (
                ENDS,
                "churn/prod is production and would no longer be: without deletion protection: st. The allowance "
                "expired on 2027-01-15.",
            )
        ],
    ),
    "nobody passes the date": (
        [STORE_PROD],
        [STORE_DEV],
        LossAllowance(production=(allowance("churn/prod", "2027-02-01"),)),
        [
            (
                ENDS,
                "churn/prod is production and would no longer be: without deletion protection: st. Cannot tell whether "
                "the allowance has expired (2027-02-01): pass `--today YYYY-MM-DD`.",
            )
        ],
    ),
    "an allowance of another environment": (
        [STORE_PROD],
        [STORE_DEV],
        LossAllowance(production=(allowance("fraud/prod", "2027-02-01"),), today=TODAY),
        [
            (ENDS, "churn/prod is production and would no longer be: without deletion protection: st."),
            ("guard/allows-nothing", "allowProductionEnd names fraud/prod, which is not production that ends here."),
        ],
    ),
    "a lock goes": (
        [STORE_PROD, LOCKED],
        [STORE_PROD],
        LossAllowance(),
        [(WEAK, "churn/prod is production: locks deleted: lock-st.")],
    ),
    "a diagnostic setting goes": (
        [STORE_PROD, LOGGED],
        [STORE_PROD],
        LossAllowance(),
        [(WEAK, "churn/prod is production: diagnostic settings deleted: st.")],
    ),
    "a guardrail audits instead": (
        [STORE_PROD, DENIES],
        [STORE_PROD, AUDITS],
        LossAllowance(),
        [(WEAK, "churn/prod is production: policies that deny no longer: guardrails.")],
    ),
    "a role is given": (
        [STORE_PROD],
        [STORE_PROD, GIVEN],
        LossAllowance(),
        [(WEAK, "churn/prod is production: roles given: roleAssignments-0001.")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_guard_reports_what_production_would_lose(case: str) -> None:
    """Whole: each finding with its sentence, errors first."""
    old, new, allowed, expected = CASES[case]

    findings = guarded(edit_of(old, new), allowed)

    assert [(f.check, f.message) for f in findings] == expected


def test_a_removed_environment_is_production_that_ends() -> None:
    """In addition to the loss of its data, which has a separate allowance."""
    findings = guarded(edit_of([STORE_PROD, LOCKED], [OTHER_PROJECT]), LossAllowance())

    assert [(f.check, f.name) for f in findings] == [
        ("guard/delete-not-allowed", "st"),
        (ENDS, "churn/prod"),
    ]


def test_a_stack_file_with_production_is_removed_only_with_an_allowance_for_each() -> None:
    """Of the file that is removed: nothing else is left to allow it."""
    entries = (allowance("churn/prod", "2027-02-01"),)

    assert removed("prod", ("churn/prod",), entries, TODAY) is None
    assert removed("prod", (), (), None) is None
    assert removed("prod", ("churn/prod", "hub"), entries, TODAY) == (
        "guard/production-ended: prod is removed, and it has production: hub. Restore its stack file. To end "
        "production on purpose, first merge `allowProductionEnd` for each of them in that file, then remove it."
    )


BASE = """
config:
  amlz:landingZone:
    schemaVersion: 1
    organisation: Contoso
    businessUnit: retail
    tenantId: 0f0e0d0c-1111-4222-8333-444455556666
    location: northcentralus
    subscriptions: {landingZone: a1b2c3d4-1111-4222-8333-444455556666}
    availabilityZones: []
    hub: {addressSpace: 10.20.0.0/24}
    spokes: {main: {addressSpace: [10.20.16.0/20]}}
    access: {dataScientists: [11111111-aaaa-4bbb-8ccc-000000000002]}
    projects: {PROJECT: {environments: {NAME: {network: 10.20.16.0/25 MORE}}}}
    allowProductionEnd: ENDS
"""


@functools.cache
def previewed(project: str = "churn", name: str = "prod", more: str = "", ends: str = "[]") -> Preview:
    """A landing zone in a region without zones, so that nothing but the guard stops the end of its production."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Pulumi.attack.yaml"
        given = {"PROJECT": project, "NAME": name, " MORE": more, "ENDS": ends}
        path.write_text(functools.reduce(lambda text, key: text.replace(key, given[key]), given, BASE))
        file = load(str(path))
        return preview_of(file, TODAY)


def changed(after: Preview) -> Difference:
    """The difference to the landing zone with production, as a pull request shows it."""
    old, new = (json.loads(as_json.render(preview)) for preview in (previewed(), after))
    return difference("main", old, new, LossAllowance.of(after.config, TODAY))


ATTACKS = {
    "not called production": (("churn", "prod", ", production: false"), ["churn/prod", "hub"]),
    "environment renamed": (("churn", "staging", ""), ["churn/prod", "hub"]),
    "project renamed": (("renamed", "prod", ""), ["churn/prod"]),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_change_of_the_stack_file_alone_ends_production(attack: str) -> None:
    """A pull request turns production into something else. The hub holds the logs of production."""
    after, owners = ATTACKS[attack]

    result = changed(previewed(*after))

    assert result.fails("error")
    assert [f.name for f in result.guard if f.check == ENDS] == owners


@pytest.mark.parametrize("policies", ["{productionEffect: Audit}", "{guardrails: []}", "{guardrails: [compute]}"])
def test_guardrails_that_deny_by_default_are_missed(policies: str) -> None:
    """The assignments of production set no effect: their initiatives deny. Each that audits or is removed is named."""
    after = previewed(ends=f"[]\n    policies: {policies}")

    (weaker,) = [f for f in changed(after).guard if f.check == WEAK and f.name == "churn/prod"]

    assert weaker.message.startswith("churn/prod is production: policies that deny no longer: guardrails-")


def test_the_remedies_end_production_until_their_date() -> None:
    """The entries as the messages print them, with a reason and a date."""
    ended = [f for f in changed(previewed("churn", "prod", ", production: false")).guard if f.check == ENDS]

    printed = (f.remedy[f.remedy.index("[{") + 1 :].removesuffix("].") for f in ended)
    entries = [text.replace("…", "The model is retired.").replace("YYYY-MM-DD", "2027-02-01") for text in printed]
    allowed = previewed("churn", "prod", ", production: false", f"[{', '.join(entries)}]")

    assert [f for f in changed(allowed).guard if f.check == ENDS] == []
