"""One more request costs the same however many resources exist."""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path

from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import answers
from tests.simulator.arm.client import GROUP, VERSION, ArmClient


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


def test_ten_thousand_lines_take_less_than_a_minute_and_a_resource_the_same_memory(tmp_path: Path) -> None:
    """Through the lines of `--jsonl`: processor time, bytes of the store, and objects that Python keeps."""
    client = ArmClient()
    client.arm = SimulatedArm(tmp_path / "state")
    client.group()
    started = time.process_time()
    taken = [_memory(tmp_path)]
    for first, last in ((0, 100), (100, 9_900), (9_900, 10_000)):
        names = (f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/a{number:05}" for number in range(first, last))
        body = {"location": "westeurope", "sku": {"name": "Standard"}, "properties": {"idleTimeoutInMinutes": 4}}
        lines = (json.dumps({"method": "PUT", "path": name, "apiVersion": VERSION, "body": body}) for name in names)
        assert all('"status": 201' in answer for answer in answers(lines, client.arm))
        taken.append(_memory(tmp_path))
    seconds = time.process_time() - started
    (few, few_objects), (many, many_objects) = (
        [after - before for after, before in zip(*pair, strict=True)] for pair in ((taken[1], taken[0]), taken[:1:-1])
    )

    assert seconds < 60
    assert many <= 1.5 * few
    assert many_objects <= few_objects + 10_000


def _memory(folder: Path) -> tuple[int, int]:
    """Returns the bytes of the store, and the blocks of memory that Python keeps."""
    gc.collect()
    return sum(path.stat().st_size for path in folder.iterdir()), sys.getallocatedblocks()
