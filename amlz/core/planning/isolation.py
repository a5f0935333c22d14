"""Settings that a managed network excludes, and those that only a managed network has."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.addresses import environments
from amlz.core.config import EnvironmentConfig, LandingZoneConfig
from amlz.core.config.isolation import IsolationConfig
from amlz.core.facts.egress import SHARED_DOMAINS
from amlz.core.facts.managed_network import LISTED_STORAGE_HOSTS, STORAGE_HOSTS
from amlz.core.problems import Path, Problem


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Everything that cannot be together with an environment's isolation."""
    approved_only: list[Path] = []
    for project, name, environment in environments(config):
        path: Path = ("projects", project, "environments", name)
        isolation = environment.isolation
        yield from _not_its_own(isolation, (*path, "isolation"))
        if isolation.managed:
            yield from _excluded(environment, path)
        if isolation.approved_only:
            approved_only.append(path)
            yield from _hosts(isolation, (*path, "isolation", "allow"))
    if approved_only:
        first = ".".join(str(part) for part in approved_only[0])
        for key, own in config.egress_hosts.items():
            for index, host in enumerate(own.hosts):
                if _storage(host):
                    yield Problem(
                        ("egressHosts", key, "hosts", index),
                        f"{host} is of storage accounts, which a managed network reaches by private endpoints only, "
                        f"and {first} has one (isolation: managed).",
                        f"Remove {'the host' if len(own.hosts) > 1 else f'`egressHosts.{key}`'}, or set "
                        "`isolation: injected` there.",
                    )


def _not_its_own(isolation: IsolationConfig, path: Path) -> Iterator[Problem]:
    """Returns keys without an effect in this mode."""
    model_fields_set = isolation.model_fields_set
    for key in ("outbound", "firewall", "allow"):
        if not isolation.managed and key in model_fields_set:
            yield Problem(
                (*path, key),
                f"{key} applies to managed networks only: with `mode: injected`, compute targets are in a subnet "
                "behind the hub's firewall.",
                "Set `mode: managed`, or remove it; `egress` opens hosts for subnets.",
            )
    if isolation.managed and isolation.outbound == "internet":
        for key, item in (("firewall", "there is no firewall"), ("allow", "every host is allowed already")):
            if key in model_fields_set:
                yield Problem(
                    (*path, key),
                    f"With `outbound: internet` {item}.",
                    "Remove it, or set `outbound: approvedOnly`.",
                )


def _excluded(environment: EnvironmentConfig, path: Path) -> Iterator[Problem]:
    if environment.scoring_nodes:
        yield Problem(
            (*path, "scoringNodes"),
            f"{environment.scoring_nodes} nodes would be in the scoring subnet, and with `isolation: managed` "
            "there is none: compute targets are only in the managed network.",
            "Remove scoringNodes, or set `isolation: injected`.",
        )
    if environment.scoring_subnet:
        yield Problem(
            (*path, "scoringSubnet"),
            "With `isolation: managed` there is no scoring subnet: compute targets are only in the managed network.",
            "Remove scoringSubnet, or set `isolation: injected`.",
        )


def _hosts(isolation: IsolationConfig, path: Path) -> Iterator[Problem]:
    for index, host in enumerate(isolation.allow):
        below = host.removeprefix("*.")
        if host in isolation.allow[:index]:
            yield Problem((*path, index), f"{host} is in the list twice.", "Remove one.")
        elif _storage(host):
            yield Problem(
                (*path, index),
                f"{host} is of storage accounts: a managed network that lets out only what is approved reaches them by "
                "private endpoints only.",
                "Remove it; the environment's own storage has its endpoints.",
            )
        elif below != host and ("." not in below or below in SHARED_DOMAINS):
            yield Problem(
                (*path, index),
                f"{host} allows egress to anyone: anyone can register a name below {below}.",
                "List the full names of the hosts.",
            )


def _storage(host: str) -> bool:
    """Returns whether a host, or everything below it, is of storage accounts."""
    return host not in LISTED_STORAGE_HOSTS and f".{host.removeprefix('*.')}".endswith(STORAGE_HOSTS)
