"""All checks, and running them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from arm.graph import ResourceGraph
from checks import (
    data_unprotected_production,
    dns_endpoint_without_zone,
    dns_zone_not_linked,
    exposure_public_access,
    identity_missing_role,
    keys_enabled,
    logs_no_diagnostics,
    names_duplicate,
    names_invalid,
    network_default_outbound,
    network_nsg_attached_to_nothing,
    network_subnet_without_nsg,
    network_subnet_without_route_to_firewall,
    order_compute_before_endpoint,
    order_reference_without_dependency,
    provider_wrong_subscription,
    storage_hns_on_default_store,
    workspace_no_image_build_compute,
    workspace_registry_not_premium,
)
from checks.finding import Check, Finding, Severity
from landingzone.problems import LandingZoneError

Find = Callable[[ResourceGraph], Iterator[Finding]]

CHECKS: tuple[tuple[Check, Find], ...] = tuple(
    (module.CHECK, module.find)
    for module in (
        data_unprotected_production,
        dns_endpoint_without_zone,
        dns_zone_not_linked,
        exposure_public_access,
        identity_missing_role,
        keys_enabled,
        logs_no_diagnostics,
        names_duplicate,
        names_invalid,
        network_default_outbound,
        network_nsg_attached_to_nothing,
        network_subnet_without_nsg,
        network_subnet_without_route_to_firewall,
        order_compute_before_endpoint,
        order_reference_without_dependency,
        provider_wrong_subscription,
        storage_hns_on_default_store,
        workspace_no_image_build_compute,
        workspace_registry_not_premium,
    )
)


def run(graph: ResourceGraph) -> tuple[Finding, ...]:
    """Everything that is found: the worst first, then by check and resource."""
    order = list(Severity)
    found = (finding for _, find in CHECKS for finding in find(graph))
    return tuple(sorted(found, key=lambda f: (order.index(f.severity), f.check, f.urn, f.path, f.message)))


def explain(check_id: str) -> str:
    """What a check is about. Raises LandingZoneError for an id that there is not."""
    for check, _ in CHECKS:
        if check.id == check_id:
            return "\n".join(
                [f"{check.id}  {check.severity.value}", "", check.why, "", _plain(check.remedy), "", check.source, ""]
            )
    known = "\n  ".join(check.id for check, _ in CHECKS)
    raise LandingZoneError(f"There is no finding {check_id!r}. There are:\n  {known}")


def catalogue_page() -> str:
    """docs/checks.md."""
    lines = [
        "# Findings",
        "",
        "What `amlz preview` looks for. Generated from `checks/`; `amlz explain ID` says the same. Words in CAPITALS "
        "stand for names and values.",
        "",
        "Where what decides is known only at deployment, a check says so in a note that begins with *Undecided*. It "
        "never takes the unknown for fine.",
        "",
    ]
    for check, _ in CHECKS:
        lines += [f"## {check.id}", "", f"Severity: {check.severity.value}. {check.why}", ""]
        lines += [f'It says: "{_plain(check.says)}"', ""]
        lines += [f"*What to do:* {_plain(check.remedy)}", "", f"Source: <{check.source}>", ""]
    return "\n".join(lines).rstrip() + "\n"


def _plain(text: str) -> str:
    """A sentence with its {words} as CAPITALS. Words that may be empty stand at the end and are left out."""
    return re.sub(r"\{(\w+)\}", lambda word: word[1].upper(), text.replace("{key}", ""))
