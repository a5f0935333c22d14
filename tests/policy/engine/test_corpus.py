"""The policy evaluator on published definitions, and resources made up for them from a seed."""

from __future__ import annotations

import functools
import json
import random
from typing import Any

import pytest

from amlz.policy.engine import aliases
from amlz.policy.engine.definition import Existence
from amlz.policy.engine.existence import Related
from amlz.policy.engine.initiative import initiative
from amlz.policy.engine.judge import (
    APPLIES,
    DOES_NOT_APPLY,
    ERROR,
    NOT_APPLICABLE,
    UNDECIDED,
    PolicyQuestion,
    Verdict,
    World,
    judge,
)
from amlz.policy.engine.subject import Subject, subject
from tests.conftest import shared
from tests.policy.engine.corpus import PublishedPolicy, bodies, published

_WORLD = World(
    context={
        "resourceGroup": {"name": "g", "location": "westeurope", "tags": {"env": "dev"}},
        "subscription": {"subscriptionId": "s", "tags": {}},
        "now": "2026-05-01T00:00:00Z",
    }
)
_OUTCOMES = {APPLIES, DOES_NOT_APPLY, NOT_APPLICABLE, UNDECIDED, ERROR}


@functools.cache
def _all() -> tuple[PublishedPolicy, ...]:
    return tuple(published(shared() / "azure-policy"))


def _judged(of: PublishedPolicy, about: Subject, related: tuple[Subject, ...] = ()) -> Verdict:
    return judge(PolicyQuestion(of.judged, of.values, about, Related(related)), _WORLD)


def _beside(of: PublishedPolicy, body: dict[str, Any], chance: random.Random) -> tuple[Subject, ...]:
    details = of.compiled.details
    if not isinstance(details, Existence):
        return ()
    below = f"{body.get('id', '')}/providers/{details.type}/other"
    return tuple(subject({**other, "id": below}) for other in bodies(of, details.type, chance, 2))


def test_every_published_definition_compiles() -> None:
    """93 of them; so every function and operator that they use is known."""
    assert len(_all()) == 93


def test_every_published_initiative_compiles() -> None:
    """Four, with all their members."""
    files = sorted((shared() / "azure-policy" / "alz").glob("*policy_set_definition.json"))

    initiatives = [initiative(json.loads(path.read_text(encoding="utf-8"))) for path in files]

    assert [len(item.members) for item in initiatives] == [45, 59, 31, 14]


def test_every_alias_that_a_rule_reads_is_known() -> None:
    """Except those that resource providers evaluate themselves."""
    catalogue = aliases.embedded()

    unknown = {
        name
        for policy in _all()
        if not policy.compiled.data_plane
        for name in policy.names
        if not name.lower().startswith("tags") and catalogue.find(aliases.type_of(name), name) is None
    }

    assert unknown == set()


def test_every_definition_judges_any_resource_of_its_types() -> None:
    """An empty one, a minimal one, and two hundred made up; never an exception, never an invalid definition."""
    chance = random.Random(20261121)
    outcomes: dict[str, int] = {}
    for policy in _all():
        for resource_type in policy.types:
            given: list[dict[str, Any]] = [
                {"type": resource_type},
                {"type": resource_type, "name": "thing", "properties": {}},
            ]
            given += bodies(policy, resource_type, chance, -(-200 // len(policy.types)))
            for body in given:
                verdict = _judged(policy, subject(body), _beside(policy, body, chance))
                assert verdict.outcome in _OUTCOMES, (policy.file.name, body, verdict)
                outcomes[verdict.outcome] = outcomes.get(verdict.outcome, 0) + 1

    assert outcomes.keys() == _OUTCOMES
    assert sum(outcomes.values()) > 93 * 200


def test_a_verdict_does_not_depend_on_casing_order_or_what_is_not_read() -> None:
    """Of the published definitions, on bodies made up from a seed."""
    chance = random.Random(7)
    for policy in _all():
        for body in bodies(policy, policy.types[0], chance, 12):
            beside = _beside(policy, body, chance)

            wanted = _judged(policy, subject(body), beside).outcome

            assert _judged(policy, subject(_shuffled(body, chance)), beside).outcome == wanted, (policy.file.name, body)


def _shuffled(actual: Any, chance: random.Random, *, top: bool = True) -> Any:
    """The same body: other casing and order of keys, and a property that no rule reads."""
    if isinstance(actual, list):
        return [_shuffled(member, chance, top=False) for member in actual]
    if not isinstance(actual, dict) or set(actual) == {"$unknown"}:
        return actual
    entries = [(key.upper(), _shuffled(value, chance, top=False)) for key, value in actual.items()]
    entries += [("noRuleReadsThis", {"a": [1, None]})] if top else []
    chance.shuffle(entries)
    return dict(entries)


@pytest.mark.parametrize(
    ("idle", "outcome"),
    [
        ("PT120S", DOES_NOT_APPLY),
        ("PT900S", DOES_NOT_APPLY),
        ("PT901S", APPLIES),
        ("PT2M", ERROR),
        ("PT15M", ERROR),
        ("PT1H", ERROR),
        ("P1D", ERROR),
        ("PT1H30S", DOES_NOT_APPLY),
        ("PT16M40S", DOES_NOT_APPLY),
        ("PT30M0S", DOES_NOT_APPLY),
        ("P1DT0S", DOES_NOT_APPLY),
        ("", ERROR),
        (None, ERROR),
        ("PT1.5S", UNDECIDED),  # int('1.5'): an error by the documentation, 1 to lenient readers
    ],
)
def test_the_published_rule_on_idle_time_is_reproduced_with_its_defects(idle: str | None, outcome: str) -> None:
    """Deny-MachineLearningComputeCluster-Scale in mode All: it reads the digits after the last letter only."""
    name = "params.policyDefinition.Deny-MachineLearningComputeCluster-Scale.json"
    (scale,) = (policy for policy in _all() if policy.file.name == name)
    settings = {"maxNodeCount": 4, "minNodeCount": 0, "nodeIdleTimeBeforeScaleDown": idle}
    inner = {"computeType": "AmlCompute", "properties": {"scaleSettings": settings}}
    about = subject(
        {"type": "Microsoft.MachineLearningServices/workspaces/computes", "name": "a/b", "properties": inner}
    )

    verdict = judge(PolicyQuestion(scale.judged, scale.values, about), _WORLD)

    assert verdict.outcome == outcome
