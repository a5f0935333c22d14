"""More than Azure takes, and what is named and not there: each problem in its whole sentence."""

from __future__ import annotations

from typing import Any

import pytest

from amlz.core.facts.limits import COMPUTES, PEERINGS, PRIVATE_ENDPOINTS, SUBNETS, TAGS
from amlz.core.planning import limits, references
from amlz.stackfile.load import from_object
from tests.core.stacks import Stack, at, cluster, facts, messages_of, stack

ADA = {"size": "Standard_D4s_v5", "owner": "11111111-aaaa-4bbb-8ccc-000000000009"}


def test_limits_are_those_of_the_published_pages() -> None:
    """Against a second transcription."""
    written = facts("limits")
    del written["sources"]

    assert {
        "peerings of a network": PEERINGS.count,
        "subnets of a network": SUBNETS.count,
        "private endpoints of a network": PRIVATE_ENDPOINTS.count,
        "computes of a region and subscription": COMPUTES.count,
        "tags of a resource": TAGS.count,
    } == written


def over_limits(settings: Stack) -> list[str]:
    """Problems of counts alone: stacks of this size need no addresses."""
    return [str(problem) for problem in limits.check_input(from_object(settings))]


def many(count: int, **settings: Any) -> Stack:
    """So many environments, three a project, in one spoke."""
    names = ("dev", "staging", "prod")
    return stack({f"p{i // 3:04}/{names[i % 3]}": at(None, **settings) for i in range(count)})


def spokes(count: int) -> Stack:
    """So many spokes, with nothing in them."""
    ranges = {f"s{i}": {"addressSpace": [f"10.{1 + i // 250}.{i % 250}.0/24"]} for i in range(count)}
    return stack({}, spokes=ranges)


def tagged(landing_zone: int, project: int, environment: int) -> Stack:
    """So many tags at each level, all different."""
    settings = stack({"churn/dev": at("10.1.0.0/24", tags={f"e{i}": "" for i in range(environment)})})
    settings["tags"] = {f"l{i}": "" for i in range(landing_zone)}
    settings["projects"]["churn"]["tags"] = {f"p{i}": "" for i in range(project)}
    return settings


