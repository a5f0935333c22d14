"""Alerts on queries of the central log, and the identity that runs them."""

from __future__ import annotations

import uuid

from amlz.azure.ids import parse
from amlz.capabilities.operations.catalogue_alerts import plan_catalogue
from amlz.capabilities.operations.defaults import log_is_built
from amlz.capabilities.operations.log_query import log_command
from amlz.capabilities.operations.slos import plan_slos
from amlz.capabilities.operations.work import Work, action_group
from amlz.core.facts.roles import role_definition_id
from amlz.core.planning.roles import NAMESPACE
from amlz.core.specs import IdentityPrincipalSpec, IdentitySpec, RoleAssignmentSpec
from amlz.core.specs.operations import QueryAlertSpec, RunbookSpec, SloSpec
from amlz.dataclass import dataclass

READER = "Log Analytics Reader"
#: Azure writes such a row once the cap is reached: https://learn.microsoft.com/azure/azure-monitor/logs/daily-cap
CAP_QUERY = '_LogOperation\n| where Category =~ "Ingestion"\n| where Detail has "OverQuota"'
#: Rows by table of the last day: which one fills the log.
_USED = "Usage | where TimeGenerated > ago(1d) | summarize MB = sum(Quantity) by DataType | order by MB desc"


@dataclass(frozen=True, slots=True)
class LogPart:
    """Alerts on the log and objectives. `identity`: that queries the log with `roles`; None without any alert."""

    identity: IdentitySpec | None
    roles: tuple[RoleAssignmentSpec, ...]
    alerts: tuple[QueryAlertSpec, ...]
    slos: tuple[SloSpec, ...]


def plan_log_alerts(work: Work) -> LogPart:
    """Returns the alerts on a log that is built here, with the identity that they query with. On a log that exists
    already, its owner decides who reads it.
    """
    settings = work.context.config.hub.log_analytics
    if not log_is_built(work.context.config):
        return LogPart(None, (), (), plan_slos(work, None)[0])
    name = work.namer.name("identity", "operations")
    identity = IdentitySpec("operations", name, work.place, work.tags)
    slos, burning = plan_slos(work, identity.id)
    cap = (_cap(work, identity.id),) if settings.daily_cap_gb else ()
    alerts = (*cap, *plan_catalogue(work, identity.id), *burning)
    if not alerts:
        return LogPart(None, (), (), slos)
    work.name("identity", "operations")
    return LogPart(identity, (_reads(identity, work.context.log_analytics),), alerts, slos)


def _cap(work: Work, identity: str) -> QueryAlertSpec:
    return QueryAlertSpec(
        key="daily-cap",
        name=work.name("queryAlert", "daily-cap"),
        place=work.place,
        log=work.context.log_analytics,
        query=CAP_QUERY,
        measure=None,
        threshold=0,
        window="PT15M",
        frequency="PT5M",
        severity=2,
        dimensions=(),
        resource_column=None,
        action_group=action_group(work, "page"),
        identity=identity,
        description="The central log reached its daily cap: collection stops until the next day, and log search alerts "
        "see nothing.",
        tags=work.tags,
        alert="daily-cap",
        owner="shared",
        runbook=RunbookSpec(
            (log_command(work, _USED),),
            ("Raise `hub.logAnalytics.dailyCapGb`.", "Find the table that grew, and what writes it."),
        ),
    )


def _reads(identity: IdentitySpec, log: str) -> RoleAssignmentSpec:
    subscription = parse(log).subscription
    role_id = role_definition_id(READER, subscription)
    return RoleAssignmentSpec(
        key="log-reader",
        name=str(uuid.uuid5(NAMESPACE, f"{log}|{identity.id}|{role_id}".lower())),
        subscription=subscription,
        scope=log,
        role=READER,
        role_id=f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
        principal=IdentityPrincipalSpec(identity.id),
        holders=("operationsIdentity",),
        reasons=("log search alerts query the central log",),
    )
