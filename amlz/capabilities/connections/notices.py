"""Connections whose targets no rule opens for compute clusters and instances of their environment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import NamedTuple

from amlz.azure.ids import parse
from amlz.capabilities.connections.config import ConnectionConfig, connections_of
from amlz.capabilities.connections.facts import PORTS
from amlz.core.addresses import environments
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.destinations import DestinationConfig
from amlz.core.facts.clouds import CloudName, host_of
from amlz.core.facts.egress import SCENARIOS, required_hosts
from amlz.core.facts.managed_network import REQUIRED_TAGS
from amlz.core.facts.tag_hosts import matches, tags_of
from amlz.core.notices.notice import CONNECTION_NOT_OPENED, Notice
from amlz.core.owners import EnvironmentKey
from amlz.core.plan import LandingZonePlan
from amlz.core.planning.parts import parts_of
from amlz.core.problems import Path
from amlz.core.specs import SharedRegistrySpec

#: A URL, jdbc: included: its scheme, host and port. The part before an @ is a user or a container.
_URL = re.compile(r"^(?:[\w+.-]+:)*?(?P<scheme>[\w+.-]+)://(?:[^/@?#]*@)?(?P<host>[^/:?#;,]+)(?:[:,](?P<port>\d+))?")
#: A host alone, as SQL's tools write it too: tcp:host,1433.
_HOST = re.compile(r"^(?:tcp:)?(?P<host>[\w-]+(?:\.[\w-]+)+)\.?(?:[:,](?P<port>\d+))?(?:[/;\\].*)?$")
_SCHEMES = {"http": 80, "sqlserver": 1433, "mysql": 3306, "postgresql": 5432, "postgres": 5432, "ssh": 22, "ftp": 21}


def connection_notices(config: LandingZoneConfig, plan: LandingZonePlan | None) -> Iterator[Notice]:
    """Returns every connection whose target compute clusters cannot reach. A target that is no host is left out."""
    for project, name, environment in environments(config):
        if environment.isolation.managed and not environment.isolation.approved_only:
            continue
        for key, connection in connections_of(environment).items():
            target = target_of(connection)
            if target is not None and not _opened(config, plan, EnvironmentKey(project, name), target):
                path: Path = ("projects", project, "environments", name, "connections", key, "target")
                yield _notice(config, environment, path, target)


class ConnectionTarget(NamedTuple):
    """The host of a connection's target in lower case, and its port."""

    host: str
    port: int


def target_of(connection_config: ConnectionConfig) -> ConnectionTarget | None:
    """The target of a connection; None where it names no host."""
    text = connection_config.target.strip()
    match = _URL.match(text) or _HOST.match(text)
    if match is None:
        return None
    scheme = match.groupdict().get("scheme") or ""
    host = match["host"].lower().rstrip(".")
    usual = next(
        (row.port for row in PORTS if row.category == connection_config.category and row.host_part in host), None
    )
    port = match["port"] or usual or _SCHEMES.get(scheme.lower(), 443)
    return ConnectionTarget(host, int(port))


def _opened(
    config: LandingZoneConfig, plan: LandingZonePlan | None, owner: EnvironmentKey, target: ConnectionTarget
) -> bool:
    """Returns true if an endpoint, a tag or a host of a rule opens a target. Without a plan any store may be own."""
    host, port, cloud = target.host, target.port, config.cloud
    environment = config.projects[owner.project].environments[owner.environment]
    if plan is None and any(host.endswith(host_of(service, cloud)) for service in ("storage", "vault", "registry")):
        return True
    if plan is not None and host in _own(config, plan, owner):
        return port in (443, 445)
    managed = environment.isolation.managed
    choices = {"highBusinessImpact"} if environment.security.high_business_impact and not managed else set()
    by_azure = {row.tag for row in REQUIRED_TAGS}
    for tag, needs in tags_of(host, port, cloud):
        if (managed and tag not in by_azure) or (needs and needs not in choices):
            continue
        policy = environment.endpoint_policy(owner.environment, cloud) if tag.startswith("Storage.") else None
        if policy is None or host.split(".")[0] in {parse(account).name.lower() for account in policy.allow}:
            return True
    if any(_answers(item, host, cloud) and item.opens(port) for item in environment.destinations.values()):
        return True
    hosts = [host for scenario in config.egress for row in SCENARIOS[scenario] for host in row.hosts]
    hosts += [host for own in config.egress_hosts.values() for host in own.hosts]
    hosts += [item.format(region=config.location) for row in required_hosts(cloud) for item in row.hosts]
    hosts += environment.isolation.allow if managed else ()
    return port in ((80, 443) if managed else (443,)) and any(matches(host, item) for item in hosts)


