"""Names: what each type takes, what stays the same, and what a suffix is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.core.facts.names import NAME_RULES
from amlz.core.names import Namer, suffix
from amlz.core.specs import SharedRegistrySpec
from tests.core.stacks import at, facts, messages_of, planned, stack

KINDS: dict[str, Any] = facts("name-rules")["kinds"]
WITH_SUFFIX = tuple(kind for kind, row in KINDS.items() if "suffix" in row)
#: Kinds that are never made of words of the stack file.
ONE_WORD = {"cluster", "connection", "container", "datastore", "onlineEndpoint"}

#: The longest words that the stack file takes.
UNIT = st.from_regex(r"\A[a-z][a-z0-9]{1,9}\Z")
WORD = st.from_regex(r"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\Z").filter(lambda word: 2 <= len(word) <= 16)
ENVIRONMENT = st.from_regex(r"\A[a-z][a-z0-9]{1,9}\Z")


def test_there_is_a_case_for_every_kind_of_name() -> None:
    """With the abbreviation and the limits of the published pages."""
    expected = {kind: (row["abbreviation"], row["shortest"], row["longest"]) for kind, row in KINDS.items()}

    assert {kind: (rule.prefix, rule.shortest, rule.longest) for kind, rule in NAME_RULES.items()} == expected


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_taken_and_refused_as_azure_does(kind: str) -> None:
    """Good and bad ones, and those at and beyond the limits of length."""
    rule, row = NAME_RULES[kind], KINDS[kind]
    good = [*row["good"], "a" * row["shortest"], "a" * row["longest"]]
    bad = [*row["bad"], "a" * (row["shortest"] - 1), "a" * (row["longest"] + 1)]

    assert [name for name in good if rule.problem(name)] == []
    assert [name for name in bad if not rule.problem(name)] == []


def test_what_is_wrong_with_a_name_is_said_in_words() -> None:
    """Its length first, then its characters."""
    rule = NAME_RULES["keyVault"]

    assert [rule.problem(name) for name in ("kv", "kv--1", "kv-1")] == [
        "'kv' has 2 characters; allowed are 3 to 24",
        "'kv--1' does not fit: letters, digits and single hyphens, starting with a letter",
        None,
    ]


def test_a_suffix_is_decided_by_its_identity_alone() -> None:
    """These very characters, for ever: a change renames every vault there is."""
    assert [
        suffix("keyVault", "c0c0c0c0-1111-4222-8333-444455556666", "retail", "westeurope", "churn", "dev", 1),
        suffix("keyVault", "c0c0c0c0-1111-4222-8333-444455556666", "retail", "westeurope", "churn", "dev", 2),
        suffix("ab", "c"),
        suffix("a", "bc"),
    ] == ["tnxxn", "wg4eb", "yffvn", "pg6e7"]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(), st.integers()), max_size=6))
def test_a_suffix_is_five_characters_and_begins_with_a_letter(identity: list[str | int]) -> None:
    """So that a compute instance's name never ends in a hyphen and digits."""
    assert re.fullmatch(r"[a-z][a-z2-7]{4}", suffix(*identity))


@settings(derandomize=True, max_examples=80, deadline=None)
@given(unit=UNIT, project=WORD, environment=ENVIRONMENT, kind=st.sampled_from(sorted(set(KINDS) - ONE_WORD)))
def test_generated_names_are_within_the_limits_of_their_types(
    unit: str, project: str, environment: str, kind: str
) -> None:
    """With any words: shortened from the end, the suffix complete."""
    namer, rule = Namer((unit, project, environment), (unit, project, environment, 1)), NAME_RULES[kind]
    name = namer.unique(kind) if kind in (*WITH_SUFFIX, "computeInstance") else namer.name(kind, "workspace")

    assert (rule.problem(name), name.startswith(rule.prefix)) == (None, True)
    if kind in WITH_SUFFIX:
        assert name.endswith(suffix(kind, unit, project, environment, 1))


