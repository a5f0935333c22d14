"""Guardrails in clouds that may not have every built-in: without those that no list has."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from amlz.core.config import LandingZoneConfig
from amlz.core.facts.builtins import LISTED
from amlz.policy.library import OURS, Entry, Library, library

GUARDRAIL = "guardrails-"


def library_of(config: LandingZoneConfig) -> Library:
    """The policies of this repository, as the cloud of a stack file takes them. Raises what `library` raises."""
    listed = _listed(config)
    return library() if listed is None else _without_unlisted(library(), listed)


def left_out(config: LandingZoneConfig) -> int:
    """Returns how many members of the requested guardrails are left out. Raises what `library` raises."""
    listed = _listed(config)
    if listed is None:
        return 0
    whole = library()
    left = _without_unlisted(whole, listed)
    names = [f"{GUARDRAIL}{short}" for short in config.policies.guardrails]
    return sum(_members(whole, name) - _members(left, name) for name in names)


def _listed(config: LandingZoneConfig) -> frozenset[str] | None:
    """The built-ins that the cloud is known to have; None where none is left out."""
    return None if config.policies.built_ins == "all" else LISTED.get(config.cloud)


def _without_unlisted(every: Library, listed: frozenset[str]) -> Library:
    return Library(tuple(kept for entry in every.entries if (kept := _in_cloud(entry, listed)) is not None))


def _members(policies: Library, name: str) -> int:
    entry = policies.entry(name)
    return len(entry.written.get("policyDefinitions", ())) if entry else 0


def _in_cloud(entry: Entry, listed: frozenset[str]) -> Entry | None:
    """A guardrail without members that are not listed, and without parameters that no other takes: Azure refuses both.

    None where nothing is left. Custom policies are not examined.
    https://learn.microsoft.com/azure/governance/policy/concepts/initiative-definition-structure
    """
    if not (entry.is_initiative and entry.name.startswith(GUARDRAIL)):
        return entry
    written = entry.written
    members = [
        member for member in written["policyDefinitions"] if _in_list(member.get("policyDefinitionId", ""), listed)
    ]
    used = set(re.findall(r"parameters\('([^']+)'\)", json.dumps(members)))
    parameters = {name: declaration for name, declaration in written.get("parameters", {}).items() if name in used}
    properties = {**written, "policyDefinitions": members, "parameters": parameters}
    return replace(entry, document={**entry.document, "properties": properties}) if members else None


def _in_list(policy_id: str, listed: frozenset[str]) -> bool:
    return policy_id.startswith(OURS) or policy_id.rpartition("/")[2] in listed
