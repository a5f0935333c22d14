"""Roles: who gets what where, held against a second transcription, and nothing wider than that."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from amlz.core.facts.custom_roles import CUSTOM_ROLES
from amlz.core.facts.roles import CAPABILITIES_DEPLOYER, DEPLOYER, GRANTS, ROLES
from amlz.core.specs import ExistingPrincipalSpec, ProjectEnvironmentSpec, RoleAssignmentSpec, SharedRegistrySpec
from tests.core.stacks import HUB, LANDING_ZONE, PEOPLE, Stack, at, built, facts, log_of, messages_of, planned, stack

IDENTITIES: list[list[str]] = facts("roles-of-identities")["roles"]
OF_PEOPLE: dict[str, Any] = facts("roles-of-people")
OF_SEARCH: dict[str, Any] = facts("roles-of-search")
OF_SERVING: dict[str, Any] = facts("roles-of-serving")
COSMOS_DB = "33333333-aaaa-4bbb-8ccc-000000000001"
WHO = {object_id: kind for kind, ids in PEOPLE.items() for object_id in ids} | {COSMOS_DB: "cosmosDb"}

Row = tuple[str, str, str, str, str]


def assignments(environment: ProjectEnvironmentSpec) -> list[RoleAssignmentSpec]:
    """Every assignment of an environment, wherever it is built."""
    registry = environment.registry.roles if environment.registry else environment.shared_registry_roles
    return [
        *environment.group_roles,
        *environment.key_vault.roles,
        *(environment.encryption.roles if environment.encryption else ()),
        *environment.storage.roles,
        *registry,
        *environment.insights.roles,
        *environment.workspace.roles,
    ]


def rows(environment: ProjectEnvironmentSpec, registry: str = "") -> list[Row]:
    """Principal, its kind, role by name and id, and scope: from ids, not from the plan's own words."""
    by_scope = {
        f"/subscriptions/{LANDING_ZONE}": "subscription",
        environment.group.id: "resourceGroup",
        environment.workspace.id: "workspace",
        environment.storage.id: "storage",
        environment.key_vault.id: "vault",
        **({environment.encryption.vault: "keys"} if environment.encryption else {}),
        registry or (environment.registry.id if environment.registry else ""): "registry",
        environment.insights.id: "insights",
        **{endpoint.id: f"{endpoint.group}Endpoint" for endpoint in environment.storage.endpoints},
    }
    by_identity = {identity.id: f"{identity.role}Identity" for identity in environment.identities}
    return sorted(
        (
            WHO[a.principal.id] if isinstance(a.principal, ExistingPrincipalSpec) else by_identity[a.principal.id],
            a.principal.kind,
            a.role,
            a.role_id.rsplit("/", 1)[1],
            by_scope[a.scope],
        )
        for a in assignments(environment)
    )


#: Settings that are off unless an environment sets them.
CHOICES = frozenset({"managedNetwork", "ownKey"})


def expected(level: str, without: frozenset[str] = frozenset(), chosen: frozenset[str] = frozenset()) -> list[Row]:
    """The same from the case files."""
    left_out = without | (CHOICES - chosen)
    identities = [(who, "ServicePrincipal", *row) for who, *row, only in IDENTITIES if only not in left_out]
    return sorted([*identities, *map(tuple, OF_PEOPLE[level])])


def one(settings: Stack, name: str = "dev", **top: Any) -> ProjectEnvironmentSpec:
    """The plan of an environment to which all kinds of people have access."""
    return planned(stack({f"churn/{name}": at("10.1.0.0/24", **settings)}, access=PEOPLE, **top)).environments[0]


@pytest.mark.parametrize(("name", "level"), [("dev", "nonProduction"), ("prod", "production"), ("emea", "production")])
def test_an_environment_gives_exactly_the_roles_of_the_table(name: str, level: str) -> None:
    """No other, and none missing; an environment of an unknown name is production."""
    assert rows(one({}, name)) == expected(level)


def test_roles_for_queues_and_tables_go_with_batch() -> None:
    """Without it there are none."""
    assert rows(one({"batch": False})) == expected("nonProduction", frozenset({"batch"}))


def test_with_shared_keys_the_workspace_needs_no_role_on_file_shares() -> None:
    """It uses the configured key."""
    pairs = rows(one({"security": {"storageSharedKeys": True}}))

    assert pairs == expected("nonProduction", frozenset({"noSharedKeys"}))


def test_in_a_managed_network_the_workspace_approves_its_endpoints() -> None:
    """On everything that the managed network makes a private endpoint to."""
    assert rows(one({"isolation": "managed"})) == expected("nonProduction", chosen=frozenset({"managedNetwork"}))