SPREAD = "Put environments into another spoke."
OVER: dict[str, tuple[Stack, list[str]]] = {
    "as many peerings as there can be": (spokes(500), []),
    "a peering too many": (
        spokes(501),
        ["spokes\n  501 peerings; Azure takes 500 a hub network.\n  Spread them over several landing zones."],
    ),
    "as many private endpoints as there can be": (many(200, batch=False, clusters={}), []),
    "private endpoints too many": (
        many(143, clusters={}),
        [f"spokes.main\n  1,001 private endpoints; Azure takes 1,000 a network.\n  {SPREAD}"],
    ),
    "subnets, endpoints and computes too many": (
        many(1001, batch=False, registry="shared", clusters={}, scoringSubnet=True),
        [
            f"spokes.main\n  3,003 subnets; Azure takes 3,000 a network.\n  {SPREAD}",
            f"spokes.main\n  4,004 private endpoints; Azure takes 1,000 a network.\n  {SPREAD}",
            "projects\n  1,001 clusters and instances; Azure takes 500 a region and subscription.\n"
            "  Ask Azure for more, or spread them over subscriptions.",
        ],
    ),
    "as many computes as there can be": (
        stack({"churn/dev": at(None, clusters={}, instances={f"i{'ab'[i % 2] * 2}{i}": ADA for i in range(499)})}),
        [],
    ),
    "a compute too many": (
        stack({"churn/dev": at(None, instances={f"i{'ab'[i % 2] * 2}{i}": ADA for i in range(499)})}),
        [
            "projects\n  501 clusters and instances; Azure takes 500 a region and subscription.\n"
            "  Ask Azure for more, or spread them over subscriptions."
        ],
    ),
    "as many tags as there can be": (tagged(20, 15, 10), []),
    "a tag too many": (
        tagged(20, 15, 11),
        ["projects.churn.environments.dev.tags\n  51 tags; Azure takes 50 a resource.\n  Remove some."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", OVER)
def test_more_than_azure_takes_is_refused_with_the_numbers(case: str) -> None:
    """At the limit there is no message, one above it there are all."""
    settings, expected = OVER[case]

    assert over_limits(settings) == expected


DEV = "projects.churn.environments.dev"
WRONG: dict[str, tuple[Stack, dict[str, Any], list[str]]] = {
    "the shared registry, and there is none": (
        at(None, registry="shared"), {},
        [
            f"{DEV}.registry\n  It wants the shared registry, and the landing zone has none.\n"
            "  Add `sharedRegistry: {}` next to `projects`, or set `registry: own`."
        ],
    ),
    "a name for a registry that is shared": (
        at(None, registry="shared", names={"containerRegistry": "crmine"}), {"sharedRegistry": {}},
        [
            f"{DEV}.names.containerRegistry\n  It names a separate registry and wants the shared one.\n"
            "  Remove the name, or set `registry: own`."
        ],
    ),
    "a shared registry that nobody uses": (
        at(None), {"sharedRegistry": {}},
        ["sharedRegistry\n  No environment uses it.\n  Remove it, or set `registry: shared` in an environment."],
    ),
    "a cluster and an instance of one name": (
        at(None, clusters={"ada": cluster(1)}, instances={"ada": ADA}), {},
        [
            f"{DEV}.instances.ada\n  A cluster is called 'ada' too: compute targets of a workspace share their names.\n"
            "  Give one of them another name."
        ],
    ),
    "a cluster with the name of the one that builds images": (
        at(None, clusters={"image-build": cluster(1)}), {},
        [
            f"{DEV}.clusters.image-build\n  'image-build' is the cluster that builds images.\n"
            "  Set it by `imageBuild`, or give this one another name."
        ],
    ),
    "an instance with the name of the one that builds images": (
        at(None, instances={"image-build": ADA}), {},
        [
            f"{DEV}.instances.image-build\n  'image-build' is the cluster that builds images.\n"
            "  Set it by `imageBuild`, or give this one another name."
        ],
    ),
    "more nodes at least than at most": (
        at(None, clusters={"cpu": cluster(2, minNodes=3)}), {},
        [f"{DEV}.clusters.cpu.minNodes\n  At least 3 nodes, at most 2.\n  minNodes must not be above maxNodes."],
    ),
    "as many nodes at least as at most": (at(None, clusters={"cpu": cluster(2, minNodes=2)}), {}, []),
    "a registry that is there": (at(None, registry="shared"), {"sharedRegistry": {}}, []),
    "everything at once": (
        at(None, registry="shared", clusters={"image-build": cluster(1, minNodes=2)}), {},
        [
            f"{DEV}.registry\n  It wants the shared registry, and the landing zone has none.\n"
            "  Add `sharedRegistry: {}` next to `projects`, or set `registry: own`.",
            f"{DEV}.clusters.image-build\n  'image-build' is the cluster that builds images.\n"
            "  Set it by `imageBuild`, or give this one another name.",
            f"{DEV}.clusters.image-build.minNodes\n  At least 2 nodes, at most 1.\n"
            "  minNodes must not be above maxNodes.",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_named_and_not_there_or_said_twice_is_refused(case: str) -> None:
    """Where, what, and what to do."""
    environment, settings, expected = WRONG[case]
    options = stack({"churn/dev": environment}, **settings)

    assert [str(problem) for problem in references.check_input(from_object(options))] == expected


def test_problems_of_addresses_references_and_limits_are_said_together() -> None:
    """One run reports all."""
    settings = stack({"churn/dev": at("10.9.0.0/24", registry="shared", tags={f"t{i}": "" for i in range(40)})})
    settings["tags"] = {f"l{i}": "" for i in range(6)}

    assert [text.splitlines()[0] for text in messages_of(settings)] == [
        f"{DEV}.network",
        f"{DEV}.tags",
        f"{DEV}.registry",
    ]
