"""Addresses in the comment of a pull request, by the variables of both services."""

from __future__ import annotations

import pytest

from amlz.integrations.pipelines.links import pages_line, source

GITHUB = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "contoso/landing-zones",
    "GITHUB_SHA": "1a2b3c",
    "GITHUB_RUN_ID": "77",
}
AZURE = {
    "SYSTEM_COLLECTIONURI": "https://dev.azure.com/contoso/",
    "SYSTEM_TEAMPROJECT": "Landing zones",
    "BUILD_BUILDID": "9",
}
BEGIN = "Each stack as a page, with drawings: artifact `amlz-pages` of [this run]"


@pytest.mark.parametrize(
    ("environment", "files", "line"),
    [
        (
            GITHUB,
            "https://github.com/contoso/landing-zones/blob/1a2b3c",
            f"{BEGIN}(<https://github.com/contoso/landing-zones/actions/runs/77#artifacts>).\n",
        ),
        (
            AZURE,
            "",
            f"{BEGIN}(<https://dev.azure.com/contoso/Landing%20zones/_build/results"
            "?buildId=9&view=artifacts&type=publishedArtifacts>).\n",
        ),
        ({}, "", ""),
    ],
)
def test_a_run_knows_the_addresses_of_its_files_and_artifacts(
    environment: dict[str, str], files: str, line: str
) -> None:
    """Nothing is guessed where a variable is missing."""
    assert (source(environment), pages_line(environment)) == (files, line)