def test_a_key_of_its_own_is_read_by_its_identity_the_workspace_and_the_database() -> None:
    """Nobody else, and nothing but reading it to encrypt."""
    security = {"customerManagedKey": {"cosmosDbObjectId": COSMOS_DB}}

    pairs = rows(one({"batch": False, "security": security}))

    assert pairs == expected("nonProduction", frozenset({"batch"}), frozenset({"ownKey"}))


def test_a_shared_registry_gives_the_same_roles_on_the_landing_zones() -> None:
    """Another scope, nothing else."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", registry="shared")}, access=PEOPLE, sharedRegistry={}))

    assert rows(plan.environments[0], built(plan.part(SharedRegistrySpec)).registry.id) == expected("nonProduction")


def test_role_ids_are_those_of_the_case_files() -> None:
    """Every role of the table that the plan can give."""
    written = {row[-3]: row[-2] for row in (*OF_PEOPLE["nonProduction"], *OF_PEOPLE["production"])}
    written |= {role: role_id for _, role, role_id, _, _ in IDENTITIES}
    written |= {"Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893"}
    # https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/containers
    written |= {
        "Azure Kubernetes Service Cluster Admin Role": "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8",
        "Kubernetes Extension Contributor": "85cb6faf-e071-4c9b-8136-154b5a04f717",
    }
    written |= {role: role_id for kind in ("nonProduction", "production") for _, role, role_id in OF_SEARCH[kind]}
    written |= {role: role_id for kind in ("collecting", "secrets") for _, role, role_id, _ in OF_SERVING[kind]}
    written |= facts("roles-of-identities")["others"]
    written.pop("Azure ML Metadata Creator")  # a custom role, whose id depends on the subscription

    assert {grant.role: ROLES[grant.role] for grant in GRANTS if grant.role not in CUSTOM_ROLES} == written


def test_the_platform_team_reads_the_central_log() -> None:
    """The one role outside of the environments."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24")}, access=PEOPLE))
    (role,) = log_of(plan).roles

    assert (role.principal.id, role.principal.kind, role.role, role.scope) == (
        PEOPLE["platformTeam"][0],
        "Group",
        "Log Analytics Reader",
        log_of(plan).id,
    )


def test_the_platform_team_reads_the_groups_that_environments_share() -> None:
    """Firewall, rules, zones and the shared registry, not only the environments."""
    plan = planned(stack({"churn/dev": at("10.1.0.0/24", registry="shared")}, access=PEOPLE, sharedRegistry={}))
    hub, shared = built(plan.hub), built(plan.part(SharedRegistrySpec))
    roles = [hub.group_roles, *(spoke.group_roles for spoke in plan.spokes), shared.group_roles]
    groups = [hub.group.id, *(spoke.group.id for spoke in plan.spokes), shared.group.id]

    assert [(role.role, role.who, role.scope) for item in roles for role in item] == [
        ("Reader", "platformTeam", group) for group in groups
    ]


def test_the_workspace_of_a_managed_network_waits_for_its_right_to_approve() -> None:
    """On the resource group, since the workspace does not exist when its own endpoint waits for approval."""
    environment = one({"isolation": "managed"})
    (approver,) = (role for role in environment.group_roles if "Approver" in role.role)

    assert (approver.scope, approver.id in environment.workspace.after) == (environment.group.id, True)


def test_the_workspace_with_a_key_waits_for_its_right_to_create_metadata() -> None:
    """On the subscription: the resource group of the metadata does not exist yet."""
    environment = one({"batch": False, "security": {"customerManagedKey": {"cosmosDbObjectId": COSMOS_DB}}})
    (creator,) = (role for role in assignments(environment) if role.role == "Azure ML Metadata Creator")

    assert (creator.scope, creator.id in environment.workspace.after) == (f"/subscriptions/{LANDING_ZONE}", True)


@pytest.mark.parametrize(
    ("settings", "name", "rows_expected"),
    [
        ({}, "dev", []),
        ({"isolation": "managed"}, "dev", [("Managed Identity Operator", "id-retail-churn-dev-compute")]),
        ({}, "prod", []),
    ],
)
def test_people_create_computes_where_it_is_configured(
    settings: Stack, name: str, rows_expected: list[tuple[str, str]]
) -> None:
    """With the rights on network, subnet and identity; in production compute operators alone, studio nobody."""
    environment = one({**settings, "peopleCreateComputes": True, "studioDeployments": True}, name)
    injected = [
        ("Azure ML Network User", "vnet-retail-spoke-main"),
        ("Azure ML Subnet User", f"snet-churn-{name}-training"),
        ("Managed Identity Operator", f"id-retail-churn-{name}-compute"),
    ]
    people = ("computeOperators", "mlEngineers") if name == "dev" else ("computeOperators",)

    result = {
        who: [
            (r.role, r.scope.rsplit("/", 1)[-1]) for r in environment.group_roles if r.who == who and r.role != "Reader"
        ]
        for who in ("computeOperators", "mlEngineers", "dataScientists")
    }

    studio = [("Azure ML Studio Deployer", environment.group.place.resource_group)] if name == "dev" else []
    assert result == {
        who: [*(studio if who != "computeOperators" else []), *((rows_expected or injected) if who in people else [])]
        for who in result
    }


