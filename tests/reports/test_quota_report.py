"""Use of quotas, where a preview requests it."""

from __future__ import annotations

import json
from dataclasses import replace

from amlz.reports.formats import as_json, as_markdown, as_text
from tests.conftest import previewed

PLACE = "subscription a1b2c3d4-1111-4222-8333-444455556666"


def test_a_terminal_shows_it_when_asked() -> None:
    """After the addresses; without `--quota` the text is what it was."""
    preview = previewed("minimal")

    plain, wanted = as_text.render(preview), as_text.render(replace(preview, quota=True))

    assert (
        wanted.replace(
            "vCPUs of Azure ML at full scale, westeurope\n"
            f"  {PLACE}\n"
            "  family                                         dedicated    low priority\n"
            "  standardDSv5Family                                    20               0\n"
            "  all families                                          20               0\n\n",
            "",
        )
        == plain
    )
    assert wanted != plain


def test_a_comment_shows_it_when_asked() -> None:
    """As a table before what would be built; without `--quota` the comment is what it was."""
    preview = previewed("minimal")

    plain, wanted = as_markdown.render(preview), as_markdown.render(replace(preview, quota=True))

    assert (
        wanted.replace(
            "\n**vCPUs of Azure ML at full scale**, westeurope, subscription `a1b2c3d4-1111-4222-8333-444455556666`\n\n"
            "| family | dedicated | low priority |\n"
            "| --- | ---: | ---: |\n"
            "| standardDSv5Family | 20 | 0 |\n"
            "| all families | 20 | 0 |\n",
            "",
        )
        == plain
    )
    assert wanted != plain


def test_programs_are_always_told() -> None:
    """They take what they want."""
    report = json.loads(as_json.render(previewed("minimal")))

    assert report["quota"] == [
        {
            "subscription": "a1b2c3d4-1111-4222-8333-444455556666",
            "region": "westeurope",
            "families": [{"family": "standardDSv5Family", "dedicated": 20, "lowPriority": 0}],
            "dedicated": 20,
            "lowPriority": 0,
            "unknown": [],
        }
    ]
