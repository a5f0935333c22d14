"""A role assignment."""

from __future__ import annotations

import pulumi
from pulumi_azure_native import authorization, managedidentity

from amlz.core.specs import RoleAssignmentSpec
from components.site import Site


def role_assignment(parent: pulumi.Resource, name: str, args: RoleAssignmentSpec, site: Site) -> None:
    """Assigns a role: to an Entra group or service principal by its object id, or to an identity that is built here."""
    assignment = authorization.RoleAssignment(
        f"{name}-{args.key}",
        role_assignment_name=args.name,
        scope=site.scope(args.scope),
        role_definition_id=args.role_id,
        principal_id=_principal(args, site),
        principal_type=args.principal.kind,  # set, so that Azure does not look for an identity it does not know yet
        description=f"{args.who}: {args.why}",
        opts=site.options(parent, args.subscription),
    )
    site.built(args.id, assignment)


def _principal(args: RoleAssignmentSpec, site: Site) -> pulumi.Input[str]:
    if not args.principal.identity:
        return args.principal.object_id
    holder = site.resource(args.principal.identity)
    if isinstance(holder, authorization.PolicyAssignment):
        own: pulumi.Output[str] = holder.identity.apply(lambda identity: identity.principal_id if identity else "")
        return own
    assert isinstance(holder, managedidentity.UserAssignedIdentity)
    principal: pulumi.Output[str] = holder.principal_id
    return principal
