"""Web addresses that a run's environment gives: of the files that it previews, and of its artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

#: Artifact with the report of each stack as a page.
PAGES = "amlz-pages"


def source(environment: Mapping[str, str]) -> str:
    """Returns the address of the repository's folder at this revision; "" where links to lines have another form.

    https://docs.github.com/actions/reference/workflows-and-actions/variables
    """
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA")
    server, repository, commit = (environment.get(name, "") for name in names)
    return f"{server}/{quote(repository)}/blob/{quote(commit)}" if server and repository and commit else ""


def artifacts(environment: Mapping[str, str]) -> str:
    """Returns the address of the run with its artifacts; "" where it is not known.

    https://learn.microsoft.com/azure/devops/pipelines/build/variables
    """
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environment.get(name, "") for name in names)
    if server and repository and run:
        return f"{server}/{quote(repository)}/actions/runs/{quote(run)}#artifacts"
    names = ("SYSTEM_COLLECTIONURI", "SYSTEM_TEAMPROJECT", "BUILD_BUILDID")
    collection, project, build = (environment.get(name, "") for name in names)
    if collection and project and build:
        address = f"{collection.rstrip('/')}/{quote(project)}/_build/results?buildId={quote(build)}"
        return f"{address}&view=artifacts&type=publishedArtifacts"
    return ""


def pages_line(environment: Mapping[str, str]) -> str:
    """Returns the line of a comment that leads to the pages; "" where the run's address is not known."""
    address = artifacts(environment)
    return f"Each stack as a page, with drawings: artifact `{PAGES}` of [this run](<{address}>).\n" if address else ""
