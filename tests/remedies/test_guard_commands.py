"""The commands that the guard prints, carried out over the simulator: afterwards the finding is gone."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from amlz.azure.change_rule import ANY, ChangeRule, Kind
from amlz.azure.change_rules import EVERY
from amlz.azure.changes import changes, rules, worst
from amlz.azure.graph import Resource
from amlz.azure.ids import within
from amlz.checks.finding import Check, Finding, Severity
from amlz.checks.guard.change import LossAllowance
from amlz.checks.guard.destructive import DELETED, IGNORED, IMPORT, IN_USE, REFUSED, REPLACED
from amlz.checks.guard.remedies import HOLDS_DATA, KEY, RENAME, USED
from amlz.core.facts.data import HOLDS_DATA as HOLDS
from amlz.core.facts.data import holding
from amlz.simulator.errors import AzureRefused
from tests import layers
from tests.remedies.deployed import Deployed, commands, guarded, program
from tests.remedies.reading import fits
from tests.remedies.test_guard import entry_of

#: By stack, the kinds of its resources (of `kind`) that have a property which no update can change.
_KINDS_OF_BOTH = (
    "Microsoft.Authorization/policyAssignments",
    "Microsoft.Authorization/policyDefinitions",
    "Microsoft.Authorization/policySetDefinitions",
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.KeyVault/vaults",
    "Microsoft.MachineLearningServices/workspaces",
    "Microsoft.MachineLearningServices/workspaces/computes",
    "Microsoft.MachineLearningServices/workspaces/computes image-build",
    "Microsoft.Network/azureFirewalls",
    "Microsoft.Network/bastionHosts",
    "Microsoft.Network/firewallPolicies",
    "Microsoft.Network/networkSecurityGroups",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    "Microsoft.Network/privateEndpoints",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/routeTables",
    "Microsoft.Network/serviceEndpointPolicies",
    "Microsoft.Network/virtualNetworks/subnets",
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    "Microsoft.Storage/storageAccounts",
)
KINDS = {
    "everything": (
        *_KINDS_OF_BOTH,
        "Microsoft.AlertsManagement/actionRules",
        "Microsoft.Authorization/policyExemptions",
        "Microsoft.Consumption/budgets",
        "Microsoft.ContainerRegistry/registries/replications",
        "Microsoft.ContainerService/managedClusters",
        "Microsoft.DataFactory/factories",
        "Microsoft.Databricks/accessConnectors",
        "Microsoft.Databricks/workspaces",
        "Microsoft.Fabric/capacities",
        "Microsoft.Insights/actionGroups",
        "Microsoft.Insights/activityLogAlerts",
        "Microsoft.Insights/metricAlerts",
        "Microsoft.Insights/scheduledQueryRules",
        "Microsoft.KeyVault/vaults/keys",
        "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
        "Microsoft.Network/natGateways",
        "Microsoft.Purview/accounts",
        "Microsoft.Synapse/privateLinkHubs",
        "Microsoft.Synapse/workspaces",
        "Microsoft.Synapse/workspaces/bigDataPools",
        "Microsoft.Network/networkWatchers/flowLogs",
        "Microsoft.Network/virtualNetworkGateways",
        "Microsoft.Search/searchServices",
    ),
    "prod": _KINDS_OF_BOTH,
}
CASES = layers.sampled([(stack, item) for stack, kinds in KINDS.items() for item in kinds], 9)
_REFUSING = (Kind.REFUSED, Kind.FIXED, Kind.IGNORED)
_OF_TYPE = {arm_type.lower(): rows for arm_type, rows in rules().items()}
#: Remedies that have no command, with their words for it.
WITHOUT = (USED, KEY)


def altered(resource: Resource, rule: ChangeRule) -> Resource | None:
    """The resource with another value where a rule forbids a change; None where it has nothing there."""
    body = copy.deepcopy(resource.body)
    here: Any = body
    *above, last = rule.path.replace("[]", ".0").split(".")
    for key in above:
        here = here[int(key)] if isinstance(here, list) and here else here.get(key) if isinstance(here, dict) else None
        if here is None:
            return None
    if not isinstance(here, dict) or last not in here:
        return None
    was = rule.old[0] if rule.old != ANY else {"was": "another"} if isinstance(here[last], dict) else "another"
    here[last] = [was] if isinstance(here[last], list) else was
    return replace(resource, body=body)


def kind(resource: Resource) -> str:
    """Returns the ARM type, with the name of the compute that builds images."""
    return f"{resource.arm_type} image-build" if resource.name == "image-build" else resource.arm_type


@functools.cache
def unchangeable(stack: str) -> dict[str, Resource]:
    """Returns by kind a resource as it was before a change that no update can make."""
    resources: dict[str, Resource] = {}
    for resource in program(stack):
        if kind(resource) in resources:
            continue
        rules = (*_OF_TYPE.get(resource.arm_type.lower(), ()), *EVERY)
        olds = (altered(resource, rule) for rule in rules if rule.kind in _REFUSING)
        old = next((old for old in olds if old is not None and found_in(stack, old)), None)
        if old is not None:
            resources[kind(resource)] = old
    return resources


def found_in(stack: str, old: Resource) -> bool:
    """Returns whether the guard refuses the change from a resource to the program's version."""
    new = next(resource for resource in program(stack) if resource.urn == old.urn)
    return worst(changes(new.arm_type, old.body, new.body)) in _REFUSING