def test_every_row_of_the_table_says_why_and_where_it_is_written() -> None:
    """A reviewer can follow each of them."""
    assert [
        grant for grant in GRANTS if not (grant.why and grant.source.startswith("https://learn.microsoft.com/"))
    ] == []
    assert [grant for grant in (*DEPLOYER, *CAPABILITIES_DEPLOYER) if not grant.why] == []


def test_a_group_in_two_lists_gets_one_assignment_for_both_reasons() -> None:
    """Azure refuses the same assignment twice."""
    both = PEOPLE["dataScientists"]
    access = {"dataScientists": both, "mlEngineers": both}
    environment = planned(stack({"churn/dev": at("10.1.0.0/24")}, access=access)).environments[0]

    pairs = [(a.role, a.who, a.why) for a in assignments(environment) if isinstance(a.principal, ExistingPrincipalSpec)]

    assert sorted(pairs) == [
        ("AzureML Compute Operator", "mlEngineers", "starting, stopping and deleting compute targets"),
        ("AzureML Data Scientist", "dataScientists, mlEngineers", "experiments; training and deploying"),
        (
            "Storage Blob Data Contributor",
            "dataScientists, mlEngineers",
            "data from the studio and notebooks",
        ),
        (
            "Storage File Data Privileged Contributor",
            "dataScientists, mlEngineers",
            "notebooks and their files",
        ),
    ]


def test_access_adds_up_over_landing_zone_project_and_environment() -> None:
    """A person listed at two levels gets a role once."""
    first, second, third = (f"33333333-aaaa-4bbb-8ccc-00000000000{n}" for n in (1, 2, 3))
    settings = stack({"churn/dev": at("10.1.0.0/24", access={"readers": [third, first]})}, access={"readers": [first]})
    settings["projects"]["churn"]["access"] = {"readers": [second, first]}

    environment = planned(settings).environments[0]

    assert [(a.role, a.principal.id) for a in environment.group_roles] == [
        ("Reader", first),
        ("Reader", second),
        ("Reader", third),
    ]


def test_names_of_assignments_are_decided_by_scope_principal_and_role() -> None:
    """The same GUID on every computer, and none twice."""
    plan = planned(
        stack(
            {"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24"), "fraud/dev": at("10.1.2.0/24")},
            access=PEOPLE,
        )
    )
    roles = list(plan.roles())
    namespace = uuid.UUID("6f1c7f0e-53f0-5c0e-9a3e-6d1f0f6f7a10")

    def written(role: RoleAssignmentSpec) -> str:
        whom = role.principal.id
        return str(uuid.uuid5(namespace, f"{role.scope}|{whom}|{role.role_id.rsplit('/', 1)[1]}".lower()))

    assert [role.name for role in roles] == [written(role) for role in roles]
    assert len({role.name for role in roles}) == len(roles) == len({role.id.lower() for role in roles})
    assert len({(role.scope, role.key) for role in roles}) == len(roles)


@pytest.mark.parametrize("hub", [None, HUB])
def test_nothing_is_given_on_a_subscription_and_nobody_owns_anything(hub: str | None) -> None:
    """Identities and people alike; the widest scope is an environment's resource group, and only to look."""
    subscriptions = {"landingZone": LANDING_ZONE} | ({"hub": hub} if hub else {})
    environments = {"churn/dev": at("10.1.0.0/24", registry="shared"), "churn/prod": at("10.1.1.0/24")}
    plan = planned(stack(environments, access=PEOPLE, subscriptions=subscriptions, sharedRegistry={}))
    roles = list(plan.roles())

    on_groups = {role.role for role in roles if re.fullmatch(r"/subscriptions/[^/]+/resourceGroups/[^/]+", role.scope)}
    wider = [role.scope for role in roles if "/resourceGroups/" not in role.scope]
    owners = [
        role for role in roles if role.role in ("Owner", "User Access Administrator") or "Access Control" in role.role
    ]
    of_people = [role for role in roles if isinstance(role.principal, ExistingPrincipalSpec)]
    people = {role.role for role in of_people if role.role.endswith("Contributor")}

    assert (on_groups, wider, owners) == ({"Reader"}, [], [])  # a custom role with a key alone is wider
    assert people == {"Storage Blob Data Contributor", "Storage File Data Privileged Contributor"}
    assert [role for role in roles if role.subscription != role.scope.split("/")[2]] == []


