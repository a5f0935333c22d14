"""From bodies back to inputs."""

from __future__ import annotations

import pytest

from amlz.azure.inputs import from_body
from amlz.azure.shapes import to_body
from tests.conftest import STACKS
from tests.simulator.stored_resources import requests


@pytest.mark.parametrize("stack", ["minimal", "recommended"])
def test_a_body_is_turned_back_into_the_inputs_that_made_it(stack: str) -> None:
    """Every resource of a shipped stack, each input."""
    assert stack in STACKS
    changed = [
        request.id
        for request in requests(stack)
        if from_body(request.token, to_body(request.token, request.inputs), request.inputs) != request.inputs
    ]

    assert changed == []
