"""The event that drift raises: an ARM template of a system topic of Event Grid and its subscription, for pipelines.

https://learn.microsoft.com/azure/machine-learning/how-to-use-event-grid names the topic and its events;
https://learn.microsoft.com/azure/machine-learning/how-to-monitor-model-performance the filter.
"""

from __future__ import annotations

import re
from typing import Any

from amlz.core.problems import LandingZoneError
from amlz.core.specs import ProjectEnvironmentSpec
from amlz.reports.json_text import dump
from amlz.reports.model_monitor import check_supported

API_VERSION = "2025-02-15"
TOPIC = "Microsoft.EventGrid/systemTopics"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_TAG = "data.RunTags.azureml_modelmonitor_threshold_breached"
_BREACHED = "has failed due to one or more features violating metric thresholds"
_GROUP = r"^/subscriptions/[0-9a-fA-F-]{36}/resourceGroups/[^/]+/providers/"
_EVENT_HUB = re.compile(_GROUP + r"Microsoft\.EventHub/namespaces/[^/]+/eventhubs/[^/]+\Z", re.IGNORECASE)
_IDENTITY = re.compile(_GROUP + r"Microsoft\.ManagedIdentity/userAssignedIdentities/[^/]+\Z", re.IGNORECASE)


def drift_events(environment: ProjectEnvironmentSpec, event_hub: str, identity: str) -> str:
    """Returns the template. Raises LandingZoneError for ids of other types, and where Azure has no model monitors."""
    for option, value, pattern, kind in (
        ("--event-hub", event_hub, _EVENT_HUB, "an event hub"),
        ("--identity", identity, _IDENTITY, "a user-assigned identity"),
    ):
        if not pattern.match(value):
            raise LandingZoneError(
                f"{option} {value}\n  It is no id of {kind}.\n  Copy it from the portal: JSON view, Resource ID."
            )
    check_supported(environment)
    return dump(template(environment, event_hub, identity))


def template(environment: ProjectEnvironmentSpec, event_hub: str, identity: str) -> dict[str, Any]:
    """Returns the template. Delivery signs in as the identity, which needs the role Azure Event Hubs Data Sender."""
    name = f"evgt-{environment.workspace.name}"[:50].rstrip("-")
    topic = {
        "type": TOPIC,
        "apiVersion": API_VERSION,
        "name": name,
        "location": environment.group.place.location,
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {
            "source": environment.workspace.id,
            "topicType": "Microsoft.MachineLearningServices.Workspaces",
        },
    }
    subscription = {
        "type": f"{TOPIC}/eventSubscriptions",
        "apiVersion": API_VERSION,
        "name": f"{name}/drift",
        "dependsOn": [f"[resourceId('{TOPIC}', '{name}')]"],
        "properties": {
            "eventDeliverySchema": "CloudEventSchemaV1_0",
            "deliveryWithResourceIdentity": {
                "identity": {"type": "UserAssigned", "userAssignedIdentity": identity},
                "destination": {"endpointType": "EventHub", "properties": {"resourceId": event_hub}},
            },
            "filter": {
                "includedEventTypes": ["Microsoft.MachineLearningServices.RunStatusChanged"],
                "advancedFilters": [{"operatorType": "StringContains", "key": _TAG, "values": [_BREACHED]}],
            },
        },
    }
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": [topic, subscription]}
