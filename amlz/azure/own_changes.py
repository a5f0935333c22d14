"""Changes that a refresh reports although nobody made them: properties that Azure sets by itself, one row each.

A refresh of azure-native carries over to the inputs every answer of Azure that differs from the one after the last
write (Read in provider/pkg/provider/provider.go of pulumi/pulumi-azure-native). Some of it Azure did itself, since
another resource of the stack came. A row states the change of a property; any other change of it is drift. That a
refresh reports these properties was measured with azure-native's rules over a simulated Azure (2026-11-28), not in
Azure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from amlz.azure.shapes import arm_type
from amlz.dataclass import dataclass

Inputs = Mapping[str, Any]
#: End of the first key of a path.
_TOP = re.compile(r"[.\[]")


@dataclass(frozen=True, slots=True)
class Around:
    """The resource that changed, by its id, and the ids of all resources of its stack, in lower case."""

    id: str
    stack: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnChange:
    """A row. `type`: the ARM type, "" for any. `path`: keys of the inputs. `is_own` gets the old and the new value."""

    type: str
    path: tuple[str, ...]
    says: str
    source: str
    is_own: Callable[[Any, Any, Around], bool]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Result of a refresh for a resource, as inputs at the top: `drift`, and `own` for Azure's own changes.

    An input that changed in both ways is drift.
    """

    drift: tuple[str, ...]
    own: tuple[str, ...]


def refreshed(step: Mapping[str, Any], stack: frozenset[str]) -> Refreshed:
    """Returns the result of a refresh for a resource. `step`: metadata of Pulumi's event; `stack`: as in Around.

    An input that the engine calls changed, and of which the event shows no values, is drift.
    """
    old, new = step.get("old") or {}, step.get("new") or {}
    kind = arm_type(step["type"]).arm_type
    rows = {row.path: row for row in OWN_CHANGES if row.type in ("", kind)}
    around = Around(str(old.get("id")), stack)
    drift, own = set[str](), set[str]()
    for path, was, now in _changed(old.get("inputs") or {}, new.get("inputs") or {}, rows):
        (own if path in rows and rows[path].is_own(was, now, around) else drift).add(path[0])
    values = {first_key(name) for name in (*(step.get("diffs") or ()), *(step.get("detailedDiff") or ()))}
    drift |= values - own
    return Refreshed(tuple(sorted(drift)), tuple(sorted(own - drift)))


def first_key(path: str) -> str:
    """The input at the top of a path of the engine's: `tags` of `tags.owner`, `routes` of `routes[0].name`."""
    return _TOP.split(path)[0]


def _changed(
    old: Inputs, new: Inputs, rows: Mapping[tuple[str, ...], OwnChange], above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Returns each path at which two objects differ, down to the paths of rows."""
    for key in sorted({*old, *new}):
        path, was, now = (*above, key), old.get(key), new.get(key)
        if was == now:
            continue
        if path not in rows and isinstance(was, Mapping) and isinstance(now, Mapping):
            yield from _changed(was, now, rows, path)
        else:
            yield path, was, now


def _is_empty(_old: Any, new: Any, _around: Around) -> bool:
    return not new


def _is(value: str) -> Callable[[Any, Any, Around], bool]:
    return lambda _old, new, _around: bool(new == value)


def _of_the_stack(_old: Any, new: Any, around: Around) -> bool:
    return isinstance(new, Mapping) and str(new.get("id")).lower() in around.stack


def _is_active(_old: Any, new: Any, _around: Around) -> bool:
    return isinstance(new, Mapping) and new.get("status") == "Active"


def _rules_are_known(old: Any, new: Any, around: Around) -> bool:
    """Returns whether each rule that is new or another is a resource of the stack, or one that Azure requires."""
    if not isinstance(new, Mapping):
        return False
    before = old if isinstance(old, Mapping) else {}
    stack_has = {name for name in new if f"{around.id}/outboundRules/{name}".lower() in around.stack}
    azures = {name for name, rule in new.items() if isinstance(rule, Mapping) and rule.get("category") in _AZURES}
    others = {name for name, rule in new.items() if rule != before.get(name)} - stack_has - azures
    return not others and {*before} <= {*new}


def _same_set(old: Any, new: Any, _around: Around) -> bool:
    if not isinstance(old, list) or not isinstance(new, list):
        return False
    return sorted(str(item).lower() for item in old) == sorted(str(item).lower() for item in new)


#: Categories of outbound rules that Azure makes by itself: RuleCategory of the published type.
_AZURES = ("Required", "Recommended", "Dependency")
_LEARN = "https://learn.microsoft.com/azure/"
_REST = "https://learn.microsoft.com/rest/api/"
_ISSUES = "https://github.com/pulumi/pulumi-azure-native/issues/"
_NETWORK, _ML = "Microsoft.Network", "Microsoft.MachineLearningServices"

OWN_CHANGES = (
    OwnChange(
        f"{_NETWORK}/privateEndpoints",
        ("customDnsConfigs",),
        "names to register are listed until a zone group registers them, then the list is empty",
        _LEARN + "private-link/private-endpoint-dns",
        _is_empty,
    ),
    OwnChange(
        f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings",
        ("peeringState",),
        "the side that is created first is Initiated, and Connected once the other side exists",
        _LEARN + "virtual-network/virtual-network-manage-peering",
        _is("Connected"),
    ),
    OwnChange(
        f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings",
        ("peeringSyncLevel",),
        "both sides know each other's address space once they are connected",
        _REST + "virtualnetwork/virtual-network-peerings/get",
        _is("FullyInSync"),
    ),
    OwnChange(
        f"{_ML}/workspaces",
        ("managedNetwork", "outboundRules"),
        "outbound rules that are resources of the stack, or that Azure requires, show in the workspace",
        _ISSUES + "3225",
        _rules_are_known,
    ),
    OwnChange(
        f"{_ML}/workspaces",
        ("managedNetwork", "status"),
        "a managed network becomes active when it is provisioned",
        _ISSUES + "3225",
        _is_active,
    ),
    OwnChange(
        f"{_NETWORK}/publicIPAddresses",
        ("natGateway",),
        "an address shows the NAT gateway of the stack that uses it",
        _REST + "virtualnetwork/public-ip-addresses/get",
        _of_the_stack,
    ),
    OwnChange(
        "",
        ("identity", "userAssignedIdentities"),
        "azure-native lists identities in another order each time",
        "https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/convert/sdkOutputsToSdkInputs.go",
        _same_set,
    ),
)
