"""Facts of the Azure side of a mesh: the role on an endpoint."""

from __future__ import annotations

from amlz.core.capability_facts import Facts, Grant

#: The type of the target of a caller's role, and the table's word for it.
ENDPOINT, TARGET = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "onlineEndpoint"
SCORER = "Azure ML Endpoint Scorer"
#: Its table of actions (2026-03): scoring without reading keys.
_SCORE = "https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-online-endpoint"

FACTS = Facts(
    grants=(Grant("meshCallers", SCORER, TARGET, "calling the endpoint with its own identity", _SCORE),),
    shared_targets={TARGET: ENDPOINT},
)
