"""docs/runbooks/: a page for each alert and each failure mode, with words in capitals in place of names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial

from amlz.azure.ids import parse
from amlz.capabilities.operations.indicators import INDICATORS
from amlz.core.facts.failures import FAILURES
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.specs.operations import MetricAlertSpec, PrometheusAlertSpec
from amlz.reports.runbook import AlertSpec, alerts_of_plan, condition, failure_steps
from amlz.stackfile.load import from_object
from tools.docgen.templating import rendered, table

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: A landing zone that has every alert. Its names are replaced by words.
_SUBSCRIPTION = "c0c0c0c0-1111-4222-8333-444455556666"
_STACK = {
    "schemaVersion": 1,
    "organisation": "Contoso",
    "businessUnit": "unit",
    "tenantId": "0f0e0d0c-1111-4222-8333-444455556666",
    "location": "westeurope",
    "subscriptions": {"landingZone": _SUBSCRIPTION},
    "hub": {"addressSpace": "10.0.0.0/24", "logAnalytics": {"dailyCapGb": 5}},
    "spokes": {"main": {"addressSpace": ["10.1.0.0/16"]}},
    "operations": {"page": {"emails": ["page@contoso.com"]}, "ticket": {"emails": ["ticket@contoso.com"]}},
    "mesh": {
        "zones": {"zone": {"aks": "project/prod"}},
        "collector": {"address": "collector.contoso.com"},
        "image": "registry.contoso.com/pause:3.10",
    },
    "projects": {
        "project": {
            "environments": {
                "prod": {
                    "network": "10.1.0.0/24",
                    "aks": {
                        "network": "10.1.8.0/26",
                        "podNetwork": "100.64.0.0/18",
                        "serviceNetwork": "100.65.0.0/24",
                        "pools": {"models": {"size": "Standard_D8s_v5", "maxNodes": 2}},
                        "monitoring": True,
                    },
                    "mesh": {
                        "zone": "zone",
                        "callers": {"caller": {"namespace": "callers", "mayScore": ["model"]}},
                        "endpoints": {"model": {"way": "managed", "stage": "promoted"}},
                    },
                    "slos": {
                        name: {"indicator": name} | ({"limit": 60} if name == "pipeline-duration" else {})
                        for name, row in INDICATORS.items()
                        if row.why_not is None
                    },
                }
            }
        }
    },
}


@cache
def _plan() -> LandingZonePlan:
    return make_plan(from_object(_STACK))


@cache
def _alerts() -> dict[str, AlertSpec]:
    """Returns one alert of each name: of an objective, the first of its windows."""
    result: dict[str, AlertSpec] = {}
    for alert in alerts_of_plan("STACK", _plan(), None):
        result.setdefault(alert.alert, alert)
    return result


def pages() -> dict[str, partial[str]]:
    """Returns the pages by file name."""
    return {
        "README.md": partial(_index),
        **{f"{name}.md": partial(_alert_page, name) for name in _alerts()},
        **{f"{name}.md": partial(_failure_page, name) for name in FAILURES},
    }


def _index() -> str:
    return rendered(
        "runbooks.md.jinja",
        failures=table(
            ("failure", "alerts that notice it"),
            ((f"[{row.title}]({name}.md)", _links(row.alerts) or "none of Azure") for name, row in FAILURES.items()),
        ),
        alerts=table(
            ("alert", "severity in production", "fires when"),
            (
                (f"[{name}]({name}.md)", _severity(alert), condition(alert).replace("|", "\\|"))
                for name, alert in _alerts().items()
            ),
        ),
    )


def _alert_page(name: str) -> str:
    alert = _alerts()[name]
    related = [failure for failure, row in FAILURES.items() if name in row.alerts]
    return rendered(
        "runbook.md.jinja",
        title=name,
        lead=f"{_placed(alert.description)} The alert fires when {condition(alert)}.",
        facts=f"Severity in production: {_severity(alert)}.",
        look=[_placed(line) for line in alert.runbook.look],
        act=[_placed(line) for line in alert.runbook.act],
        related=[f"[{FAILURES[failure].title}]({failure}.md)" for failure in related],
        command=f"amlz runbook STACK {name}",
    )


def _failure_page(name: str) -> str:
    (steps,) = failure_steps("STACK", _plan(), name)
    return rendered(
        "runbook.md.jinja",
        title=FAILURES[name].title,
        lead=f"Alerts that notice it: {_links(FAILURES[name].alerts)}."
        if FAILURES[name].alerts
        else "No alert of Azure notices it.",
        facts="",
        look=[_placed(line) for line in steps.look],
        act=[_placed(line) for line in steps.act],
        related=[],
        command=f"amlz runbook STACK {name}",
    )


def _severity(alert: AlertSpec) -> str:
    group = parse(alert.action_group).name.rpartition("-")[2]
    severity = getattr(alert, "severity", None)
    return f"`{group}`" if severity is None else f"{severity}, `{group}`"


def _links(names: Iterable[str]) -> str:
    return ", ".join(f"[{name}]({name}.md)" for name in names)


def _placed(text: str) -> str:
    """Returns a text with words in capitals in place of names."""
    for name, word in _words().items():
        text = text.replace(name, word)
    return _GUID.sub("SUBSCRIPTION", text)


@cache
def _words() -> dict[str, str]:
    """Words by name, the longest names first: one may be a part of another."""
    (environment,) = _plan().environments
    words = {
        environment.workspace.name: "WORKSPACE",
        environment.group.place.resource_group: "RESOURCE_GROUP",
        parse(environment.workspace.diagnostics.log_analytics).name: "LOG",
        parse(environment.workspace.diagnostics.log_analytics).resource_group: "HUB_GROUP",
        "project/prod": "PROJECT/ENVIRONMENT",
    }
    kinds = {
        "vaults": "VAULT",
        "storageAccounts": "STORAGE_ACCOUNT",
        "registries": "REGISTRY",
        "azureFirewalls": "FIREWALL",
    }
    for alert in _alerts().values():
        if isinstance(alert, MetricAlertSpec):
            resource = parse(alert.resource)
            kind = alert.resource_type.rpartition("/")[2]
            words.setdefault(resource.name, kinds.get(kind, "RESOURCE"))
        if isinstance(alert, PrometheusAlertSpec):
            words[parse(alert.cluster).name] = "CLUSTER"
    return dict(sorted(words.items(), key=lambda row: -len(row[0])))