@pytest.mark.parametrize("kind", sorted(set(KINDS) - ONE_WORD - {"computeInstance", "outboundRule", *WITH_SUFFIX}))
def test_names_without_a_suffix_are_never_shortened(kind: str) -> None:
    """Two long words that differ at their end would else have one name."""
    unit, project, environment = "u" * 10, "p" * 16, "e" * 10

    name = Namer((unit, project, environment), ()).name(kind, "workspace")

    assert name == f"{KINDS[kind]['abbreviation']}{unit}-{project}-{environment}-workspace"


def test_generated_names_say_what_and_whose() -> None:
    """One environment in full."""
    environment = planned(stack({"demand-1/dev": at("10.1.0.0/24")})).environments[0]

    assert {
        "group": environment.group.place.resource_group,
        "identities": [identity.name for identity in environment.identities],
        "vault": re.sub(".{5}$", "?", environment.key_vault.name),
        "storage": re.sub(".{5}$", "?", environment.storage.name),
        "registry": re.sub(".{5}$", "?", environment.registry.name if environment.registry else ""),
        "insights": environment.insights.name,
        "workspace": re.sub(".{5}$", "?", environment.workspace.name),
        "endpoints": [endpoint.name for endpoint in environment.storage.endpoints],
    } == {
        "group": "rg-retail-demand-1-dev-westeurope",
        "identities": [f"id-retail-demand-1-dev-{role}" for role in ("workspace", "compute", "build")],
        "vault": "kv-retail-demand-1-?",
        "storage": "stretaildemand1dev?",
        "registry": "crretaildemand1dev?",
        "insights": "appi-retail-demand-1-dev",
        "workspace": "mlw-retail-demand-1-dev-?",
        "endpoints": [
            "pep-retail-demand-1-dev-blob",
            "pep-retail-demand-1-dev-file",
            "pep-retail-demand-1-dev-queue",
            "pep-retail-demand-1-dev-table",
        ],
    }


