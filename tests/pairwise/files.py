"""Which stack files to try: every pair of choices that go together at least once, and every pair that does not."""

from __future__ import annotations

import functools

import covertable  # type: ignore[import-untyped]  # without types

from tests.pairwise.options import OPTIONS

Chosen = dict[str, str]

#: Choices that exclude each other, and what the sentence must name of both.
CONFLICTS: dict[frozenset[tuple[str, str]], tuple[str, str]] = {
    frozenset({one, other}): words
    for words, ones, others in (
        (("`hub.existing`", "sharedRegistry"), [("hub", "existing")], [("registry", "shared")]),
        (("`hub.existing`", "`hub.bastion`"), [("hub", "existing")], [("hub options", "bastion")]),
        (("`hub.existing`", "`hub.firewall`"), [("hub", "existing")], [("hub options", "Premium")]),
        (
            ("`isolation: managed`", "serverlessCompute"),
            [("isolation", "managed"), ("isolation", "managed, internet")],
            [("serverless", "yes")],
        ),
        (
            ("`isolation: managed`", "scoringNodes"),
            [("isolation", "managed"), ("isolation", "managed, internet")],
            [("scoring", "some")],
        ),
        (
            ("`isolation: managed`", "Kubernetes"),
            [("isolation", "managed"), ("isolation", "managed, internet")],
            [("kubernetes", "attached")],
        ),
        (
            ("`isolation: managed`", "training and scoring"),
            [("isolation", "managed"), ("isolation", "managed, internet")],
            [("subnets", "said")],
        ),
        (
            ("registry", "`security.customerManagedKey`"),
            [("registry", "shared")],
            [("key", "made"), ("key", "brought")],
        ),
        (("`batch`", "customerManagedKey"), [("key", "made"), ("key", "brought")], [("batch", "yes")]),
    )
    for one in ones
    for other in others
}


def in_conflict(chosen: Chosen) -> list[frozenset[tuple[str, str]]]:
    """The pairs of these choices that exclude each other."""
    there = set(chosen.items())
    return [pair for pair in CONFLICTS if pair <= there]


def default(**changes: str) -> Chosen:
    """The first choice of every option, and these changes."""
    return {option: next(iter(choices)) for option, choices in OPTIONS.items()} | changes


@functools.cache
def files() -> list[Chosen]:
    """Stack files of choices that go together: every three of different options that can be are in one of them."""
    rules = [
        {
            "operator": "or",
            "conditions": [{"operator": "ne", "left": option, "value": choice} for option, choice in sorted(pair)],
        }
        for pair in CONFLICTS
    ]
    factors = {option: list(choices) for option, choices in OPTIONS.items()}
    return list(covertable.make(factors, strength=3, constraints=rules))


def that_exclude() -> list[Chosen]:
    """For each pair that excludes itself the defaults with it."""
    return [default(**dict(pair)) for pair in CONFLICTS]
