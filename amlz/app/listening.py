"""`amlz simulate --listen`: a simulated Azure, with a landing zone in it, that Azure's own clients can talk to."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from amlz.app.preview import graph_of
from amlz.core.facts.roles import PRIVILEGED, ROLES
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError
from amlz.reports.files import write_whole
from amlz.simulator.arm import state
from amlz.simulator.arm.deployment import DeployedStack, deploy
from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.rows import TENANT
from amlz.simulator.https import certificate
from amlz.simulator.https.catalogue import Tenant
from amlz.simulator.https.server import Server, Simulation
from amlz.stackfile.load import StackFile

#: The subscription of a simulated Azure into which no stack is deployed.
SUBSCRIPTION = str(uuid.uuid5(uuid.UUID(TENANT), "subscription"))
#: Roles that the tutorial assigns, in addition to those of a landing zone.
#: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles (2026-11)
_OTHER_ROLES = {
    "Key Vault Crypto Officer": "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
    "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
    "Resource Policy Contributor": "36243c78-bf99-498c-9df9-86d9f8d28608",
}
_PEM = "-----BEGIN CERTIFICATE-----"

#: Addresses that https://localhost, the address of every endpoint, leads to.
LOOPBACK = ("127.0.0.1", "::1")

Stack = tuple[StackFile, LandingZonePlan]


@dataclass(frozen=True, slots=True)
class ListenOptions:
    """The options of the command. `trusted`: the file for the certificate; `state`: None keeps nothing.

    `new_subscriptions`: resource providers have to be registered.
    """

    address: tuple[str, int]
    trusted: Path
    state: Path | None = None
    stack: Stack | None = None
    new_subscriptions: bool = False


class NotDeployed(Exception):
    """The simulated Azure refused requests of the plan. The text names each."""


def address_of(text: str) -> tuple[str, int]:
    """Returns host and port of `HOST:PORT`. Raises ValueError for any host but a loopback address."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (colon and port.isascii() and port.isdigit() and 0 <= int(port) <= 65535):
        raise ValueError(f"'{text}' has no port: write 127.0.0.1:8443. Port 0 takes a free one")
    if host == "localhost":
        return "127.0.0.1", int(port)
    if host not in LOOPBACK:
        raise ValueError(
            f"'{host}' is not the loopback address: the simulated Azure has no access control. Use 127.0.0.1:{port}"
        )
    return host, int(port)


def opened(path: Path | None, *, new_subscriptions: bool = False) -> SimulatedArm:
    """The simulated Azure of a state file, or an empty one. Raises LandingZoneError."""
    if path is None:
        return SimulatedArm(new_subscriptions=new_subscriptions)
    try:
        state.prepare(path)
    except state.UnusableState as problem:
        raise LandingZoneError(f"{path}\n  {problem}") from None
    arm = SimulatedArm(path)
    arm.lock()
    if new_subscriptions and not arm.new_subscriptions:
        if arm.subscriptions():
            arm.close()
            raise LandingZoneError(
                f"--new-subscriptions, --state {path}\n  The file was begun without --new-subscriptions: its "
                "subscriptions have all resource providers registered.\n  Omit --new-subscriptions, or name a new file."
            )
        arm.unregister_all()
    return arm


def deployed(arm: SimulatedArm, stack: Stack) -> DeployedStack | None:
    """Deploys a stack, once for each state file; None where it was deployed before. Raises NotDeployed."""
    file, plan = stack
    key = f"deployed {file.stack}"
    if arm.noted(key) is not None:
        return None
    done = deploy(arm, graph_of(file, plan))
    if done.refused:
        lines = [f"  {resource_id}\n    {code}: {message}" for resource_id, code, message in done.refused]
        raise NotDeployed("\n".join((f"{len(lines)} requests of the plan were refused:", *lines)))
    arm.note(key, str(done.requests))
    return done


def start(value: ListenOptions, log: Callable[[str], None]) -> tuple[Server, SimulatedArm]:
    """Returns a server that is bound to its port, and its Azure. Raises LandingZoneError, with no file written."""
    _check(value.trusted)
    try:
        context, pem = certificate.made()
        server = Server(value.address, context, log)
    except certificate.NoCertificate as problem:
        raise LandingZoneError(str(problem)) from None
    except OSError as problem:
        raise LandingZoneError(f"--listen {value.address[0]}:{value.address[1]}\n  {_why(problem)}") from None
    try:
        arm = opened(value.state, new_subscriptions=value.new_subscriptions)
        write_whole(value.trusted, pem)
    except BaseException:
        server.server_close()
        raise
    server.simulation = Simulation(arm, _tenant(value.stack))
    return server, arm


def built_in_roles() -> dict[str, str]:
    """Returns the GUIDs of the built-in roles that exist here, by name."""
    return {**_OTHER_ROLES, **ROLES, **{name: guid for guid, name in PRIVILEGED.items()}}


def _tenant(stack: Stack | None) -> Tenant:
    roles = built_in_roles()
    return Tenant(stack[0].config.tenant_id, (), roles) if stack else Tenant(TENANT, (SUBSCRIPTION,), roles)


def _why(problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return "The port is in use. Name another one, or 0 for any free port."
    if problem.errno in (errno.EACCES, errno.EPERM):
        return "This user may not listen on the port. Name one from 1024 on."
    return f"It cannot be listened on: {(problem.strerror or str(problem)).lower()}. Use 127.0.0.1 and another port."


def _check(trusted: Path) -> None:
    """Refuses to overwrite a file that is no certificate. Raises LandingZoneError."""
    try:
        other = trusted.exists() and not trusted.read_text(encoding="ascii", errors="replace").startswith(_PEM)
    except OSError:
        other = True
    if other:
        raise LandingZoneError(f"{trusted}\n  It exists and is no certificate. Name another file with --certificate.")
