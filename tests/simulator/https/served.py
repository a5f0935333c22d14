"""A server in this process, and a client that trusts its certificate."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.https.catalogue import Tenant
from amlz.simulator.https.certificate import made
from amlz.simulator.https.server import Server, Simulation

TENANT, SUBSCRIPTION = "0f0e0d0c-1111-4222-8333-444455556666", "s"
VERSION = "2024-05-01"


@cache
def context() -> tuple[ssl.SSLContext, str]:
    """The certificate of every server of the tests, made once."""
    return made()


@dataclass(frozen=True, slots=True)
class ServedAnswer:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Client:
    """Sends requests to a server, each over its own connection. `log`: the lines that the server wrote."""

    def __init__(self, port: int, log: list[str]) -> None:
        self.port, self.log = port, log
        self._trusted = ssl.create_default_context(cadata=context()[1])

    def raw(self, method: str, target: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> ServedAnswer:
        """Sends one request as it is."""
        connection = http.client.HTTPSConnection("localhost", self.port, context=self._trusted, timeout=20)
        try:
            connection.request(method, target, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
            return ServedAnswer(answer.status, dict(answer.getheaders()), json.loads(content) if content else None)
        finally:
            connection.close()

    def send(self, method: str, path: str, body: Any = None, version: str = VERSION) -> ServedAnswer:
        """Sends one request of a client that is signed in. `path`: with or without a query."""
        target = f"{path}{'&' if '?' in path else '?'}api-version={version}"
        content = None if body is None else json.dumps(body).encode()
        return self.raw(method, target, content, {"Authorization": "Bearer x"})


@contextmanager
def served(arm: SimulatedArm | None = None, tenant: Tenant | None = None) -> Iterator[Client]:
    """A server on a free port, for as long as the context lasts."""
    log: list[str] = []
    simulation = Simulation(arm or SimulatedArm(), tenant or Tenant(TENANT, (SUBSCRIPTION,)))
    with Server(("127.0.0.1", 0), context()[0], log.append) as server:
        server.simulation = simulation
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Client(server.server_port, log)
        finally:
            server.shutdown()
            thread.join()