CREATE_HUB = "creating the hub, its zones and the central log, and the hub's side of peerings"
CREATE = "creating spokes and project environments"
RBAC = "Role Based Access Control Administrator"
LOCK = "Landing Zone Lock Administrator"
LOCKS = "locks on production data"
LOGS = "giving the platform team the logs"
POLICY = (LANDING_ZONE, "Resource Policy Contributor", "definitions, assignments and exemptions of policies")
BOTH = {"landingZone": LANDING_ZONE, "hub": HUB}
DEPLOYERS: dict[str, tuple[Stack, list[tuple[str, str, str]]]] = {
    "one subscription": (
        stack(),
        [(LANDING_ZONE, "Contributor", f"{CREATE_HUB}; {CREATE}"), (LANDING_ZONE, RBAC, "role assignments"), POLICY],
    ),
    "one subscription, with a platform team": (
        stack(access=PEOPLE),
        [
            (LANDING_ZONE, "Contributor", f"{CREATE_HUB}; {CREATE}"),
            (LANDING_ZONE, RBAC, f"{LOGS}; role assignments"),
            POLICY,
        ],
    ),
    "one subscription, with production": (
        stack({"churn/prod": at("10.1.0.0/24")}, access=PEOPLE),
        [
            (LANDING_ZONE, "Contributor", f"{CREATE_HUB}; {CREATE}"),
            (LANDING_ZONE, LOCK, f"locking the central log; {LOCKS}"),
            (LANDING_ZONE, RBAC, f"{LOGS}; role assignments"),
            POLICY,
        ],
    ),
    "two subscriptions": (
        stack(subscriptions=BOTH),
        [
            (HUB, "Contributor", CREATE_HUB),
            (LANDING_ZONE, "Contributor", CREATE),
            (LANDING_ZONE, RBAC, "role assignments"),
            POLICY,
        ],
    ),
    "two subscriptions, with a platform team": (
        stack(subscriptions=BOTH, access=PEOPLE),
        [
            (HUB, "Contributor", CREATE_HUB),
            (HUB, RBAC, LOGS),
            (LANDING_ZONE, "Contributor", CREATE),
            (LANDING_ZONE, RBAC, "role assignments"),
            POLICY,
        ],
    ),
    "two subscriptions, with production": (
        stack({"churn/prod": at("10.1.0.0/24")}, subscriptions=BOTH, access=PEOPLE),
        [
            (HUB, "Contributor", CREATE_HUB),
            (HUB, LOCK, "locking the central log"),
            (HUB, RBAC, LOGS),
            (LANDING_ZONE, "Contributor", CREATE),
            (LANDING_ZONE, LOCK, LOCKS),
            (LANDING_ZONE, RBAC, "role assignments"),
            POLICY,
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DEPLOYERS)
def test_whoever_deploys_needs_these_roles_on_each_subscription(case: str) -> None:
    """Locks take a custom role; no role lets the deployer give every role."""
    settings, rows_expected = DEPLOYERS[case]

    assert [(role.subscription, role.role, role.why) for role in planned(settings).deployer] == rows_expected


def test_a_group_that_is_listed_twice_gets_its_role_once_for_one_reason() -> None:
    """On the central log as everywhere else."""
    team = PEOPLE["platformTeam"] * 2
    plan = planned(stack(access={"platformTeam": team}))

    pairs = [(role.who, role.why) for role in (*log_of(plan).roles, *plan.environments[0].group_roles)]

    assert pairs == [
        ("platformTeam", "reading the logs of everything"),
        ("platformTeam", "seeing what runs, changing it only by code"),
    ]


def test_an_id_is_a_group_or_a_service_principal_and_never_both() -> None:
    """Azure refuses an assignment whose principal has another type than the stated one; the check does, too."""
    both = PEOPLE["dataScientists"]

    environments = {"churn/dev": at("10.1.0.0/24"), "churn/prod": at("10.1.1.0/24")}

    problems = messages_of(
        stack(environments, access={"dataScientists": both, "pipelines": [*PEOPLE["pipelines"], *both]})
    )

    assert problems == [
        f"access.pipelines[1]\n  {both[0]} has access as an Entra group too. Service principals "
        "belong under `pipelines`; an object id is one of both.\n  Remove it where it does not belong."
    ]
