"""All checks, and running them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from arm.graph import ResourceGraph
from checks import (
    dns_endpoint_without_zone,
    dns_zone_not_linked,
    exposure_public_access,
    identity_missing_role,
    keys_enabled,
    logs_no_diagnostics,
    network_default_outbound,
    network_nsg_attached_to_nothing,
    network_subnet_without_nsg,
    order_compute_before_endpoint,
    order_reference_without_dependency,
    provider_wrong_subscription,
)
from checks.finding import Check, Finding, Severity
from landingzone.problems import LandingZoneError

Find = Callable[[ResourceGraph], Iterator[Finding]]

CHECKS: tuple[tuple[Check, Find], ...] = tuple(
    (module.CHECK, module.find)
    for module in (
        dns_endpoint_without_zone,
        dns_zone_not_linked,
        exposure_public_access,
        identity_missing_role,
        keys_enabled,
        logs_no_diagnostics,
        network_default_outbound,
        network_nsg_attached_to_nothing,
        network_subnet_without_nsg,
        order_compute_before_endpoint,
        order_reference_without_dependency,
        provider_wrong_subscription,
    )
)


def run(graph: ResourceGraph) -> tuple[Finding, ...]:
    """Everything that is found: the worst first, then by check and resource."""
    order = list(Severity)
    found = (finding for _, find in CHECKS for finding in find(graph))
    return tuple(sorted(found, key=lambda f: (order.index(f.severity), f.check, f.urn, f.path)))


def explain(check_id: str) -> str:
    """What a check is about. Raises LandingZoneError for an id that there is not."""
    for check, _ in CHECKS:
        if check.id == check_id:
            return "\n".join(
                [f"{check.id}  {check.severity.value}", "", check.why, "", check.remedy, "", check.source, ""]
            )
    known = "\n  ".join(check.id for check, _ in CHECKS)
    raise LandingZoneError(f"There is no finding {check_id!r}. There are:\n  {known}")


def catalogue_page() -> str:
    """docs/checks.md."""
    lines = [
        "# Findings",
        "",
        "What `amlz preview` looks for. Generated from `checks/`; `amlz explain ID` says the same.",
        "",
    ]
    for check, _ in CHECKS:
        lines += [f"## {check.id}", "", f"Severity: {check.severity.value}. {check.why}", ""]
        lines += [f"*What to do:* {check.remedy}", "", f"Source: <{check.source}>", ""]
    return "\n".join(lines).rstrip() + "\n"
