"""Resources that a version renamed, or gave another type, as a table: each row becomes an alias.

A stack that was made by an earlier version then keeps these resources. A row lives for two major versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, slots=True)
class ResourceAlias:
    """A resource with another identity. `name`: a pattern of logical names; `earlier`: what `re.sub` makes of one.

    `token`: the type today; `earlier_token`: the type before, where it was another one; `since`: the version that
    moved it.
    """

    since: str
    token: str
    name: str
    earlier: str
    earlier_token: str | None = None

    def alias(self, token: str, name: str) -> pulumi.Alias | None:
        """Returns the alias of a resource, None where the row is not about it."""
        if token != self.token or re.fullmatch(self.name, name) is None:
            return None
        earlier = re.sub(self.name, self.earlier, name)
        return pulumi.Alias(name=earlier) if self.earlier_token is None else pulumi.Alias(earlier, self.earlier_token)


#: None yet: no version has moved a resource.
MOVED: tuple[ResourceAlias, ...] = ()


def register_moved_aliases(rows: tuple[ResourceAlias, ...] = MOVED) -> None:
    """Gives an alias to every resource of these rows that is registered from now on."""

    def with_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        aliases = [alias for row in rows if (alias := row.alias(args.type_, args.name)) is not None]
        if not aliases:
            return None
        before = args.opts.aliases if isinstance(args.opts.aliases, list) else []
        args.opts.aliases = [*before, *aliases]
        return pulumi.ResourceTransformationResult(args.props, args.opts)

    if rows:
        pulumi.runtime.register_stack_transformation(with_aliases)
