"""Assets of a workspace in the simulated Azure: as azure-ai-ml writes and reads them."""

from __future__ import annotations

from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request
from amlz.simulator.state_store import SUCCEEDED, StoredResource

WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"


def test_a_first_version_creates_its_container_and_is_listed() -> None:
    """Before it, the list of versions is empty and the container is not there; without a workspace, nothing is."""
    arm = SimulatedArm()
    kind = "Microsoft.MachineLearningServices/workspaces"
    group = "/subscriptions/s/resourceGroups/g"
    body = {"location": "westeurope"}
    arm.assume(StoredResource(group, "", "", "Microsoft.Resources/resourceGroups", "g", body, {}, SUCCEEDED, body))
    arm.assume(StoredResource(WORKSPACE, "", "", kind, "w", body, {}, SUCCEEDED, body))

    def send(method: str, path: str, sent: object = None) -> tuple[int, object]:
        answer = arm.answer(Request(method, path, "2024-04-01", sent))
        return answer.status, answer.body

    assert send("GET", f"{WORKSPACE}/models/m/versions") == (200, {"value": []})
    assert send("GET", f"{WORKSPACE}/models/m")[0] == 404
    assert send("GET", f"{WORKSPACE[:-1]}x/models/m/versions")[0] == 404
    status, model = send("PUT", f"{WORKSPACE}/models/m/versions/1", {"properties": {"modelType": "custom_model"}})
    assert (status, model["properties"]["flavors"]) == (201, {})  # type: ignore[index]
    assert send("GET", f"{WORKSPACE}/models/m")[0] == 200
    assert [one["name"] for one in send("GET", f"{WORKSPACE}/models/m/versions")[1]["value"]] == ["1"]  # type: ignore[index]
