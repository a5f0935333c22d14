"""Budgets of the subscription and of environments."""

from __future__ import annotations

from amlz.azure.ids import parse, subscription_id
from amlz.capabilities.operations.config import BudgetConfig, TagConfig
from amlz.capabilities.operations.work import Work, action_group
from amlz.core.addresses import environments
from amlz.core.capability import setting
from amlz.core.planning.environment_context import environment_context
from amlz.core.problems import Path
from amlz.core.specs.operations import BudgetSpec


def plan_budgets(work: Work) -> tuple[BudgetSpec, ...]:
    """Returns the budgets of the common subscription, then those of environments. Their start is that of the stack
    file, never today's: Azure refuses another one.
    """
    subscription = subscription_id(work.place.subscription)
    budgets = [
        _budget(work, (name,), subscription, budget, ("operations", "budgets", name), budget.tag)
        for name, budget in work.asked.budgets.items()
    ]
    for project, name, environment in environments(work.context.config):
        budget = setting(environment, "budget", BudgetConfig)
        if budget is not None:
            env = environment_context(work.context, project, name)
            budgets.append(_budget(work, (project, name), env.place.group_id, budget, (*env.path, "budget")))
    return tuple(budgets)


def _budget(
    work: Work, words: tuple[str, ...], scope: str, asked: BudgetConfig, path: Path, tag: TagConfig | None = None
) -> BudgetSpec:
    name = work.namer.name("budget", *words)
    return BudgetSpec(
        key="-".join(words),
        name=work.context.take("budget", name, scope, path),
        subscription=parse(scope).subscription,
        scope=scope,
        amount=asked.amount,
        grain=asked.grain,
        start=f"{asked.start}T00:00:00Z",
        actual=tuple(sorted(set(asked.actual))),
        forecast=tuple(sorted(set(asked.forecast))),
        tag=(tag.name, tag.values) if tag is not None else None,
        action_group=action_group(work, "cost"),
    )
