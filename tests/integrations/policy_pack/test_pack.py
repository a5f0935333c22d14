"""The pack's answers to all requests of the engine, on a small program with its own assignment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2

from amlz.azure.graph import unknown
from amlz.integrations.policy_pack.server import PACK, Analyzer
from amlz.integrations.policy_pack.stack import UNKNOWNS, given, stack_of
from amlz.policy.engine.errors import BadInput
from amlz.policy.library import library
from amlz.policy.verdicts import Imported, PolicySources
from amlz.simulator.graph import resource_graph
from tests.conftest import ROOT
from tests.integrations.policy_pack.common import Run, Violation, analyze_requests, changed, stack_request, violations
from tests.simulator.programs import HEAD, SUBSCRIPTION, group_id, run, urn

DEFINITION = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/policyDefinitions/blobs"
ASSIGNMENT = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments/blobs"
PROGRAM = (
    HEAD + "rule = {'if': {'allOf': [{'field': 'type', 'equals': 'Microsoft.Storage/storageAccounts'},\n"
    "    {'field': 'Microsoft.Storage/storageAccounts/allowBlobPublicAccess', 'notEquals': False}]},\n"
    "    'then': {'effect': 'deny'}}\n"
    "azure.authorization.PolicyDefinition('definition', policy_definition_name='blobs', policy_type='Custom',\n"
    "    mode='All', display_name='Blobs stay private', policy_rule=rule, opts=opts)\n"
    "azure.authorization.PolicyAssignment('assignment', policy_assignment_name='blobs',\n"
    f"    scope='/subscriptions/{SUBSCRIPTION}', policy_definition_id='{DEFINITION}', opts=opts)\n"
    "azure.storage.StorageAccount('account', account_name='acc', resource_group_name='g', kind='StorageV2',\n"
    "    sku={'name': 'Standard_LRS'}, allow_blob_public_access=True, opts=opts)\n"
)
DENIED, AUDITED, UNDECIDED = "azure-policy-denied", "azure-policy-audited", "azure-policy-undecided"
REFUSED: Violation = (
    DENIED,
    "mandatory",
    "account",
    "deny blobs: Blobs stay private\nproperties.allowBlobPublicAccess is true.",
)


def small(folder: Path, text: str = PROGRAM) -> Run:
    """A run of the small program."""
    return Run(run(folder, text))


def pack(**settings: Any) -> Analyzer:
    """A pack that knows this repository's policies, and what is given."""
    return Analyzer(lambda: PolicySources(library(), **settings))


def test_an_assignment_of_the_stack_itself_is_held_against_it(tmp_path: Path) -> None:
    """Definition, assignment and what they hold for are resources of one stack."""
    assert violations(small(tmp_path), pack()) == [REFUSED]
    allowed = PROGRAM.replace("allow_blob_public_access=True", "allow_blob_public_access=False")
    assert violations(small(tmp_path, allowed), pack()) == []


def test_what_is_not_enforced_stops_nothing(tmp_path: Path) -> None:
    """Azure notes it, and so does the pack."""
    text = PROGRAM.replace("policy_definition_id=", "enforcement_mode='DoNotEnforce', policy_definition_id=")

    pairs = violations(small(tmp_path, text), pack())

    message = "deny, not enforced blobs: Blobs stay private\nproperties.allowBlobPublicAccess is true."
    assert pairs == [(AUDITED, "advisory", "account", message)]


def test_the_user_sets_the_levels(tmp_path: Path) -> None:
    """By policy of the pack: off, advice, or a reason to stop."""
    levels = {
        analyzer_pb2.DISABLED: [],
        analyzer_pb2.ADVISORY: [(DENIED, "advisory", *REFUSED[2:])],
        analyzer_pb2.MANDATORY: [REFUSED],
        analyzer_pb2.REMEDIATE: [REFUSED],
    }

    result = {level: violations(replace(small(tmp_path), levels={DENIED: level}), pack()) for level in levels}

    assert result == levels


def test_an_exemption_holds_until_its_day(tmp_path: Path) -> None:
    """The day is that of the run."""
    exempt = (
        "azure.authorization.PolicyExemption('exemption', policy_exemption_name='e', scope='" + group_id("g") + "',\n"
        f"    policy_assignment_id='{ASSIGNMENT}', exemption_category='Waiver', expires_on='2027-03-31T00:00:00Z',\n"
        "    opts=opts)\n"
    )
    run_ = small(tmp_path, PROGRAM + exempt)

    assert violations(run_, pack(today="2027-03-30")) == []
    assert violations(run_, pack(today="2027-04-01")) == [REFUSED]


@pytest.mark.parametrize(
    ("config", "holds"),
    [
        ({}, False),
        ({"amlz:landingZone": '{"policies": {"above": ["corp"]}}'}, True),
        ({"amlz:landingZone": '{"policies": {"above": ["other"]}}'}, False),
        ({"amlz:landingZone": '{"policies": {}}'}, False),
        ({"amlz:landingZone": "[secret]"}, False),
    ],
)
def test_assignments_above_hold_where_the_stack_says_what_is_above(
    tmp_path: Path, config: dict[str, str], holds: bool
) -> None:
    """The engine sends the stack's configuration; imported assignments of its management groups are evaluated."""
    above = "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/"
    assigned = {"id": f"{above}blobs", "name": "blobs", "properties": {"policyDefinitionId": DEFINITION}}
    text = PROGRAM.replace("azure.authorization.PolicyAssignment(", "0 and azure.authorization.PolicyAssignment(")
    run_ = replace(small(tmp_path, text), config=config)

    pairs = violations(run_, pack(imported=Imported(assignments=(assigned,))))

    assert pairs == ([REFUSED] if holds else [])


