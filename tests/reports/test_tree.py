"""The tree of a preview and of a difference: signs, components, properties."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from amlz.cli.main import app
from amlz.reports.formats.as_tree import write
from amlz.reports.formats.registry import Report
from amlz.reports.styled import StyledText
from tests.conftest import previewed
from tests.rich_change import rich_change


def test_a_preview_has_every_resource_below_its_component() -> None:
    """Each once, created, and no deeper than its component."""
    preview = previewed("minimal")

    lines = write(Report(lambda: preview)).splitlines()

    assert lines[0] == f"minimal: {len(preview.graph.resources)} resources, as if nothing existed"
    assert lines[1] == f"+ {len(preview.graph.resources)} to create"
    assert lines[3:11] == [
        "  LandingZone landing-zone",
        "    Hub hub",
        "    + resource group hub-group",
        "      Firewall hub-firewall",
        "      + firewall policy hub-firewall-policy",
        "      + public address hub-firewall-address",
        "      + diagnostic setting hub-firewall-address-diagnostics",
        "      + firewall hub-firewall-firewall",
    ]
    words = {word for line in lines for word in line.split()}
    assert {resource.urn.rpartition("::")[2] for resource in preview.graph} <= words
    assert sum(line.strip().startswith("+ ") for line in lines[3:]) == len(preview.graph.resources)
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []


def test_details_are_the_name_and_the_values_of_each_resource() -> None:
    """Of a resource group: its name in Azure, then its body."""
    preview = previewed("minimal")

    lines = write(Report(lambda: preview, detail=True)).splitlines()

    at = lines.index("    + resource group hub-group")
    assert lines[at + 1 : at + 3] == ["        name: rg-retail-hub-westeurope", "        location: westeurope"]


def test_a_difference_has_a_sign_for_each_kind_of_change() -> None:
    """Only what differs; a replaced resource has a separate sign."""
    preview, difference = rich_change()

    lines = write(Report(lambda: preview, difference)).splitlines()

    signs = [line.strip()[0] for line in lines[3:-1] if line.strip()[1:2] == " " and line.strip()[0] in "+~-±"]
    assert signs.count("+") == len(difference.created)
    assert signs.count("-") == len(difference.deleted)
    assert signs.count("±") == sum(changed.replaced for changed in difference.changed)
    assert signs.count("~") == sum(not changed.replaced for changed in difference.changed)
    assert set(signs) == set("+~-±")


def test_each_resource_of_a_tree_has_the_style_of_its_sign() -> None:
    """Components and properties have none, even where a property begins with a sign. The counts on top have it too."""
    preview, difference = rich_change()

    text = write(Report(lambda: preview, difference, detail=True))

    assert isinstance(text, StyledText)
    pieces = [(part.strip()[0], style) for part, style in text.pieces() if style in set("+~-±")]
    shown = len(difference.created) + len(difference.changed) + len(difference.deleted)
    assert [sign for sign, style in pieces if sign != style] == []
    assert len(pieces) == shown + len("+~-±")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--detail"], "only a tree shows properties. Add --format tree, or omit --detail"),
        (
            ["--format", "tree", "--engine", "plan.json"],
            "a difference by the engine has the forms text, json, markdown",
        ),
        (["--format", "html", "--detail", "--also", "json=x.json"], "only a tree shows properties"),
    ],
)
def test_what_has_no_tree_is_refused(arguments: list[str], says: str) -> None:
    """Before any work, with exit code 2."""
    result = CliRunner().invoke(app, ["preview", "dev", *arguments])

    assert result.exit_code == 2
    assert says in " ".join(result.output.split())