def of(findings: tuple[Finding, ...], urn: str) -> list[Finding]:
    """The findings of a resource."""
    return [finding for finding in findings if finding.urn == urn]


def refused(stack: str, old: Resource) -> Finding:
    """The first finding of a change that no update can make, in the state of the engine."""
    state = [old if resource.urn == old.urn else resource for resource in program(stack)]
    findings = of(guarded(state, program(stack), LossAllowance()), old.urn)
    return next((finding for finding in findings if finding.check in (REFUSED.id, IGNORED.id)), findings[0])


@pytest.mark.parametrize("stack", KINDS)
def test_every_kind_with_a_change_that_no_update_can_make_is_a_case(stack: str) -> None:
    """A resource that a stack gains is added to the table above."""
    assert sorted(unchangeable(stack)) == sorted(KINDS[stack])


@pytest.mark.parametrize(("stack", "changed"), CASES)
def test_commands_change_what_no_update_can_change_or_the_text_has_none(
    stack: str, changed: str, tmp_path: Path
) -> None:
    """After the commands the guard finds nothing, and everything of the program exists in Azure."""
    old = unchangeable(stack)[changed]
    deployed = Deployed(stack, tmp_path, [old])
    before = {one.id for one in deployed.store.all()}
    remedy = refused(stack, old).remedy

    printed = commands(remedy)
    for command in printed:
        deployed.run(command)

    if printed:
        assert printed[-2:] == ["pulumi refresh", "pulumi up"]
        assert deployed.guarded() == ()
        assert {one.id for one in deployed.store.all()} == before
    else:
        assert any(fits(template, remedy) for template in (*WITHOUT, HOLDS_DATA, RENAME))


def test_every_remedy_of_a_change_that_no_update_can_make_is_among_these() -> None:
    """Each template of the two checks, and those without a command state that."""
    templates = {*REFUSED.remedies, *IGNORED.remedies}
    remedies = [refused(stack, old).remedy for stack in KINDS for old in unchangeable(stack).values()]

    assert {template for template in templates if any(fits(template, remedy) for remedy in remedies)} == templates
    assert [item for item in WITHOUT if "There is no other remedy: " not in item] == []


@pytest.mark.parametrize("stack", KINDS)
def test_a_resource_without_a_remedy_cannot_be_deleted(stack: str, tmp_path: Path) -> None:
    """As in its text: Azure refuses it."""
    used = [old for old in unchangeable(stack).values() if fits(USED, refused(stack, old).remedy)]

    assert used
    for number, old in enumerate(used):
        folder = tmp_path / str(number)
        folder.mkdir()
        with pytest.raises(AzureRefused, match="is in use by"):
            Deployed(stack, folder, [old]).run(f"az resource delete --ids {old.id}")


def moved_subnets() -> Iterator[Resource]:
    """Subnets of each kind, as they were before their range changed."""
    for subnet in program("prod"):
        if subnet.arm_type == "Microsoft.Network/virtualNetworks/subnets":
            properties = {**subnet.body["properties"], "addressPrefix": "10.255.0.0/24"}
            yield replace(subnet, body={**subnet.body, "properties": properties})


@pytest.mark.parametrize(
    "name", ["AzureBastionSubnet", "AzureFirewallSubnet", "snet-churn-dev-endpoints", "snet-churn-dev-training"]
)
def test_a_subnet_changes_its_range_after_its_users_are_deleted(name: str, tmp_path: Path) -> None:
    """The message names them; the commands delete them, and the deployment creates them again."""
    old = next(subnet for subnet in moved_subnets() if subnet.name == name)
    deployed = Deployed("prod", tmp_path, [old])
    before = {one.id for one in deployed.store.all()}
    (finding,) = deployed.guarded()
    *deletions, refresh, up = commands(finding.remedy)

    for command in (*deletions, refresh):
        deployed.run(command)
    (left,) = deployed.guarded()
    deployed.run(up)

    assert (finding.check, finding.severity, bool(deletions)) == (IN_USE.id, Severity.WARNING, True)
    assert (left.check, left.severity) == (IN_USE.id, Severity.NOTE)
    assert (deployed.guarded(), {one.id for one in deployed.store.all()}) == ((), before)


def test_a_subnet_that_nothing_of_the_stack_uses_is_a_note() -> None:
    """Content that others added is unknown, and the text states that."""
    empty = next(resource for resource in moved_subnets() if resource.name == "snet-jump-hosts")

    finding = refused("prod", empty)

    assert (finding.severity, finding.remedy) == (
        Severity.NOTE,
        "No action needed, unless something outside of this stack uses snet-jump-hosts: delete that before the "
        "deployment.",
    )


