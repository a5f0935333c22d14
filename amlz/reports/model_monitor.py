"""Schedules of model monitors: files of pipelines, as `az ml schedule create --file` takes them.

The keys are those of azure-ai-ml 1.35, whose loader a test runs. Metrics and signals:
https://learn.microsoft.com/azure/machine-learning/concept-model-monitoring.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.core.specs import ProjectEnvironmentSpec
from amlz.core.specs.operations import ActionGroupSpec, OperationsSpec

#: The value that Microsoft's page excludes: https://learn.microsoft.com/azure/machine-learning/concept-model-monitoring
APPROVED_ONLY = "AllowOnlyApprovedOutbound"
#: Thresholds of Microsoft's example, cli/monitoring/advanced-model-monitoring.yaml of Azure/azureml-examples.
_DRIFT = (("jensen_shannon_distance", 0.01), ("pearsons_chi_squared_test", 0.02))
#: By kind of signal: the metric of numbers, and that of categories.
_THRESHOLDS = {
    "data_drift": _DRIFT,
    "prediction_drift": _DRIFT,
    "data_quality": (("null_value_rate", 0.05), ("out_of_bounds_rate", 0.03)),
}
#: Azure takes this many characters of addresses: the published type of schedules.
_LONGEST = 499

_NAME = "[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]"
_DEPLOYMENT = re.compile(rf"^{_NAME}/{_NAME}\Z")
_ASSET = re.compile(r"^(azureml:)?[A-Za-z0-9][A-Za-z0-9_.-]{0,254}:[A-Za-z0-9_.-]{1,30}\Z")

Task = Literal["classification", "regression"]


@dataclass(frozen=True, slots=True)
class Monitored:
    """A deployment of an online endpoint. `baseline`: a data asset, as `azureml:churn-training:1`.

    `target`: the column of the baseline that the model predicts.
    """

    endpoint: str
    deployment: str
    baseline: str
    target: str
    task: Task

    @property
    def name(self) -> str:
        """The name of the schedule."""
        return f"{self.endpoint}-{self.deployment}-monitor"


def monitored_of(deployment: str, baseline: str, target: str, task: Task) -> Monitored:
    """Returns what a command line names. Raises LandingZoneError for names that Azure does not take."""
    if not _DEPLOYMENT.match(deployment):
        raise LandingZoneError(
            f"--deployment {deployment}\n  It is no online deployment: names have 3 to 32 letters, digits and "
            "hyphens.\n  Write it as churn-online/blue."
        )
    if not _ASSET.match(baseline):
        raise LandingZoneError(
            f"--baseline {baseline}\n  It is no data asset with its version.\n  Write it as churn-training:1."
        )
    if not target.strip() or not target.isprintable():
        raise LandingZoneError("--target\n  It is no name of a column.\n  Write the column that the model predicts.")
    endpoint, _, name = deployment.partition("/")
    return Monitored(endpoint, name, f"azureml:{baseline.removeprefix('azureml:')}", target, task)


def monitor_of(plan: LandingZonePlan, environment: ProjectEnvironmentSpec, monitored: Monitored) -> str:
    """Returns the schedule of a deployment in an environment. Raises LandingZoneError where Azure does not support
    model monitoring.
    """
    check_supported(environment)
    text = yaml.safe_dump(schedule(monitored, _emails(plan)), sort_keys=False, width=120)
    return "".join(f"# {line}\n" for line in _comments(environment)) + text


def check_supported(environment: ProjectEnvironmentSpec) -> None:
    """Raises LandingZoneError where Azure does not support model monitoring."""
    network = environment.workspace.managed_network
    if network is not None and network.isolation_mode == APPROVED_ONLY:
        raise LandingZoneError(
            f"{environment.owner}: Azure does not support model monitoring in a managed network with {APPROVED_ONLY}: "
            "https://learn.microsoft.com/azure/machine-learning/concept-model-monitoring.\n"
            "  Run a drift job on a cluster of the environment instead: docs/how-to/model-monitoring.md."
        )


def schedule(monitored: Monitored, emails: tuple[str, ...]) -> dict[str, Any]:
    """Returns the schedule: data drift, prediction drift and data quality, once a day."""
    monitor: dict[str, Any] = {
        "compute": {"instance_type": "standard_e4s_v3", "runtime_version": "3.4"},
        "monitoring_target": {
            "ml_task": monitored.task,
            "endpoint_deployment_id": f"azureml:{monitored.endpoint}:{monitored.deployment}",
        },
        "monitoring_signals": {
            "data_drift": _signal("data_drift", monitored),
            "prediction_drift": _signal("prediction_drift", monitored),
            "data_quality": _signal("data_quality", monitored),
        },
    }
    if emails:
        monitor["alert_notification"] = {"emails": list(emails)}
    return {
        "$schema": "http://azureml/sdk-2-0/Schedule.json",
        "name": monitored.name,
        "display_name": f"Monitor of {monitored.endpoint}, {monitored.deployment}",
        "trigger": {
            "type": "recurrence", "frequency": "day", "interval": 1, "schedule": {"hours": 3, "minutes": 15},
        },
        "create_monitor": monitor,
    }  # fmt: skip


def _signal(kind: str, monitored: Monitored) -> dict[str, Any]:
    """Returns a signal. Without `alert_enabled` azure-ai-ml sends it without notifications."""
    numerical, categorical = _THRESHOLDS[kind]
    return {
        "type": kind,
        "alert_enabled": True,
        "reference_data": {
            "input_data": {"path": monitored.baseline, "type": "mltable"},
            "data_context": "training",
            "data_column_names": {"target_column": monitored.target},
        },
        "metric_thresholds": {"numerical": dict([numerical]), "categorical": dict([categorical])},
    }


def _emails(plan: LandingZonePlan) -> tuple[str, ...]:
    """Returns the mail addresses of tickets, as many as Azure takes: drift can wait for the next working day."""
    operations = plan.part(OperationsSpec)
    groups: tuple[ActionGroupSpec, ...] = operations.action_groups if operations else ()
    emails: list[str] = []
    for email in (email for group in groups if group.key == "ticket" for email in group.emails):
        if sum(map(len, emails)) + len(emails) + len(email) <= _LONGEST:
            emails.append(email)
    return tuple(emails)


def _comments(environment: ProjectEnvironmentSpec) -> Iterator[str]:
    workspace, place = environment.workspace, environment.group.place
    yield (
        f"az ml schedule create --file FILE --workspace-name {workspace.name} --resource-group {place.resource_group} "
        f"--subscription {place.subscription}"
    )
    yield "The deployment collects model_inputs and model_outputs: set data_collector in its YAML file."
    yield "Thresholds are those of Microsoft's example: set your own."
    if not environment.storage.shared_keys:
        yield "Not known: whether it can read data here. Microsoft's page states that model monitoring supports only"
        yield "credential-based access to datastores; the storage account takes no keys (security.storageSharedKeys)."
    if workspace.managed_network is None:
        yield "Not known: whether its serverless Spark compute reaches the private endpoints of a workspace that has no"
        yield "managed network. No page that was read states it, and it was not tried."
