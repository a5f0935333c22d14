"""Descriptions of role assignments: what is written can be read again."""

from __future__ import annotations

from amlz.core.role_descriptions import description_of, holders_in
from tests.conftest import previewed


def test_the_holders_of_every_assignment_are_read_from_its_description() -> None:
    """Reports name assignments of another revision, of which only the sent request is known."""
    for name in ("dev", "prod", "everything"):
        roles = list(previewed(name).plan.roles())
        described = [holders_in(description_of(role.holders, role.reasons)) for role in roles]

        assert described == [role.who for role in roles]
        assert roles
    assert [holders_in("Given by hand: by the owner"), holders_in("readers"), holders_in(None)] == [None, None, None]
