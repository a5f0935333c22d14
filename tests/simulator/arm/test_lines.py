"""The contract of `amlz simulate --jsonl`: one answer for each line, a damaged one included."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from amlz.simulator.arm.endpoint import SimulatedArm
from amlz.simulator.arm.messages import answers
from tests.cli.in_process import amlz_here
from tests.conftest import ROOT

PUT = {"method": "PUT", "path": "/subscriptions/s/resourceGroups/rg", "apiVersion": "2021-04-01"}
GROUP = {
    "id": "/subscriptions/s/resourceGroups/rg",
    "name": "rg",
    "type": "Microsoft.Resources/resourceGroups",
    "location": "westeurope",
    "properties": {"provisioningState": "Succeeded"},
}


def answered(*lines: Any) -> list[Any]:
    """Returns the answers to lines; what is no text is written as JSON."""
    texts = [line if isinstance(line, str | bytes) else json.dumps(line) for line in lines]
    return [json.loads(answer) for answer in answers(texts, SimulatedArm())]


def test_a_resource_group_is_answered_as_azure_answers() -> None:
    """Created, created again, read, and gone after a reset."""
    create = {**PUT, "body": {"location": "West Europe"}}
    read = {**PUT, "method": "GET"}

    assert answered(create, create, read, {"reset": True}, read) == [
        {"status": 201, "headers": {}, "body": GROUP},
        {"status": 200, "headers": {}, "body": GROUP},
        {"status": 200, "headers": {}, "body": GROUP},
        {"status": 200, "headers": {}, "body": None},
        {
            "status": 404,
            "headers": {},
            "body": {"error": {"code": "ResourceGroupNotFound", "message": "Resource group 'rg' could not be found."}},
        },
    ]


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("", 400, "InvalidRequestContent"),
        ("x", 400, "InvalidRequestContent"),
        (b"\xff", 400, "InvalidRequestContent"),
        ("[" * 100_000, 400, "InvalidRequestContent"),
        ('{"a": NaN}', 400, "InvalidRequestContent"),
        ([1], 400, "InvalidRequestContent"),
        ({}, 400, "InvalidRequestContent"),
        ({"reset": False}, 400, "InvalidRequestContent"),
        ({**PUT, "reset": True}, 400, "InvalidRequestContent"),
        ({**PUT, "path": 7}, 400, "InvalidRequestContent"),
        ({**PUT, "seconds": -1}, 400, "InvalidRequestContent"),
        ({**PUT, "seconds": True}, 400, "InvalidRequestContent"),
        ({**PUT, "seconds": 1e300}, 400, "InvalidRequestContent"),
        ({**PUT, "apiVersion": ""}, 400, "MissingApiVersionParameter"),
        ({**PUT, "apiVersion": None}, 400, "MissingApiVersionParameter"),
        ({**PUT, "apiVersion": "v1"}, 400, "InvalidApiVersionParameter"),
        ({**PUT, "method": "BREW"}, 405, "MethodNotAllowed"),
        ({**PUT, "path": "rg"}, 400, "InvalidRequestUri"),
        ({**PUT, "path": "/"}, 400, "InvalidRequestUri"),
        ({**PUT, "path": "/subscriptions//resourceGroups/rg"}, 400, "InvalidRequestUri"),
        ({**PUT, "path": "/other/x"}, 404, "InvalidResourceType"),
        ({**PUT, "path": "/subscriptions/s/providers/NoDot/a/b"}, 404, "InvalidResourceNamespace"),
        ({**PUT, "path": "/subscriptions/s/resourceGroups"}, 405, "MethodNotAllowed"),
        (PUT, 400, "InvalidRequestContent"),
        ({**PUT, "body": []}, 400, "InvalidRequestContent"),
        ({**PUT, "body": {}}, 400, "LocationRequired"),
        ({**PUT, "body": {"location": 1}}, 400, "LocationRequired"),
    ],
)
def test_a_line_that_is_no_request_is_an_error_of_azure(line: Any, status: int, code: str) -> None:
    """Never a traceback, and the next line is answered."""
    first, second = answered(line, {**PUT, "body": {"location": "westeurope"}})

    assert (first["status"], first["body"]["error"]["code"]) == (status, code)
    assert second["status"] == 201


def test_half_a_character_comes_back_escaped() -> None:
    """JSON can name it, and no file can hold it."""
    line = '{"method": "PUT", "path": "/subscriptions/s/resourceGroups/rg", "apiVersion": "2021-04-01", '
    line += '"body": {"location": "w", "tags": {"a": "\\ud800"}}}'
    [answer] = answers([line], SimulatedArm())

    assert json.loads(answer)["body"]["tags"] == {"a": "\ud800"}
    assert answer.isascii()


def test_the_api_version_is_read_from_the_path_too() -> None:
    """As in the URL of a real request."""
    request = {"method": "PUT", "path": f"{PUT['path']}?api-version=2021-04-01", "body": {"location": "westeurope"}}

    assert answered(request) == [{"status": 201, "headers": {}, "body": GROUP}]


def test_the_same_lines_give_the_same_answers() -> None:
    """Made-up values included."""
    lines = [
        {**PUT, "body": {"location": "westeurope"}},
        {
            "method": "PUT",
            "path": f"{PUT['path']}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i",
            "apiVersion": "2023-01-31",
            "body": {"location": "westeurope"},
        },
    ]

    assert answered(*lines) == answered(*lines)


def documented(command: str) -> str:
    """The lines of the block of docs/how-to/try-without-azure.md that ends with a command."""
    page = (ROOT / "docs" / "how-to" / "try-without-azure.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```shell\n(.*?)^```", page, re.M | re.S)
    [block] = [text for text in blocks if text.rstrip().endswith(command)]
    [lines] = re.findall(r"^cat > (?:\S+) <<'EOF'\n(.*?)^EOF$", block, re.M | re.S)
    return str(lines)


def test_the_lines_about_a_new_subscription_have_the_answers_that_the_documentation_names() -> None:
    """Refused, then registered, then accepted."""
    lines = documented("amlz simulate --jsonl --new-subscriptions < new.jsonl")
    given = [
        json.loads(line)
        for line in amlz_here("simulate", "--jsonl", "--new-subscriptions", given=lines).stdout.splitlines()
    ]

    assert [answer["status"] for answer in given] == [201, 409, 200, 201]
    assert given[1]["body"]["error"]["code"] == "MissingSubscriptionRegistration"


def test_the_lines_of_the_documentation_have_the_answers_that_it_names() -> None:
    """The block of docs/how-to/try-without-azure.md: its lines through the command."""
    ran = amlz_here("simulate", "--jsonl", given=documented("amlz simulate --jsonl < requests.jsonl"))
    group, accepted, account = [json.loads(line) for line in ran.stdout.splitlines()]

    assert (ran.returncode, group["status"], accepted["status"], account["status"]) == (0, 201, 202, 200)
    assert "Location" in accepted["headers"]
    properties = account["body"]["properties"]
    assert properties["primaryEndpoints"]["blob"] == "https://amlzsample.blob.core.windows.net/"
    assert properties["encryption"]["keySource"] == "Microsoft.Storage"
    assert properties["networkAcls"]["defaultAction"] == "Allow"
