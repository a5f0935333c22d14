"""Conditions of TLS inspection by the hub's firewall."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.clouds import title
from amlz.core.facts.egress import SIGN_IN
from amlz.core.problems import Path, Problem

_PATH: Path = ("hub", "firewall", "tlsInspection")


def check_input(config: LandingZoneConfig) -> Iterator[Problem]:
    """Returns what is missing for an inspection, on either side."""
    inspected = [name for name, hosts in config.egress_hosts.items() if hosts.inspect]
    if config.hub.elsewhere is not None:
        for name in inspected:
            yield Problem(
                ("egressHosts", name, "inspect"),
                "The firewall of the hub decrypts traffic, and this stack does not create the hub.",
                "Remove it, and set it in the stack file of the hub, or have the owner of the hub do so.",
            )
        return
    tls_inspection = config.hub.firewall.tls_inspection
    if tls_inspection is None:
        for name in inspected:
            yield Problem(
                ("egressHosts", name, "inspect"),
                "The firewall has no certificate to decrypt traffic with.",
                "Set `hub.firewall.tlsInspection`, or remove `inspect`.",
            )
        return
    if config.hub.firewall.tier != "Premium":
        yield Problem(
            _PATH,
            f"TLS inspection is a feature of tier Premium, and `hub.firewall.tier` is {config.hub.firewall.tier}.",
            "Set `hub.firewall.tier: Premium`.",
        )
    if not inspected and tls_inspection.tenant_restrictions is None:
        yield Problem(
            _PATH, "No host is inspected.", "Set `inspect: true` for an entry of `egressHosts`, or remove this key."
        )
    if tls_inspection.tenant_restrictions is not None and config.cloud != SIGN_IN.cloud:
        yield Problem(
            (*_PATH, "tenantRestrictions"),
            f"No page that was available names the sign-in hosts of tenant restrictions in {title(config.cloud)}.",
            "Remove it.",
        )
