"""Azure's evaluation of permissions, held against a second implementation that tries every text."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amlz.azure.permissions import (
    ByScope,
    GivenRole,
    Permission,
    Ruling,
    Status,
    applies,
    covers,
    gives,
    intersect,
    rule,
)
from amlz.azure.role_definitions import BUILT_IN, RoleDefinition

BY_NAME = {role.name: role for role in BUILT_IN.values()}
ML = "Microsoft.MachineLearningServices/workspaces"
SUBSCRIPTION = "/subscriptions/s1"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
READ = Permission("p/x/read")

#: Short patterns and actions of few letters, so that they meet often.
PIECES = st.sampled_from(["a", "b", "*"])
PATTERNS = st.lists(PIECES, min_size=1, max_size=4).map("/".join)
#: Every action that the second implementation tries.
ACTIONS = ["/".join(words) for size in (1, 2, 3, 4) for words in product("ab", repeat=size)]
LONGER = ["/".join(words) for size in range(1, 8) for words in product("ab", repeat=size)]


def stands_for(pattern: str, action: str) -> bool:
    """Returns whether a pattern matches an action, letter by letter: `*` takes any text, `/*/` may be `/`."""
    if not pattern:
        return not action
    if pattern.startswith("/*/") and stands_for(pattern[2:], action):
        return True
    if pattern[0] == "*":
        return any(stands_for(pattern[1:], action[taken:]) for taken in range(len(action) + 1))
    return action[:1] == pattern[0] and stands_for(pattern[1:], action[1:])


@given(PATTERNS)
@settings(max_examples=60, deadline=None)
def test_a_pattern_covers_the_actions_that_it_stands_for(pattern: str) -> None:
    """Each of thirty actions, by both implementations."""
    assert [covers(pattern, action) for action in ACTIONS] == [stands_for(pattern, action) for action in ACTIONS]


@given(PATTERNS, PATTERNS)
@settings(max_examples=150, deadline=None)
def test_patterns_intersect_where_some_action_fits_both(first: str, second: str) -> None:
    """Seven words suffice for everything that patterns of four words can have in common."""
    common = any(stands_for(first, action) and stands_for(second, action) for action in LONGER)

    assert (intersect(first, second), intersect(second, first)) == (common, common)


@given(PATTERNS, PATTERNS)
@settings(max_examples=150, deadline=None)
def test_a_covered_pattern_stands_for_nothing_else(pattern: str, asked: str) -> None:
    """A pattern that covers another one matches every action of it."""
    if covers(pattern, asked):
        assert all(stands_for(pattern, action) for action in ACTIONS if stands_for(asked, action))


@given(st.lists(PATTERNS, max_size=3), st.lists(PATTERNS, max_size=2), st.sampled_from(ACTIONS))
@settings(max_examples=150, deadline=None)
def test_a_role_gives_an_action_that_is_not_taken_away(given_: list[str], taken: list[str], action: str) -> None:
    """Control plane and data plane alike, each without the other."""
    role = RoleDefinition("r", "r", tuple(given_), tuple(taken))
    data = RoleDefinition("d", "d", (), (), tuple(given_), tuple(taken))
    expected = any(stands_for(p, action) for p in given_) and not any(stands_for(p, action) for p in taken)

    assert (gives(role, Permission(action)), gives(data, Permission(action, True))) == (expected, expected)
    assert (gives(role, Permission(action, True)), gives(data, Permission(action))) == (False, False)


@given(st.lists(st.sampled_from(["subscriptions/s", "resourceGroups/r", "providers/p", "t/n", "t/nn"]), max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_scope_holds_for_what_is_below_it(segments: list[str]) -> None:
    """By whole segments, without regard to case; a name that only begins alike is elsewhere."""
    target = "/".join(["", *segments]) or "/"
    scopes = {"/" + "/".join(segments[:size]) for size in range(len(segments) + 1)}

    for scope in scopes:
        assert applies(GivenRole("p", scope.upper(), "r", None), target) is True
        assert applies(GivenRole("p", f"{scope.rstrip('/')}/t/other", "r", None), target) is False
    given_ = [GivenRole("p", scope + end, "r", None) for scope in sorted(scopes) for end in ("", "x", "/")]
    assert sorted(given_role.scope for given_role in ByScope(given_).holding_for(target)) == sorted(
        given_role.scope for given_role in given_ if applies(given_role, target)
    )


def test_management_groups_are_not_known() -> None:
    """The plan does not contain the management groups of a subscription."""
    above = GivenRole("p", "/providers/Microsoft.Management/managementGroups/root", "r", BY_NAME["Reader"])

    assert rule([above], READ, STORE) == Ruling(Status.UNKNOWN, above)


def test_the_best_assignment_counts_and_not_actions_take_from_their_own_role_only() -> None:
    """Rights add up; a condition or an unknown role leaves a doubt, unless another assignment settles it."""
    full = GivenRole("p", GROUP, "full", RoleDefinition("full", "Full", ("p/*",)))
    less = GivenRole("p", GROUP, "less", RoleDefinition("less", "Less", ("p/*",), ("p/x/*",)))
    conditional = GivenRole("p", STORE, "full", full.role, conditional=True)
    unknown = GivenRole("p", STORE, "0000", None)
    elsewhere = GivenRole("p", f"{STORE}2", "full", full.role)

    answers = [
        rule(given_, READ, STORE)
        for given_ in ([less], [less, full], [conditional, less], [unknown, less], [unknown, conditional], [elsewhere])
    ]

    assert answers == [
        Ruling(Status.DENIED),
        Ruling(Status.ALLOWED, full),
        Ruling(Status.CONDITIONAL, conditional),
        Ruling(Status.UNKNOWN, unknown),
        Ruling(Status.CONDITIONAL, conditional),
        Ruling(Status.DENIED),
    ]


def test_a_permission_for_all_verbs_may_come_from_several_roles() -> None:
    """Each verb by the role that gives it; one that is missing decides."""
    reads = GivenRole("p", GROUP, "reads", RoleDefinition("reads", "Reads", ("*/read",)))
    writes = GivenRole(
        "p", GROUP, "writes", RoleDefinition("writes", "Writes", ("p/*/write", "p/*/delete", "p/*/action"))
    )

    assert rule([reads, writes], Permission("p/x/*"), STORE).status is Status.ALLOWED
    assert rule([writes], Permission("p/x/*"), STORE) == Ruling(Status.DENIED)


@pytest.mark.parametrize(
    ("role", "permission", "given_"),
    [
        # https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles#default-roles
        ("AzureML Data Scientist", f"{ML}/computes/write", False),
        ("AzureML Data Scientist", f"{ML}/computes/delete", False),
        ("AzureML Data Scientist", f"{ML}/write", False),
        ("AzureML Data Scientist", f"{ML}/read", True),
        ("AzureML Data Scientist", f"{ML}/jobs/write", True),
        ("AzureML Compute Operator", f"{ML}/computes/write", True),
        ("AzureML Compute Operator", f"{ML}/jobs/write", False),
        ("Reader", f"{ML}/datastores/read", True),
        ("Reader", f"{ML}/jobs/write", False),
        ("Contributor", f"{ML}/jobs/write", True),
        ("Contributor", "Microsoft.Authorization/roleAssignments/write", False),
        # https://learn.microsoft.com/azure/machine-learning/how-to-authenticate-online-endpoint
        ("AzureML Data Scientist", f"{ML}/onlineEndpoints/score/action", True),
        ("AzureML Data Scientist", f"{ML}/onlineEndpoints/listKeys/action", True),
        # https://learn.microsoft.com/azure/machine-learning/how-to-assign-roles#common-scenarios, point 4
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", True),
        ("Managed Identity Operator", "Microsoft.ManagedIdentity/userAssignedIdentities/write", False),
        # https://learn.microsoft.com/azure/azure-monitor/logs/manage-access#log-analytics-reader
        ("Log Analytics Reader", "Microsoft.OperationalInsights/workspaces/sharedKeys/read", False),
        ("Log Analytics Reader", "Microsoft.OperationalInsights/workspaces/query/Heartbeat/read", True),
    ],
)
def test_roles_give_what_microsoft_says_of_them(role: str, permission: str, given_: bool) -> None:
    """Statements of pages other than the list that the definitions are from."""
    assert gives(BY_NAME[role], Permission(permission)) is given_


#: Roles that the list of Microsoft, as it was read, does not have yet; their source is another page of it.
NOT_LISTED = {"Monitoring Data Reader"}


def test_every_definition_has_its_page_and_date() -> None:
    """The list of Microsoft, and the date that its page carries."""
    assert {
        role.name
        for role in BUILT_IN.values()
        if not str(role.source).startswith(
            "https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/"
        )
        or not str(role.date).startswith("2024-")
    } == NOT_LISTED
