"""One more request costs the same however many resources exist."""

from __future__ import annotations

from tests.simulator.arm.client import GROUP, ArmClient


def steps(client: ArmClient, first: int, count: int) -> int:
    """Creates networks and endpoints in them, reads them, and returns what that costs, in steps of the database."""
    taken = [0]

    def step() -> None:
        taken[0] += 1

    client.arm.count_steps(step)
    for number in range(first, first + count):
        network = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v{number}"
        subnets = [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]
        space = {"addressPrefixes": ["10.0.0.0/16"]}
        body = {"location": "westeurope", "properties": {"addressSpace": space, "subnets": subnets}}
        assert client.send("PUT", network, body).status == 201
        endpoint = {"location": "westeurope", "properties": {"subnet": {"id": f"{network}/subnets/a"}}}
        path = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/p{number}"
        assert client.send("PUT", path, endpoint).status == 201
        assert client.send("GET", network).status == 200
    return taken[0]


def test_a_request_costs_the_same_among_a_hundred_and_among_a_thousand_resources() -> None:
    """Counted in steps of the database, which are the same on every machine."""
    client = ArmClient()
    client.group()
    steps(client, 0, 30)
    few = steps(client, 30, 20)
    steps(client, 50, 450)
    many = steps(client, 500, 20)

    assert many <= 1.3 * few