def names_in(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every name in a spec with its path in it: `key_vault.name`."""
    if is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            yield from names_in(getattr(value, part.name), f"{path}.{part.name}" if path else part.name)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from names_in(item, f"{path}[{index}]")
    elif isinstance(value, str) and path.endswith((".name", "resource_group", ".interface")) and ".zones" not in path:
        yield path, value


def test_generation_changes_the_names_with_a_suffix_and_no_other() -> None:
    """It steps over what is soft-deleted, and everything else stays."""
    instance = {"size": "Standard_D4s_v5", "owner": "11111111-aaaa-4bbb-8ccc-000000000009"}

    def named(generation: int) -> dict[str, str]:
        options = stack({"churn/dev": at("10.1.0.0/24", generation=generation, instances={"ada": instance})})
        (environment,) = planned(options).environments
        return {path: name for path, name in names_in(environment) if "roles" not in path}

    first, second = named(1), named(2)

    assert {path for path in first if first[path] != second[path]} == {
        "key_vault.name",
        "storage.name",
        "registry.name",
        "workspace.name",
        "computes.instances[0].name",
    }


def test_generations_of_the_hub_and_the_shared_registry_change_only_their_own() -> None:
    """The central log's, and the registry's."""

    def named(hub: int, registry: int) -> dict[str, str]:
        hub_settings = {"addressSpace": "10.0.0.0/24", "generation": hub}
        plan = planned(
            stack(
                {"churn/dev": at("10.1.0.0/24", registry="shared")},
                hub=hub_settings,
                sharedRegistry={"generation": registry},
            )
        )
        parts = {"hub": plan.hub, "shared": plan.part(SharedRegistrySpec), "environment": plan.environments[0]}
        result = {f"{at}.{path}": name for at, part in parts.items() for path, name in names_in(part)}
        return {path: name for path, name in result.items() if "roles" not in path}

    first = named(1, 1)

    assert [path for path, name in named(2, 1).items() if name != first[path]] == ["hub.log_analytics.name"]
    assert [path for path, name in named(1, 2).items() if name != first[path]] == ["shared.registry.name"]


def test_own_names_are_taken_as_they_are() -> None:
    """All of them."""
    own = {
        "resourceGroup": "RG-own",
        "workspace": "own_workspace",
        "keyVault": "own-vault",
        "storageAccount": "ownstore",
        "containerRegistry": "OwnRegistry",
    }

    environment = planned(stack({"churn/dev": at("10.1.0.0/24", names=own)})).environments[0]

    assert own == {
        "resourceGroup": environment.group.place.resource_group,
        "workspace": environment.workspace.name,
        "keyVault": environment.key_vault.name,
        "storageAccount": environment.storage.name,
        "containerRegistry": environment.registry.name if environment.registry else "",
    }


DEV = "projects.churn.environments.dev"
FRAUD = "projects.fraud.environments.dev"
OTHER = "Give one of them another name."
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "an own vault's name with an underscore": (
        {"keyVault": "my_vault"}, {},
        [
            f"{DEV}.names.keyVault\n  'my_vault' does not fit: letters, digits and single hyphens, starting with a "
            "letter.\n  Choose another name."
        ],
    ),
    "an own storage account's name that is too long": (
        {"storageAccount": "a" * 25}, {},
        [
            f"{DEV}.names.storageAccount\n  'aaaaaaaaaaaaaaaaaaaaaaaaa' has 25 characters; allowed are 3 to 24.\n"
            "  Choose another name."
        ],
    ),
    "one vault's name for two": (
        {"keyVault": "kv-mine"}, {"keyVault": "KV-Mine"},
        [f"{FRAUD}.names.keyVault\n  'KV-Mine' is already the name of {DEV}.names.keyVault.\n  {OTHER}"],
    ),
    "one registry's name for two": (
        {"containerRegistry": "crmine"}, {"containerRegistry": "crmine"},
        [
            f"{FRAUD}.names.containerRegistry\n  'crmine' is already the name of {DEV}.names.containerRegistry.\n"
            f"  {OTHER}"
        ],
    ),
    "one resource group for two": (
        {"resourceGroup": "rg-mine"}, {"resourceGroup": "rg-mine"},
        [f"{FRAUD}.names.resourceGroup\n  'rg-mine' is already the name of {DEV}.names.resourceGroup.\n  {OTHER}"],
    ),
    "one workspace's name in two groups": ({"workspace": "mlw-mine"}, {"workspace": "mlw-mine"}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_own_names_that_do_not_do_are_refused_with_both_places(case: str) -> None:
    """Names are compared as Azure does, without case, and within what they must be unique in."""
    first, second, expected = REFUSED[case]
    options = stack({"churn/dev": at("10.1.0.0/24", names=first), "fraud/dev": at("10.1.1.0/24", names=second)})

    assert messages_of(options) == expected


def test_a_project_called_spoke_is_refused_where_its_group_would_be_the_spokes() -> None:
    """rg-retail-spoke-main-westeurope is both the spoke's and that of environment main of project spoke."""
    options = stack({"spoke/main": at("10.1.0.0/24")})

    assert messages_of(options) == [
        "projects.spoke.environments.main\n  The name made for it, 'rg-retail-spoke-main-westeurope', is already that "
        "of spokes.main.\n  Rename one of the two, or set `names` in the environment."
    ]


def test_names_of_compute_instances_are_unique_in_a_region_and_fit_the_published_pattern() -> None:
    """The same name in two environments gives two."""
    ada = {"ada": {"size": "Standard_D4s_v5", "owner": "11111111-aaaa-4bbb-8ccc-000000000009"}}
    long = {"a" * 16: ada["ada"]}
    plan = planned(
        stack({"churn/dev": at("10.1.0.0/24", instances=ada | long), "fraud/dev": at("10.1.1.0/24", instances=ada)})
    )

    names = [instance.name for environment in plan.environments for instance in environment.computes.instances]

    assert [name.rsplit("-", 1)[0] for name in names] == ["ada", "a" * 16, "ada"]
    assert len(set(names)) == 3
    assert [n for n in names if not re.fullmatch(r"[a-zA-Z](?![a-zA-Z0-9-]*-\d+$)[a-zA-Z0-9-]{2,23}", n)] == []
