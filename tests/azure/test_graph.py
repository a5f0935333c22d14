"""Placeholders of values that are known only at deployment."""

from __future__ import annotations

from amlz.azure.graph import sources_of, unknown, unknown_from


def test_the_sources_of_an_unknown_value_are_read_as_they_were_written() -> None:
    """Reports show the text; no other code takes it apart."""
    value = unknown_from("principalId", ["churn-dev-identities-build", "hub-group"])

    assert value == {"$unknown": "principalId, from churn-dev-identities-build, hub-group"}
    assert sources_of(value) == ("principalId", ("churn-dev-identities-build", "hub-group"))
    assert sources_of(unknown("an output")) == ("an output", ())
