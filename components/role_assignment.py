"""A role assignment."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import pulumi
from pulumi_azure_native import authorization, managedidentity

from amlz.core.role_descriptions import description_of
from amlz.core.specs import ExistingPrincipalSpec, RoleAssignmentSpec
from components.resource_registry import ResourceRegistry


@runtime_checkable
class _WithIdentity(Protocol):
    """A resource with a system-assigned identity."""

    @property
    def identity(self) -> pulumi.Output[Any]: ...


def role_assignment(
    parent: pulumi.Resource,
    name: str,
    args: RoleAssignmentSpec,
    resources: ResourceRegistry,
    after: tuple[str, ...] = (),
) -> None:
    """Assigns a role: to an Entra group or service principal by its object id, or to an identity.

    `after`: ids that must exist first, in addition to scope and principal.
    """
    assignment = authorization.RoleAssignment(
        f"{name}-{args.key}",
        role_assignment_name=args.name,
        scope=resources.scope(args.scope),
        role_definition_id=args.role_id,
        principal_id=_principal(args, resources),
        principal_type=args.principal.kind,  # set, so that Azure does not look for an identity it does not know yet
        description=description_of(args.holders, args.reasons),
        opts=resources.options(parent, args.subscription, after),
    )
    resources.register(args.id, assignment)


def _principal(args: RoleAssignmentSpec, resources: ResourceRegistry) -> pulumi.Input[str]:
    if isinstance(args.principal, ExistingPrincipalSpec):
        return args.principal.id
    if args.principal.principal_id is not None:
        return args.principal.principal_id
    holder = resources.resource(args.principal.id)
    if isinstance(holder, managedidentity.UserAssignedIdentity):
        principal: pulumi.Output[str] = holder.principal_id
        return principal
    assert isinstance(holder, _WithIdentity)
    own: pulumi.Output[str] = holder.identity.apply(lambda identity: identity.principal_id if identity else "")
    return own
