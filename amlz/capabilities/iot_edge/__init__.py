"""Models on devices of Azure IoT Edge: identities, and the manifest that a pipeline deploys."""

from amlz.capabilities.iot_edge.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Azure IoT Edge",
    component="components.iot_edge:IotEdge",
    page="how-to/iot-edge.md",
    logical="iot-edge",
    output="iotEdge",
    facts=FACTS,
    patterns={
        r"^[a-zA-Z0-9_-]+$": ("letters, digits, hyphens and underscores", "churn"),
        r"^[a-zA-Z_][a-zA-Z0-9_]*$": ("letters, digits and underscores, not starting with a digit", "LOG_LEVEL"),
        r"^[a-z0-9]+([._/-][a-z0-9]+)*$": ("a repository of a registry, in lower case", "models/churn"),
        r"^FROM \S.* INTO \S.*$": ("a route", "FROM /messages/* INTO $upstream"),
    },
)
