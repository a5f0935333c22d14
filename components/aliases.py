"""Dropping the aliases that the SDK generates, one for each API version of a type.

They are most of what registering a resource costs, and no stack that was made by this program needs them: its
tokens carry no API version. docs/decisions/aliases.md has the measurements.
"""

from __future__ import annotations

import pulumi


def drop_generated_aliases() -> None:
    """Drops generated aliases of every azure-native resource that is registered from now on."""
    pulumi.runtime.register_stack_transformation(_without_generated)


def _without_generated(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    aliases = args.opts.aliases
    if not args.type_.startswith("azure-native:") or not isinstance(aliases, list):
        return None
    args.opts.aliases = [alias for alias in aliases if not _is_generated(alias)]
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def _is_generated(alias: object) -> bool:
    """Generated ones state only that the same resource once had another type; a person's also give a name."""
    return (
        isinstance(alias, pulumi.Alias)
        and isinstance(alias.type_, str)
        and alias.type_.startswith("azure-native:")
        and all(part is ... for part in (alias.name, alias.parent, alias.stack, alias.project))  # type: ignore[comparison-overlap]
    )
