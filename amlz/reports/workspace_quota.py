"""Quota of Azure ML by workspace and family, as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.workspace_quota import WantedQuota
from amlz.reports.json_text import dump

_ANSWERS = {True: "enough", False: "not enough", None: "not known"}


def as_text(quotas: tuple[WantedQuota, ...]) -> str:
    """For a terminal: a line a workspace and family."""
    return "".join(f"{line}\n" for line in _lines(quotas))


def _lines(quotas: tuple[WantedQuota, ...]) -> Iterator[str]:
    yield "Dedicated vCPUs of Azure ML at full scale, by workspace"
    yield f"  {'environment':<22}{'family':<30}{'wanted':>8}  limit in Azure"
    for quota in quotas:
        limit = "" if quota.current is None else f"{'none' if quota.current < 0 else f'{quota.current:,}'}, "
        yield f"  {quota.owner:<22}{quota.family:<30}{quota.vcpus:>8,}  {limit}{_ANSWERS[quota.enough]}"
    yield "A limit is a ceiling, no capacity."
    yield "Low-priority vCPUs have one limit for all families and workspaces."


def as_json(quotas: tuple[WantedQuota, ...]) -> str:
    """For programs: a record a workspace and family."""
    return dump(
        [
            {
                "environment": quota.owner,
                "workspace": quota.workspace,
                "subscription": quota.subscription,
                "region": quota.region,
                "family": quota.family,
                "wanted": quota.vcpus,
                "limit": quota.current,
                "enough": quota.enough,
            }
            for quota in quotas
        ]
    )