def _answers(item: DestinationConfig, host: str, cloud: CloudName) -> bool:
    """Returns whether a destination has a host among its names, or an address in its ranges."""
    if _is_address(host):
        return any(IPv4Address(host) in IPv4Network(cidr) for cidr in item.addresses or ())
    return any(matches(host, pattern) for pattern in item.names(cloud))


def _own(config: LandingZoneConfig, plan: LandingZonePlan, owner: EnvironmentKey) -> set[str]:
    """Hosts that private endpoints answer for: of the environment, and of capabilities."""
    cloud, region = config.cloud, config.location
    storage, vaults, registries = (host_of(service, cloud) for service in ("storage", "vault", "registry"))
    environment = config.projects[owner.project].environments[owner.environment]
    spec = next(
        project_environment_spec
        for project_environment_spec in plan.environments
        if (project_environment_spec.project, project_environment_spec.environment) == owner
    )
    groups = ("blob", "file", *(("queue", "table") if environment.batch else ()))
    own_hosts = {f"{spec.storage.name}.{group}.{storage}" for group in groups}
    own_hosts.add(f"{spec.key_vault.name}.{vaults}")
    shared = plan.part(SharedRegistrySpec)
    registry = spec.registry or (shared.registry if shared else None)
    own_hosts |= {f"{registry.name}.{registries}", f"{registry.name}.{region}.data.{registries}"} if registry else set()
    own_hosts |= {host for part in parts_of(environment) for host in part.hosts(region, cloud)}
    parts = (planned.part for planned in (*spec.capabilities, *plan.capabilities))
    own_hosts |= {host for part in parts if part.users is None or owner in part.users for host in part.hosts}
    return {host.lower() for host in own_hosts}


def _notice(config: LandingZoneConfig, environment: EnvironmentConfig, path: Path, target: ConnectionTarget) -> Notice:
    host, port = target
    managed = environment.isolation.managed
    text = f"No rule lets compute targets reach {host} on port {port}: the connection works only from elsewhere."
    closed = "Where the service refuses public access, it needs a private endpoint: `destinations` with `resource`."
    own = not managed and config.hub.stack is None
    if _is_address(host):
        item = f"{{{_word(path)}: {{addresses: [{host}/32], ports: [{port}], why: ...}}}}"
        add = f"Add `destinations: {item}` to the environment, if `onPremises` has the address. " if own else ""
        remedy = f"{add}Name its host, if it has one."
    elif port not in ((80, 443) if managed else (443,)):
        tag = f"{{{_word(path)}: {{serviceTag: ..., ports: [{port}], hosts: [{host}], why: ...}}}}"
        remedy = f"Add `destinations: {tag}` to the environment"
        remedy += ", with `addresses` instead of the tag for a host on premises. " if own else ". "
        remedy = f"{remedy}{closed}" if own or managed else f"No key opens port {port} with `hub.stack`. {closed}"
    elif managed and _is_storage(config, host):
        remedy = (
            "A managed network reaches storage accounts only by private endpoints, and none to this account is built "
            "here yet. Use `isolation: injected`, or `dataLake.existing` for a data lake."
        )
    elif environment.endpoint_policy(str(path[3]), config.cloud) is not None and _is_storage(config, host):
        remedy = f"Add the account's id to `security.storageEndpointPolicy.allow`. {closed}"
    else:
        name = _word(path)
        other = "Or add it to `isolation.allow`. " if managed else ""
        elsewhere = " here and in the hub's own stack file" if config.hub.stack is not None and not managed else ""
        remedy = f"Add `egressHosts: {{{name}: {{hosts: [{host}], why: ...}}}}`{elsewhere} to open it. {other}{closed}"
    return Notice(CONNECTION_NOT_OPENED, path, text, remedy)


def _word(path: Path) -> str:
    """Returns a name for a rule, from that of the connection."""
    name = re.sub(r"[^a-z0-9]+", "-", str(path[5]).lower()).strip("-")[:16].strip("-")
    return name if re.match(r"^[a-z]", name) and len(name) > 1 else f"to-{name}"[:16].strip("-")


def _is_address(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True


def _is_storage(config: LandingZoneConfig, host: str) -> bool:
    return host.endswith(f".{host_of('storage', config.cloud)}")
