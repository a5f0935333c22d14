"""An unmodified program, run in process, registers what it would register with Pulumi's engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from amlz.azure.graph import unknown
from amlz.simulator.monitor import ProgramFailed, Registered
from tests.simulator.programs import GROUP, HEAD, HUB, IDENTITY, SUBSCRIPTION, group_id, run, urn

UAI = "azure-native:managedidentity:UserAssignedIdentity"

COMPONENTS = """
class Box(pulumi.ComponentResource):
    def __init__(self, name, inner=None, opts=None):
        super().__init__("lz:index:Box", name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        azure.resources.ResourceGroup(f"{name}-rg", resource_group_name=name, opts=below)
        if inner:
            Box(inner, opts=below)

first = Box("first", "inner", pulumi.ResourceOptions(providers=[hub]))
Box("second", opts=pulumi.ResourceOptions(providers=[hub], depends_on=[first]))
"""


def group(name: str, **others: Any) -> Registered:
    """A resource group of these programs, as registered."""
    plain: dict[str, Any] = {
        "urn": urn(GROUP, name),
        "token": GROUP,
        "name": name,
        "custom": True,
        "parent": "",
        "inputs": {"location": "westeurope", "resourceGroupName": f"rg-{name}"},
        "id": group_id(f"rg-{name}"),
        "subscription": SUBSCRIPTION,
        "provider": HUB,
        "dependencies": (),
        "property_dependencies": {},
        "protect": False,
        "aliases": 0,
        "source": "__main__.py:2",
        "secret_paths": (),
    }
    return Registered(**{**plain, **others})


#: The provider that each program starts with, as registered.
PROVIDER = Registered(
    urn=HUB,
    token="pulumi:providers:azure-native",
    name="hub",
    custom=True,
    parent="",
    inputs={"environment": "public", "subscriptionId": SUBSCRIPTION},
    id="",
    subscription=SUBSCRIPTION,
    provider="",
    dependencies=(),
    property_dependencies={},
    protect=False,
    aliases=0,
    source="__main__.py:1",
)


def without_provider(registered: tuple[Registered, ...]) -> list[Registered]:
    """All but the provider that each program starts with."""
    return [item for item in registered if item.urn != HUB]


# The SDK adds an alias for each API version of a type: their number is the SDK's, so it is taken from the answer.
def aliases(registered: tuple[Registered, ...], name: str) -> int:
    """How many aliases a resource was sent with."""
    return next(item.aliases for item in registered if item.name == name)


def test_everything_that_is_registered_is_recorded(tmp_path: Path) -> None:
    """The provider, an identity in its resource group, and a resource group with a name that only Azure knows."""
    program = HEAD + (
        "rg = azure.resources.ResourceGroup('a', resource_group_name='rg-a', location='westeurope', opts=opts)\n"
        "uai = azure.managedidentity.UserAssignedIdentity('id', resource_name_='id-a', resource_group_name=rg.name,\n"
        "    location=rg.location, tags={'cost': '1'}, opts=pulumi.ResourceOptions(provider=hub, protect=True))\n"
        "azure.resources.ResourceGroup('b', resource_group_name=uai.principal_id, location='westeurope',\n"
        "    tags={'who': uai.client_id, 'what': 'b'}, opts=opts)\n"
        "pulumi.export('id', uai.id)\n"
        "pulumi.export('client', uai.client_id)\n"
    )

    registration = run(tmp_path, program)

    registereds = registration.resources
    identity_id = f"{group_id('rg-a')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-a"
    assert registereds == (
        PROVIDER,
        group("a", aliases=aliases(registereds, "a")),
        Registered(
            urn=urn(UAI, "id"),
            token=UAI,
            name="id",
            custom=True,
            parent="",
            inputs={
                "location": "westeurope",
                "resourceGroupName": "rg-a",
                "resourceName": "id-a",
                "tags": {"cost": "1"},
            },
            id=identity_id,
            subscription=SUBSCRIPTION,
            provider=HUB,
            dependencies=(urn(GROUP, "a"),),
            property_dependencies={"location": (urn(GROUP, "a"),), "resourceGroupName": (urn(GROUP, "a"),)},
            protect=True,
            aliases=aliases(registereds, "id"),
            source="__main__.py:3",
        ),
        group(
            "b",
            inputs={
                "location": "westeurope",
                "resourceGroupName": unknown("resourceGroupName, from id"),
                "tags": {"what": "b", "who": unknown("tags, from id")},
            },
            id="",
            dependencies=(urn(UAI, "id"),),
            property_dependencies={"resourceGroupName": (urn(UAI, "id"),), "tags": (urn(UAI, "id"),)},
            aliases=aliases(registereds, "b"),
            source="__main__.py:5",
        ),
    )
    assert registration.outputs == {"id": identity_id, "client": unknown("an output")}
    assert registration.problems == ()


def test_urns_hold_all_components_above_and_a_dependency_on_one_reaches_all_below_it(tmp_path: Path) -> None:
    """Dependencies of a component are sent with it and not with its children (see amlz/simulator/monitor.py)."""
    registration = run(tmp_path, HEAD + COMPONENTS)

    box, inner = "lz:index:Box", "lz:index:Box$lz:index:Box"
    below_first = (urn(f"{box}${GROUP}", "first-rg"), urn(f"{inner}${GROUP}", "inner-rg"))
    pairs = [(r.urn, r.parent, r.provider, r.dependencies, r.source) for r in without_provider(registration.resources)]
    assert pairs == [
        (urn(box, "first"), "", "", (), "__main__.py:11"),
        (urn(f"{box}${GROUP}", "first-rg"), urn(box, "first"), HUB, (), "__main__.py:7"),
        (urn(inner, "inner"), urn(box, "first"), "", (), "__main__.py:9"),
        (urn(f"{inner}${GROUP}", "inner-rg"), urn(inner, "inner"), HUB, (), "__main__.py:7"),
        (urn(box, "second"), "", "", below_first, "__main__.py:12"),
        (urn(f"{box}${GROUP}", "second-rg"), urn(box, "second"), HUB, (), "__main__.py:7"),
    ]


@pytest.mark.parametrize(
    ("subscription", "expected"),
    [
        ("", ("", "")),
        ("subscription_id='of-spoke', ", ("of-spoke", "/subscriptions/of-spoke/resourceGroups/rg")),
        ("subscription_id=pulumi.Output.secret('of-spoke'), ", ("", "")),
        ("subscription_id=uai.client_id, ", ("", "")),
    ],
    ids=["none", "given", "secret", "unknown"],
)
def test_a_resource_is_in_the_subscription_of_its_provider(
    tmp_path: Path, subscription: str, expected: tuple[str, str]
) -> None:
    """And in none, with no id, where the provider's is not decided: its name is no subscription."""
    program = HEAD + (
        f"uai = {IDENTITY}\n"
        f"spoke = azure.Provider('spoke', {subscription}location='westeurope')\n"
        "azure.resources.ResourceGroup('rg', resource_group_name='rg', opts=pulumi.ResourceOptions(provider=spoke))\n"
    )

    registration = run(tmp_path, program)

    registereds = {registered.name: registered for registered in registration.resources}
    assert (registereds["rg"].subscription, registereds["rg"].id) == expected
    assert (registereds["spoke"].subscription, registereds["rg"].provider) == (expected[0], registereds["spoke"].urn)


def test_a_resource_without_a_provider_says_so(tmp_path: Path) -> None:
    """It would use the default provider, whose subscription is the deployer's."""
    registration = run(
        tmp_path, "import pulumi_azure_native as a\na.resources.ResourceGroup('x', resource_group_name='x')\n"
    )

    pairs = [(r.name, r.provider, r.subscription, r.id) for r in registration.resources]
    assert pairs == [("x", "", "", "")]


def test_nothing_unknown_becomes_part_of_an_id(tmp_path: Path) -> None:
    """Neither as a name nor as a scope."""
    program = HEAD + (
        f"uai = {IDENTITY}\n"
        "azure.resources.ResourceGroup('rg', resource_group_name=uai.client_id, opts=opts)\n"
        "azure.authorization.RoleAssignment('ra', scope=uai.client_id, role_assignment_name='n',\n"
        "    principal_id=uai.principal_id, role_definition_id='r', opts=opts)\n"
    )

    registration = run(tmp_path, program)

    result = {registered.name: registered.id for registered in registration.resources}
    in_g = f"{group_id('g')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"
    assert result == {"hub": "", "i": in_g, "rg": "", "ra": ""}


def test_secrets_are_left_out_and_do_not_come_back_in_the_clear(tmp_path: Path) -> None:
    """Values made from one are not known here, and resources named by one have no id."""
    program = HEAD + (
        "a = azure.resources.ResourceGroup('a', resource_group_name='rg-a', location=pulumi.Output.secret('moon'),\n"
        "    tags={'x': pulumi.Output.secret('y'), 'z': '1'}, opts=opts)\n"
        "azure.resources.ResourceGroup('b', resource_group_name=pulumi.Output.secret('rg-b'), location=a.location,\n"
        "    opts=opts)\n"
        "pulumi.export('where', pulumi.Output.secret('moon'))\n"
    )

    registration = run(tmp_path, program)

    pairs = [(r.name, r.id, r.inputs, r.secret_paths) for r in without_provider(registration.resources)]
    assert pairs == [
        (
            "a",
            group_id("rg-a"),
            {"location": "[secret]", "resourceGroupName": "rg-a", "tags": {"x": "[secret]", "z": "1"}},
            ("location", "tags.x"),
        ),
        (
            "b",
            "",
            {"location": unknown("location, from a"), "resourceGroupName": "[secret]"},
            ("resourceGroupName",),
        ),
    ]
    assert registration.outputs == {"where": "[secret]"}


def test_the_configuration_is_what_the_program_is_given(tmp_path: Path) -> None:
    """As text, as the engine gives it; and so are the names of stack, project and organization."""
    program = (
        "import pulumi\n"
        "pulumi.export('size', pulumi.Config('lz').require_object('size'))\n"
        "pulumi.export('who', [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])\n"
        "pulumi.export('dry', pulumi.runtime.is_dry_run())\n"
    )

    registration = run(tmp_path, program, {"lz:size": '{"nodes": 4, "share": 0.5}'})

    assert registration.outputs == {
        "size": {"nodes": 4, "share": 0.5},
        "who": ["organization", "small", "dev"],
        "dry": True,
    }


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (
            "a = azure.resources.ResourceGroup('a', resource_group_name='a', opts=opts)\n"
            "azure.resources.ResourceGroup('a', resource_group_name=a.name, opts=opts)\n",
            f"{urn(GROUP, 'a')} is registered twice: __main__.py:2 and __main__.py:3",
        ),
        ("pulumi.log.error('out of range')\npulumi.log.warn('close to it')\n", "out of range"),
    ],
    ids=["the same urn twice", "an error is logged"],
)
def test_what_would_fail_a_real_preview_is_a_problem(tmp_path: Path, lines: str, problem: str) -> None:
    """The program ran to its end, so the rest of it can be looked at all the same."""
    assert run(tmp_path, HEAD + lines).problems == (problem,)