@pytest.mark.parametrize("mark", sorted(UNKNOWNS))
def test_what_is_not_known_is_undecided_however_the_engine_marks_it(mark: str) -> None:
    """It has a mark for each type of value."""
    request = analyzer_pb2.AnalyzeRequest(type="azure-native:storage:StorageAccount")
    request.properties.update({"tags": {"a": [mark]}, "accountName": "acc"})
    request.provider.properties.update({"subscriptionId": mark})

    inputs = given(request)

    assert inputs is not None
    assert inputs.inputs == {"accountName": "acc", "tags": {"a": ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"]}}
    assert inputs.subscription == ""


def test_a_resource_whose_id_is_not_known_is_said_to_be_open(tmp_path: Path) -> None:
    """It is unknown whether an assignment reaches it: that is reported, and nothing is taken for compliant."""
    registration = changed(small(tmp_path).registration, "account", "resourceGroupName", unknown("the group"))

    pairs = violations(Run(registration), pack())

    why = "a part of its id is known only at deployment, and so is which assignments reach it"
    assert pairs == [(UNDECIDED, "advisory", "account", f"not evaluated: {why}.")]


def test_an_assignment_that_is_not_known_yet_is_said_to_be_open(tmp_path: Path) -> None:
    """Its answer to the others is not evaluated; nothing is taken for compliant."""
    registration = changed(small(tmp_path).registration, "assignment", "policyDefinitionId", unknown("an id"))

    pairs = violations(Run(registration), pack())

    message = "not evaluated: what it assigns is known only at deployment."
    assert pairs == [(UNDECIDED, "advisory", "assignment", message)]


def test_what_a_run_does_not_register_is_not_judged(tmp_path: Path) -> None:
    """With --target, the engine sends resources whose inputs the pack has not seen."""
    pairs = violations(replace(small(tmp_path), unseen=frozenset({"account"})), pack())

    message = "not evaluated: the program did not register it in this run, so its inputs are not known."
    assert pairs == [(UNDECIDED, "advisory", "account", message)]


def test_an_input_that_the_tables_do_not_have_is_said(tmp_path: Path) -> None:
    """That resource is left out, the others are evaluated."""
    other = (
        "azure.storage.StorageAccount('other', account_name='b', resource_group_name='g', kind='StorageV2',\n"
        "    sku={'name': 'Standard_LRS'}, allow_blob_public_access=True, opts=opts)\n"
    )
    registration = changed(small(tmp_path, PROGRAM + other).registration, "other", "colour", "blue")

    pairs = violations(Run(registration), pack())

    message = "not evaluated: azure-native:storage:StorageAccount: colour is not a property of the ARM body."
    assert pairs == [REFUSED, (UNDECIDED, "advisory", "other", message)]


def test_the_version_that_azure_native_adds_is_that_of_the_request(tmp_path: Path) -> None:
    """It adds `azureApiVersion` to the inputs before the pack sees them; a body does not have it."""
    registration = small(tmp_path).registration
    providers = {one.urn: one for one in registration.resources}
    requests = {request.urn: request for request in analyze_requests(registration)}
    for request in requests.values():
        request.properties.update({"azureApiVersion": "2000-01-01"})
    seen = {urn: inputs for urn, request in requests.items() if (inputs := given(request))}

    stack = stack_of(stack_request(registration.resources, providers).resources, seen)

    graph = resource_graph(registration)
    versions = [replace(one, api_version="2000-01-01", source=None) for one in graph]
    assert (stack.unjudged, list(stack.graph)) == ((), sorted(versions, key=lambda one: one.urn))


def test_secrets_stay_secret() -> None:
    """Their values are not even kept."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}
    request = analyzer_pb2.AnalyzeRequest(type="azure-native:storage:StorageAccount")
    request.properties.update({"tags": {"a": secret}})
    request.provider.properties.update({"subscriptionId": secret})

    inputs = given(request)

    assert inputs is not None
    assert "hunter2" not in repr(inputs)
    assert (inputs.secrets, inputs.subscription) == (("tags.a",), "")


def test_policies_that_cannot_be_read_stop_the_run(tmp_path: Path) -> None:
    """A gate that passed because it could not look would be none."""

    def broken() -> PolicySources:
        raise BadInput("custom/policies/own.json: this is not JSON.")

    pairs = violations(small(tmp_path), Analyzer(broken))

    message = "Nothing was evaluated, because policies cannot be read.\ncustom/policies/own.json: this is not JSON."
    assert pairs == [(DENIED, "mandatory", "", message)]


def test_the_pack_says_what_it_is() -> None:
    """The page names the same policies, with their levels."""
    info = pack().GetAnalyzerInfo(None, None)

    levels = {analyzer_pb2.MANDATORY: "mandatory", analyzer_pb2.ADVISORY: "advisory"}
    assert info.name == PACK
    assert {one.policy_type for one in info.policies} == {analyzer_pb2.POLICY_TYPE_STACK}
    rows = [f"| `{one.name}` | {levels[one.enforcementLevel]} | {one.description} |" for one in info.policies]
    page = (ROOT / "docs" / "how-to" / "policy-pack.md").read_text()
    assert [row for row in rows if row not in page] == []


def test_components_and_other_providers_are_not_judged() -> None:
    """Only azure-native's resources become requests."""
    request = analyzer_pb2.AnalyzeRequest(type="random:index:RandomId", urn=urn("random:index:RandomId", "r"))

    assert given(request) is None
