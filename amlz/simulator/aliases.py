"""Under which URNs a resource may have stood before: its own aliases, and those of what is above it.

By the engine's rules (resource/deploy/step_generator.go of https://github.com/pulumi/pulumi/tree/master/pkg), which are
called collapseAliasToUrn, inheritedChildAlias and generateAliases there. It takes the one that its state holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

#: How a type of azure-native was written with its API version, by older SDKs.
_VERSIONED = re.compile(r"azure-native:\w+/v\d\w*:\w+")
_ROOT = "pulumi:pulumi:Stack"
MakeUrn = Callable[[str, str, str], str]


def former_urns(request: Any, make_urn: MakeUrn, above: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Returns the former URNs of a registration, in its order. `above`: the former URNs of what was registered before.

    Aliases that the SDK generates, one for each API version, are left out: no program writes such versions now.
    """
    own = [*request.aliasURNs, *(_urn(alias, request, make_urn) for alias in request.aliases if not _generated(alias))]
    urns = dict.fromkeys(own)
    for parent in above.get(request.parent, ()):
        for type_, name in ((request.type, request.name), *map(_type_and_name, own)):
            urns[make_urn(parent, type_, _inherited(name, request.parent, parent))] = None
    return tuple(urns)


def _generated(alias: Any) -> bool:
    spec = alias.spec
    others = (spec.name, spec.stack, spec.project, spec.parentUrn)
    return not alias.urn and not any(others) and not spec.noParent and bool(_VERSIONED.fullmatch(spec.type))


def _urn(alias: Any, request: Any, make_urn: MakeUrn) -> str:
    if alias.urn:
        return str(alias.urn)
    spec = alias.spec
    parent = "" if spec.noParent else spec.parentUrn or request.parent
    urn = make_urn("" if _ROOT in parent else parent, spec.type or request.type, spec.name or request.name)
    head, project, rest = urn.split("::", 2)
    if spec.stack:
        head = f"urn:pulumi:{spec.stack}"
    return "::".join((head, spec.project or project, rest))


def _type_and_name(urn: str) -> tuple[str, str]:
    _, _, types, name = urn.split("::", 3)
    return types.rpartition("$")[2], name


def _inherited(name: str, parent: str, former: str) -> str:
    """A child that has its parent's name before its own had the former one there."""
    own = parent.rpartition("::")[2]
    return former.rpartition("::")[2] + name.removeprefix(own) if name.startswith(own) else name
