"""A client of one simulated Azure."""

from __future__ import annotations

from typing import Any

from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Answer, Request

GROUP = "/subscriptions/s/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
SUBNET = f"{NETWORK}/subnets/a"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/amlzsample"
VERSION = "2024-05-01"


class ArmClient:
    """Sends requests with one API version."""

    def __init__(self) -> None:
        self.arm = SimulatedArm()

    def send(self, method: str, path: str, body: Any = None, seconds: float | None = None) -> Answer:
        """Sends one request."""
        return self.arm.answer(Request(method, path, VERSION, body, seconds))

    def group(self) -> None:
        """Creates the resource group."""
        assert self.send("PUT", GROUP, {"location": "westeurope"}).status == 201

    def network(self) -> None:
        """Creates the resource group, and a network with one subnet."""
        self.group()
        subnets = [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]
        body = {"location": "West Europe", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
        body["properties"]["subnets"] = subnets  # type: ignore[index]
        assert self.send("PUT", NETWORK, body).status == 201


def code(answer: Answer) -> str:
    """The code of an error."""
    return str(answer.body["error"]["code"])
