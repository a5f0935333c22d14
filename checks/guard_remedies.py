"""Remedies of changes that Azure refuses or ignores: revert, another name, or delete first and deploy."""

from __future__ import annotations

from arm.ids import parse
from checks.stack_keys import IMAGE_BUILD
from landingzone.facts.data import holding

#: A compute whose key in the stack file is its name.
RENAME = (
    "Revert the change; or rename the compute: give its key in `{owner}` another name. Pulumi then creates the new "
    "compute and deletes {name}."
)
#: Everything else that holds no data: the stack file cannot give it another name.
DELETE_FIRST = (
    "Revert the change; or delete {name} before the deployment, which creates it again: `{command}`, then "
    "`pulumi refresh` and `pulumi up`. For a comparison of revisions, add this entry to the list `allowReplace` of the "
    'stack file, which makes it a warning: `{{resource: {logical}, reason: "Deleted first (ticket)."}}`.'
)
#: What holds data would be lost with it.
HOLDS_DATA = (
    "Revert the change. No update can make it, and {name} holds data: only a new resource can have the new value. "
    "docs/guard.md has the steps to replace it."
)
_COMPUTES = "microsoft.machinelearningservices/workspaces/computes"


def remedy_of(arm_type: str, name: str) -> str:
    """The template of the remedy for a resource that no update can change."""
    if holding(arm_type):
        return HOLDS_DATA
    return RENAME if arm_type.lower() == _COMPUTES and name != IMAGE_BUILD else DELETE_FIRST


def deletion(arm_type: str, resource_id: str) -> str:
    """The command that deletes a resource."""
    if arm_type.lower() != _COMPUTES:
        return f"az resource delete --ids {resource_id}"
    found = parse(resource_id)
    return (
        f"az ml compute delete --name {found.names[-1]} --workspace-name {found.names[-2]} "
        f"--resource-group {found.resource_group} --subscription {found.subscription} --yes"
    )
