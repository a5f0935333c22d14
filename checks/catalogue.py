"""All checks, and running them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from arm.graph import ResourceGraph
from checks import (
    accepted_finding,
    data_unprotected_production,
    dns_endpoint_without_zone,
    dns_zone_not_linked,
    exposure_public_access,
    identity_datastore_without_role,
    identity_issuer_retires,
    identity_missing_role,
    keys_enabled,
    logs_no_diagnostics,
    names_duplicate,
    names_invalid,
    network_compute_in_wrong_network,
    network_default_outbound,
    network_nsg_attached_to_nothing,
    network_subnet_without_nsg,
    network_subnet_without_route_to_firewall,
    order_compute_before_endpoint,
    order_reference_without_dependency,
    place_zones_not_in_region,
    policy_conflict,
    policy_exemption_expired,
    provider_wrong_subscription,
    storage_hns_on_default_store,
    workspace_no_image_build_compute,
    workspace_registry_not_premium,
)
from checks.finding import Check, Finding, Severity
from checks.known_conflicts import KNOWN
from checks.reading import text
from landingzone.problems import LandingZoneError
from policies.engine.requests import Answer

Find = Callable[[ResourceGraph], Iterator[Finding]]

CHECKS: tuple[tuple[Check, Find], ...] = tuple(
    (module.CHECK, module.find)
    for module in (
        data_unprotected_production,
        dns_endpoint_without_zone,
        dns_zone_not_linked,
        exposure_public_access,
        identity_datastore_without_role,
        identity_issuer_retires,
        identity_missing_role,
        keys_enabled,
        logs_no_diagnostics,
        names_duplicate,
        names_invalid,
        network_compute_in_wrong_network,
        network_default_outbound,
        network_nsg_attached_to_nothing,
        network_subnet_without_nsg,
        network_subnet_without_route_to_firewall,
        order_compute_before_endpoint,
        order_reference_without_dependency,
        place_zones_not_in_region,
        policy_exemption_expired,
        provider_wrong_subscription,
        storage_hns_on_default_store,
        workspace_no_image_build_compute,
        workspace_registry_not_premium,
    )
)


#: All checks by id, those that judge answers of policies and what the stack file accepts among them.
ALL: tuple[Check, ...] = tuple(
    sorted((*(check for check, _ in CHECKS), policy_conflict.CHECK, accepted_finding.CHECK), key=lambda c: c.id)
)


def run(graph: ResourceGraph, answers: Iterable[Answer] = ()) -> tuple[Finding, ...]:
    """Everything that is found: the worst first, then by check and resource. `answers`: what Azure Policy says."""
    return in_order((*(f for _, find in CHECKS for f in find(graph)), *policy_conflict.find(graph, answers)))


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The worst first, then by check and resource."""
    order = list(Severity)
    return tuple(sorted(found, key=lambda f: (order.index(f.severity), f.check, f.urn, f.path, f.message)))


def explain(check_id: str) -> str:
    """What a check is about. Raises LandingZoneError for an id that there is not."""
    for check in ALL:
        if check.id == check_id:
            return "\n".join(
                [f"{check.id}  {check.severity.value}", "", check.why, "", _plain(check.remedy), "", check.source, ""]
            )
    known = "\n  ".join(check.id for check in ALL)
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
    for check in ALL:
        lines += [f"## {check.id}", "", f"Severity: {check.severity.value}. {check.why}", ""]
        lines += [f'It says: "{_plain(check.says)}"', ""]
        lines += [f"*What to do:* {_plain(check.remedy)}", "", f"Source: <{check.source}>", ""]
        lines += _known_conflicts() if check is policy_conflict.CHECK else []
    return "\n".join(lines).rstrip() + "\n"


_WHEN = {
    "": "",
    "injected": ", while computes are in a subnet",
    "managed": ", while its network is managed",
    "sent": ", though it is sent",
}


def _known_conflicts() -> list[str]:
    """The table of demands that are known to be a conflict."""
    lines = [
        "Known conflicts. A refusal that is in no row is told as well, with the ways out that are left: another "
        "assignment, or an exemption.",
        "",
        "| of | at | is demanded | the landing zone | in the stack file |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in KNOWN:
        types = ", ".join(f"`{each.lstrip('/')}`" for each in row.types) or "anything"
        paths = ", ".join(dict.fromkeys(f"`{path.rstrip('.')}`" for path in row.paths))
        takes = " or ".join("nothing" if each is None else f"`{text(each)}`" for each in row.takes) or "whatever"
        key = f"`{row.key.lstrip('.').replace('{compute}', 'COMPUTE')}`" if row.key else "not said"
        lines.append(f"| {types} | {paths} | {takes}{_WHEN[row.when]} | {_plain(row.needs)} | {key} |")
    return [*lines, ""]


def _plain(sentence: str) -> str:
    """A sentence with its {words} as CAPITALS. Words that may be empty stand at the end and are left out."""
    return re.sub(r"\{(\w+)\}", lambda word: word[1].upper(), sentence.replace("{key}", ""))
