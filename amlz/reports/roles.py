"""Custom roles of the deployer and of the reader: as text, JSON, Azure CLI commands or Bicep."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from amlz.azure.delegation import ASSIGNMENTS, CONDITION_VERSION, custom_role
from amlz.azure.deployer import Action, CustomRoleGrant, DeployerRoles, RoleToCreate
from amlz.azure.ids import parse
from amlz.azure.rights import Basis
from amlz.core.terminal import in_one_line
from amlz.core.words import plural
from amlz.reports.json_text import dump
from amlz.reports.lines import wrapped

#: Placeholder of the principal's object ID in a condition of the JSON form.
HOLDER = "PRINCIPAL_ID"
_ROLE = "Microsoft.Authorization/roleDefinitions"
_API = "2022-04-01"
_GROUP_KIND, _SUBSCRIPTION_KIND = "Microsoft.Resources/resourceGroups", "Microsoft.Resources/subscriptions"

LIMITATIONS = (
    "Not tried against Azure. Actions marked inferred are published operations; no source states that the "
    "request needs them.",
    "The backend of Pulumi's state needs its own role, such as Storage Blob Data Contributor on its container.",
    "Resource providers have to be registered by someone with that right: Microsoft.*/register/action is not included.",
)


def as_json(stack: str, roles: DeployerRoles) -> str:
    """For programs."""
    return dump(
        {
            "schemaVersion": 1,
            "stack": stack,
            "purpose": roles.purpose,
            "roles": [_record(grant) for grant in roles.grants],
            "resourceProviders": [asdict(one) | {"command": one.command} for one in roles.providers],
            "customRoles": [_definition_record(one) for one in roles.definitions],
            "notKnown": [{"type": kind, "what": item} for kind, item in roles.unknown],
            "limitations": list(LIMITATIONS),
        }
    )


def as_text(stack: str, roles: DeployerRoles) -> str:
    """For people: each role with its scope and actions."""
    lines = [f"{in_one_line(stack)}: custom roles of the {roles.purpose}", ""]
    for grant in roles.grants:
        lines += [in_one_line(grant.name), f"  scope: {grant.scope}"]
        lines += [
            f"  may assign {plural(len(ids), 'role')} to principals of type {kind}" for kind, ids in grant.assignable
        ]
        lines += [f"  {action.name}{_mark(action)}" for action in grant.actions]
        lines.append("")
    lines += _before(roles)
    lines += [wrapped("  ", f"{text}.") for text in _unknown(roles)]
    lines += [wrapped("  ", text) for text in LIMITATIONS]
    return "\n".join(lines) + "\n"


def as_az(stack: str, roles: DeployerRoles) -> str:
    """Commands of the Azure CLI, for a person who may create custom roles and assignments."""
    lines = [
        f"# {in_one_line(stack)}: custom roles of the {roles.purpose}.",
        "# Set PRINCIPAL to the object ID of its service principal.",
        *(f"# {text}" for text in (*LIMITATIONS, *_unknown(roles))),
        "set -eu",
        ': "${PRINCIPAL:?set it to the object ID of the service principal}"',
        *(f"{one.command}  # {one.why}" for one in roles.providers if roles.purpose == "deployer"),
        *(_put(one) for one in roles.definitions),
    ]
    for grant in roles.grants:
        definition = json.dumps(_definition(grant), separators=(",", ":"))
        condition = shlex.quote(grant.condition(HOLDER)).replace(HOLDER, "'\"${PRINCIPAL}\"'")
        limited = f" --condition-version {CONDITION_VERSION} --condition {condition}" if grant.assignable else ""
        lines += [
            "",
            f"az role definition create --role-definition {shlex.quote(definition)}",
            'az role assignment create --assignee-object-id "${PRINCIPAL}" \\',
            f"  --assignee-principal-type ServicePrincipal --role {shlex.quote(grant.name)} \\",
            f"  --scope {shlex.quote(grant.scope)}{limited}",
        ]
    return "\n".join(lines) + "\n"


def as_bicep(stack: str, roles: DeployerRoles) -> str:
    """Returns one file for every subscription: each deployment creates the roles of one subscription."""
    at_groups = [grant for grant in roles.grants if not parse(grant.scope).subscription]
    subscriptions = sorted({parse(grant.scope).subscription for grant in roles.grants} - {""})
    lines = [
        f"// {in_one_line(stack)}: custom roles of the {roles.purpose}. Deploy once to each subscription:",
        *(
            f"//   az deployment sub create --subscription {subscription} --location LOCATION --template-file FILE "
            "--parameters principalId=ID"
            for subscription in subscriptions
        ),
        *(f"// {text}" for text in (*LIMITATIONS, *_unknown(roles))),
        *(f"// Not in this file: {in_one_line(grant.name)}. Create it with --format az." for grant in at_groups),
        "targetScope = 'subscription'",
        "",
        "@description('Object ID of the service principal.')",
        "param principalId string",
    ]
    for number, grant in enumerate(grant for grant in roles.grants if grant not in at_groups):
        lines += ["", *_bicep(number, grant)]
    for number, definition in enumerate(roles.definitions):
        lines += ["", *_bicep_definition(number, definition)]
    return "\n".join(lines) + "\n"


FORMS: Mapping[str, Callable[[str, DeployerRoles], str]] = {
    "text": as_text,
    "json": as_json,
    "az": as_az,
    "bicep": as_bicep,
}


def _before(roles: DeployerRoles) -> list[str]:
    """Returns the steps of an owner before the first deployment: providers to register, custom roles to create."""
    if roles.purpose != "deployer":
        return []
    lines = ["Resource providers to register, as Contributor or Owner of the subscription"]
    lines += [f"  {one.command}\n    {one.why}" for one in roles.providers]
    for one in roles.definitions:
        lines += ["", f"Custom role to create, as Owner: {one.name}", f"  in subscription {one.subscription}"]
        lines += [f"  {action}" for action in one.actions]
    return [*lines, ""]


def _definition_record(role: RoleToCreate) -> dict[str, Any]:
    return {**asdict(role), "actions": list(role.actions), "body": _body(role)}


def _body(role: RoleToCreate) -> dict[str, Any]:
    """Returns the body of a request that creates a custom role."""
    return {
        "properties": {
            "roleName": role.name,
            "description": role.description,
            "type": "CustomRole",
            "assignableScopes": [f"/subscriptions/{role.subscription}"],
            "permissions": [{"actions": list(role.actions), "notActions": []}],
        }
    }


def _put(role: RoleToCreate) -> str:
    """Returns the command that creates a custom role under its decided GUID, which `az role definition` cannot."""
    path = f"/subscriptions/{role.subscription}/providers/{_ROLE}/{role.role_id}?api-version={_API}"
    body = json.dumps(_body(role), separators=(",", ":"))
    return f"az rest --method put --url {shlex.quote(path)} --body {shlex.quote(body)}"


def _bicep_definition(number: int, role: RoleToCreate) -> Iterator[str]:
    here = f"if (subscription().subscriptionId == {_text(role.subscription)})"
    yield f"resource custom{number} '{_ROLE}@{_API}' = {here} {{"
    yield f"  name: {_text(role.role_id)}"
    yield "  properties: {"
    yield f"    roleName: {_text(in_one_line(role.name))}"
    yield f"    description: {_text(role.description)}"
    yield "    type: 'CustomRole'"
    yield "    assignableScopes: [subscription().id]"
    yield "    permissions: ["
    yield "      {"
    yield "        actions: ["
    yield from (f"          {_text(action)}" for action in role.actions)
    yield "        ]"
    yield "      }"
    yield "    ]"
    yield "  }"
    yield "}"


def _mark(action: Action) -> str:
    return "  (inferred)" if action.basis is Basis.INFERRED else ""


def _unknown(roles: DeployerRoles) -> Iterator[str]:
    for kind, item in roles.unknown:
        yield f"Not known for {kind}: {item}"


def _record(grant: CustomRoleGrant) -> dict[str, Any]:
    return {
        "scope": grant.scope,
        "definition": _definition(grant),
        "actions": [{"action": a.name, "basis": a.basis.value, "source": a.source} for a in grant.actions],
        "assignableRoles": {kind: list(ids) for kind, ids in grant.assignable},
        "condition": grant.condition(HOLDER) or None,
        "conditionVersion": CONDITION_VERSION if grant.assignable else None,
    }


def _definition(grant: CustomRoleGrant) -> dict[str, Any]:
    description = "Exact rights of a landing zone plan, written by amlz roles."
    return custom_role(grant.name, description, (action.name for action in grant.actions), [grant.scope])


def _bicep(number: int, grant: CustomRoleGrant) -> Iterator[str]:
    place = parse(grant.scope)
    here = f"if (subscription().subscriptionId == {_text(place.subscription)})"
    in_group = place.type == _GROUP_KIND
    scope = _text(f"/subscriptions/{place.subscription}/resourceGroups/{place.name}")
    yield f"resource role{number} '{_ROLE}@{_API}' = {here} {{"
    yield f"  name: {_text(grant.role_id)}"
    yield "  properties: {"
    yield f"    roleName: {_text(in_one_line(grant.name))}"
    yield "    type: 'CustomRole'"
    yield f"    assignableScopes: [{scope if in_group else 'subscription().id'}]"
    yield "    permissions: ["
    yield "      {"
    yield "        actions: ["
    yield from (f"          {_text(action.name)}" for action in grant.actions)
    yield "        ]"
    yield "      }"
    yield "    ]"
    yield "  }"
    yield "}"
    yield ""
    yield from (_assigned_in_group if in_group else _assigned)(number, grant, here)


def _properties(number: int, grant: CustomRoleGrant, indent: str) -> Iterator[str]:
    yield f"{indent}principalId: principalId"
    yield f"{indent}principalType: 'ServicePrincipal'"
    yield f"{indent}roleDefinitionId: role{number}.id"
    if grant.assignable:
        condition = _text(grant.condition(HOLDER)).replace(HOLDER, "${principalId}")
        yield f"{indent}conditionVersion: '{CONDITION_VERSION}'"
        yield f"{indent}condition: {condition}"


def _assigned(number: int, grant: CustomRoleGrant, here: str) -> Iterator[str]:
    yield f"resource assignment{number} '{ASSIGNMENTS}@{_API}' = {here} {{"
    yield f"  name: guid(subscription().id, principalId, {_text(grant.role_id)})"
    yield "  properties: {"
    yield from _properties(number, grant, "    ")
    yield "  }"
    yield "}"


def _assigned_in_group(number: int, grant: CustomRoleGrant, here: str) -> Iterator[str]:
    """A nested deployment: a file for subscriptions assigns roles at resource groups only by a module or by this."""
    group = _text(parse(grant.scope).name)
    yield "#disable-next-line no-deployments-resources"
    yield f"resource assignment{number} 'Microsoft.Resources/deployments@2022-09-01' = {here} {{"
    yield f"  name: 'landing-zone-role-{number}'"
    yield f"  resourceGroup: {group}"
    yield "  properties: {"
    yield "    mode: 'Incremental'"
    yield "    template: {"
    yield "      '$schema': 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#'"
    yield "      contentVersion: '1.0.0.0'"
    yield "      resources: ["
    yield "        {"
    yield f"          type: '{ASSIGNMENTS}'"
    yield f"          apiVersion: '{_API}'"
    yield f"          name: guid(subscription().id, {group}, principalId, {_text(grant.role_id)})"
    yield "          properties: {"
    yield from _properties(number, grant, "            ")
    yield "          }"
    yield "        }"
    yield "      ]"
    yield "    }"
    yield "  }"
    yield "}"


def _text(value: str) -> str:
    """A string of Bicep."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${") + "'"