def test_two_runs_give_the_same(tmp_path: Path) -> None:
    """To the byte, and in the same order."""
    first, second = run(tmp_path, HEAD + COMPONENTS), run(tmp_path, HEAD + COMPONENTS)

    assert repr(first) == repr(second)


def test_a_resource_that_is_imported_is_not_there(tmp_path: Path) -> None:
    """The engine reads it from Azure, and fails where it differs from the program's."""
    program = HEAD + (
        "azure.resources.ResourceGroup('rg', resource_group_name='rg',\n"
        "    opts=pulumi.ResourceOptions(provider=hub, import_='/subscriptions/s/resourceGroups/rg'))\n"
    )

    with pytest.raises(ProgramFailed, match=r"rg imports /subscriptions/s/resourceGroups/rg; without a cloud"):
        run(tmp_path, program)


@pytest.mark.parametrize(
    ("forbidden", "problems"),
    [
        ('["*"]', (f"{urn(GROUP, 'x')} has no provider, and the stack forbids default ones: __main__.py:2",)),
        (
            '["azure-native"]',
            (f"{urn(GROUP, 'x')} has no provider, and the stack forbids default ones: __main__.py:2",),
        ),
        ('["random"]', ()),
        ("[]", ()),
    ],
)
def test_a_default_provider_that_the_stack_forbids_is_a_problem(
    tmp_path: Path, forbidden: str, problems: tuple[str, ...]
) -> None:
    """The engine refuses it; a resource with a provider, a component and a provider itself it does not."""
    program = "import pulumi_azure_native as a\na.resources.ResourceGroup('x', resource_group_name='x')\n"

    assert run(tmp_path, program, {"pulumi:disable-default-providers": forbidden}).problems == problems
    assert run(tmp_path, HEAD + COMPONENTS, {"pulumi:disable-default-providers": forbidden}).problems == ()


def test_what_every_subscription_has_is_imported(tmp_path: Path) -> None:
    """A plan of Defender exists from the start; an id that its inputs do not make is a problem."""
    scope = f"subscriptions/{SUBSCRIPTION}"
    plan = f"/{scope}/providers/Microsoft.Security/pricings"
    program = HEAD + (
        f"azure.security.Pricing('p', pricing_name='Arm', scope_id='{scope}', pricing_tier='Standard',\n"
        f"    opts=pulumi.ResourceOptions(provider=hub, import_='{plan}/NAME'))\n"
    )

    right, wrong = (run(tmp_path, program.replace("NAME", name)) for name in ("Arm", "Dns"))

    registered = next(resource for resource in right.resources if resource.name == "p")
    assert (registered.id, right.problems) == (f"{plan}/Arm", ())
    name = urn("azure-native:security:Pricing", "p")
    assert wrong.problems == (f"{name} imports {plan}/Dns, and its inputs are those of {plan}/Arm",)