def without(urn: str) -> list[Resource]:
    """The program of the production stack without a resource and what is in it."""
    (gone,) = (resource for resource in program("prod") if resource.urn == urn)
    return [resource for resource in program("prod") if not within(resource.id, gone.id)]


def data() -> dict[str, Resource]:
    """Returns by type one resource that holds data, protected where the stack has one so."""
    resources = sorted(program("prod"), key=lambda item: item.protect)
    return {resource.arm_type: resource for resource in resources if holding(resource.arm_type)}


#: Types that hold data and that the production sample has.
HOLDING = (
    "Microsoft.ContainerRegistry/registries",
    "Microsoft.KeyVault/vaults",
    "Microsoft.MachineLearningServices/workspaces",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Storage/storageAccounts",
)


def test_every_type_of_the_production_sample_that_holds_data_is_a_case() -> None:
    """A type that it gains is added to the list above."""
    assert sorted(data()) == sorted(HOLDING)


@pytest.mark.parametrize("arm_type", HOLDING)
def test_a_deletion_is_allowed_and_done_by_the_steps_of_its_remedy(arm_type: str, tmp_path: Path) -> None:
    """Data is saved first; a protected resource is unprotected, which Pulumi requires; then `up` deletes it."""
    lost = data()[arm_type]
    deployed = Deployed("prod", tmp_path)
    deployed.program = {resource.urn: resource for resource in without(lost.urn)}
    (finding,) = of(deployed.guarded(), lost.urn)
    _, entry = entry_of(finding)

    assert (finding.check, lost.protect) == (DELETED.id, True)
    with pytest.raises(AssertionError, match="is protected"):
        deployed.run("pulumi up")
    for command in commands(finding.remedy):
        deployed.run(command)
    assert of(deployed.guarded(LossAllowance(delete=(entry,))), lost.urn) == []
    deployed.run("pulumi up")
    assert deployed.store.get(lost.id) is None


@pytest.mark.parametrize("check", [DELETED, REPLACED], ids=lambda check: check.id)
def test_a_remedy_saves_data_before_anything_else(check: Check) -> None:
    """First what to back up, then the entry; of what is protected, the command that ends it comes last."""
    plain, protected = check.remedies

    assert plain.index("{backup}") < plain.index("resource: ")
    assert protected == plain + protected[len(plain) :]
    assert protected.index("resource: ") < protected.index("pulumi state unprotect")


def test_every_type_that_holds_data_has_a_way_to_save_it() -> None:
    """With a page that describes it, and a command; or Azure has none, and the text states that."""
    without = [arm_type for arm_type, row in HOLDS.items() if not commands(row.backup)]

    assert [arm_type for arm_type in without if "Azure has no backup" not in HOLDS[arm_type].backup] == []
    assert [row.backup_source for row in HOLDS.values() if not row.backup_source.startswith("https://learn.")] == []


def test_the_commands_of_an_older_stack_import_its_subnets(tmp_path: Path) -> None:
    """The network listed them; after the import, the guard finds nothing and `up` creates none."""
    spoke = next(resource for resource in program("prod") if resource.arm_type == "Microsoft.Network/virtualNetworks")
    own = [resource for resource in program("prod") if resource.id.startswith(f"{spoke.id}/subnets/")]
    listed = [{"name": resource.name, **resource.body} for resource in own]
    old = replace(spoke, body={**spoke.body, "properties": {**spoke.body["properties"], "subnets": listed}})
    deployed = Deployed("prod", tmp_path, [old])
    for subnet in own:
        del deployed.state[subnet.urn]
    (finding,) = deployed.guarded()

    assert (finding.check, finding.severity, len(own) > 1) == (IMPORT.id, Severity.ERROR, True)
    with pytest.raises(AssertionError, match="cannot create already existing"):
        deployed.run("pulumi up")
    for command in commands(finding.remedy):
        if command != "pulumi up":
            deployed.run(command)
    assert deployed.guarded() == ()
    deployed.run("pulumi up")


def test_a_role_below_a_lock_is_deleted_by_the_steps_of_its_remedy(tmp_path: Path) -> None:
    """Without them Azure refuses it at the end, and it stays; after them it is gone and the lock exists again."""
    lock = next(resource for resource in program("prod") if resource.arm_type == "Microsoft.Authorization/locks")
    scope = lock.id.rpartition("/providers/")[0]
    role = next(
        resource
        for resource in program("prod")
        if resource.arm_type == "Microsoft.Authorization/roleAssignments" and within(resource.id, scope)
    )
    deployed = Deployed("prod", tmp_path)
    del deployed.program[role.urn]

    (finding,) = of(deployed.guarded(), role.urn)
    with pytest.raises(AzureRefused, match="ScopeLocked"):
        deployed.run("pulumi up")
    assert deployed.store.get(role.id) is not None
    for command in commands(finding.remedy):
        deployed.run(command)

    assert (finding.check, commands(finding.remedy)) == (
        "guard/below-a-lock",
        [f"az lock delete --ids {lock.id}", "pulumi up", "pulumi up --refresh"],
    )
    assert (deployed.store.get(role.id), deployed.store.get(lock.id) is not None) == (None, True)
