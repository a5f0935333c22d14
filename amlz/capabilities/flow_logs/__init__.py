"""Flow logs of virtual networks."""

from amlz.capabilities.flow_logs.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Flow logs",
    component="components.flow_logs:FlowLogs",
    page="how-to/operate.md",
    logical="flow-logs",
    facts=FACTS,
)
