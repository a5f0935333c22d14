"""Clients that nobody here wrote, in a separate Python environment, against a server in this process.

`make clients` installs them. Where they are not installed, the tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from amlz.app.listening import built_in_roles
from amlz.simulator.arm.deployment import deploy
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import Request
from amlz.simulator.https.catalogue import Tenant
from tests.conftest import ROOT, previewed
from tests.simulator.https.served import TENANT, context, served

BIN = ROOT / ".tools" / "clients" / "bin"
SCRIPTS = Path(__file__).parent / "scripts"
SUBSCRIPTION = "e1e1e1e1-1111-4222-8333-444455556666"
CLIENT = "22222222-1111-4222-8333-444455556666"
#: A mark for every test that needs the clients.
needs_clients = pytest.mark.skipif(
    not (BIN.parent / ".ready").exists(), reason="Azure's clients are not installed: run `make clients`"
)


@dataclass(frozen=True, slots=True)
class Listening:
    """A simulated Azure that listens. `environment`: of processes that talk to it. `log`: its requests."""

    arm: SimulatedArm
    base: str
    environment: dict[str, str]
    log: list[str]

    def get(self, resource_id: str) -> Any:
        """Returns the body of a resource or of a list, as the simulator has it; None for 404."""
        answer = self.arm.answer(Request("GET", resource_id, "2024-05-01"))
        return None if answer.status == 404 else answer.body

    def script(self, name: str, *arguments: str) -> Any:
        """Returns what a script of a client prints, as JSON."""
        command = [str(BIN / "python"), "-W", "ignore", str(SCRIPTS / name), self.base, TENANT, *arguments]
        ran = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=240)
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout.splitlines()[-1])


def of_a_client(base: str, certificate: Path) -> dict[str, str]:
    """The environment of a client that trusts a certificate, in the folder of it, and finds Azure at a base URL."""
    return {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "HOME": str(certificate.parent),
        "LANG": "C.UTF-8",
        "SSL_CERT_FILE": str(certificate),
        "REQUESTS_CA_BUNDLE": str(certificate),
        "ARM_CLOUD_METADATA_URL": f"{base}/metadata/endpoints?api-version=2019-05-01",
    }


@contextmanager
def azure(folder: Path, stack: str = "") -> Iterator[Listening]:
    """A simulated Azure, with a landing zone in it where one is named."""
    arm = SimulatedArm()
    if stack:
        assert deploy(arm, previewed(stack).graph).refused == ()
    certificate = folder / "certificate.pem"
    certificate.write_text(context()[1])
    with served(arm, Tenant(TENANT, (SUBSCRIPTION,), built_in_roles())) as client:
        base = f"https://localhost:{client.port}"
        environment = {
            **of_a_client(base, certificate),
            "AZURE_CONFIG_DIR": str(folder / ".az"),
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_CORE_COLLECT_TELEMETRY": "no",
        }
        yield Listening(arm, base, environment, client.log)
