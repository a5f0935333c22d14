"""Quota of Azure ML by workspace and family: what a landing zone needs, compared with what Azure has.

Azure takes a limit for each workspace and family by a request, not by a resource:
https://learn.microsoft.com/rest/api/azureml/quotas/update. Its names of families differ from those of virtual machines
by words and separators alone: `Standard_DSv2_Family_Cluster_Dedicated_vCPUs` is `standardDSv2Family`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.core.quota import DEDICATED, machines
from amlz.dataclass import dataclass

API_VERSION = "2025-12-01"
TYPE = "Microsoft.MachineLearningServices/workspaces/quotas"
#: Words of names of quotas that do not name the family.
_WORDS = re.compile(r"standard|family|cluster|dedicated|vcpus|[^a-z0-9]")
_LOW_PRIORITY = "lowpriority"


@dataclass(frozen=True, slots=True)
class WantedQuota:
    """Dedicated vCPUs of a family that a workspace takes at full scale. `current`: its limit in Azure, and `id` of that
    quota; both None where they are not known.
    """

    owner: str
    workspace: str
    subscription: str
    region: str
    family: str
    vcpus: int
    id: str | None = None
    current: int | None = None

    @property
    def enough(self) -> bool | None:
        """Returns whether the limit in Azure is enough; None where it is not known. Azure shows -1 for no limit."""
        return None if self.current is None else self.current < 0 or self.current >= self.vcpus


def wanted_quotas(plan: LandingZonePlan, spare: int, current: Any = None) -> tuple[WantedQuota, ...]:
    """Returns the quotas of all workspaces. `spare`: percent on top, for endpoints and jobs that teams create.
    `current`: Azure's list of quotas.
    """
    limits = limits_of(current) if current is not None else {}
    workspaces = {
        f"{environment.project}/{environment.environment}": environment.workspace.id
        for environment in plan.environments
    }
    totals: dict[tuple[str, str, str, str], int] = {}
    for one in machines(plan):
        if one.vcpus and one.priority == DEDICATED:
            owner = one.owner.partition(",")[0]
            key = owner, one.subscription, one.region, one.family
            totals[key] = totals.get(key, 0) + one.vcpus
    quotas = []
    for (owner, subscription, region, family), vcpus in totals.items():
        workspace = workspaces[owner]
        quota, limit = limits.get((workspace.lower(), _plain(family)), (None, None))
        needed = -(-vcpus * (100 + spare) // 100)
        quotas.append(WantedQuota(owner, workspace, subscription, region, family, needed, quota, limit))
    return tuple(quotas)


def limits_of(answer: Any) -> Mapping[tuple[str, str], tuple[str, int]]:
    """Returns id and limit by workspace and family of Azure's answer. Raises LandingZoneError for another JSON."""
    limits: dict[tuple[str, str], tuple[str, int]] = {}
    rows = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise LandingZoneError(_NO_ANSWER)
    for row in rows:
        quota, limit = (row.get("id"), row.get("limit")) if isinstance(row, dict) else (None, None)
        if not isinstance(quota, str) or not isinstance(limit, int) or "/quotas/" not in quota:
            raise LandingZoneError(_NO_ANSWER)
        workspace, _, family = quota.partition("/quotas/")
        if _LOW_PRIORITY not in _plain(family):
            limits[workspace.lower(), _plain(family)] = quota, limit
    return limits


_NO_ANSWER = (
    "--current\n  It is no list of quotas: `value` with an `id` and a whole `limit` in each row.\n"
    "  Fetch it with the first command that `amlz quota STACK --commands` shows."
)


def update_of(quotas: tuple[WantedQuota, ...]) -> dict[str, Any]:
    """Returns the body of the request that raises limits which are not enough. It lowers none."""
    return {
        "value": [
            {"id": quota.id, "type": TYPE, "limit": quota.vcpus, "unit": "Count"}
            for quota in quotas
            if quota.enough is False
        ]
    }


def commands(stack: str, quotas: tuple[WantedQuota, ...], spare: int) -> Iterator[str]:
    """Returns a step of a pipeline, by subscription and region: it fetches the limits, and raises those that are not
    enough.
    """
    yield "set -eu"
    compare = f"amlz quota {shlex.quote(stack)}{f' --spare {spare}' if spare else ''}"
    for number, (subscription, region) in enumerate(dict.fromkeys((q.subscription, q.region) for q in quotas), 1):
        place = f"/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{region}"
        now, update = f"quotas-{number}.json", f"update-{number}.json"
        yield f'az rest --method get --url "{place}/quotas?api-version={API_VERSION}" > {now}'
        yield f"{compare} --current {now} --format update --output {update} || [ $? -eq 1 ]"
        yield f"if grep -q quotas/ {update}; then"
        yield f'  az rest --method post --url "{place}/updateQuotas?api-version={API_VERSION}" --body @{update}'
        yield "fi"


def _plain(family: str) -> str:
    return _WORDS.sub("", family.lower())
