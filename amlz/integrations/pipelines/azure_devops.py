"""Azure DevOps by its REST API: comments of pull requests, work items.

https://learn.microsoft.com/rest/api/azure/devops
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from amlz.integrations.pipelines import drift, words
from amlz.integrations.pipelines.problems import HostRefusal, PipelineError
from amlz.integrations.pipelines.runner import Runner
from amlz.integrations.pipelines.web import HostClient

VERSION = "api-version=7.1"
#: By which our work item is found; it is a tag, so it shows.
TAG = "amlz-drift"
#: A task is in every process of Azure DevOps (Basic, Agile, Scrum, CMMI), an issue is not:
#: https://learn.microsoft.com/azure/devops/boards/work-items/guidance/choose-process
KIND = "Task"


def client(runner: Runner) -> HostClient:
    """The API of this project. Raises PipelineError where the step was not given a token."""
    headers = {"Authorization": f"Bearer {runner.get('SYSTEM_ACCESSTOKEN')}", "Accept": "application/json"}
    return HostClient(f"{runner.get('SYSTEM_COLLECTIONURI')}{runner.get('SYSTEM_TEAMPROJECTID')}/_apis", headers)


def comment(runner: Runner, folder: Path) -> None:
    """Edits our thread of the pull request, or makes one; none where nothing differs and none is there.

    `folder`: the bundle, which the same run made. Raises PipelineError.
    """
    api = client(runner)
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    commit = runner.get("SYSTEM_PULLREQUEST_SOURCECOMMITID")[:7]
    note = f"<sub>Made by the code of the pull request, at {commit} in [this run]({_run(runner)}).</sub>"
    text = (folder / "comment.md").read_text(encoding="utf-8")
    content = words.posted(text, note, above=False)
    repository, number = runner.get("BUILD_REPOSITORY_ID"), runner.get("SYSTEM_PULLREQUEST_PULLREQUESTID")
    threads = f"/git/repositories/{repository}/pullRequests/{number}/threads"
    for thread, item in _marked(api.ask("GET", f"{threads}?{VERSION}")["value"]):
        try:
            api.ask("PATCH", f"{threads}/{thread}/comments/{item}?{VERSION}", {"content": content})
        except HostRefusal as refused:
            if refused.status != 403:
                raise
            continue  # another's comment with our marker: each may edit only its own
        runner.notice("The comment is edited.")
        return
    if about["quiet"]:
        runner.notice("No stack differs, so there is no comment.")
        return
    settings = {"comments": [{"parentCommentId": 0, "content": content, "commentType": "text"}], "status": "closed"}
    api.ask("POST", f"{threads}?{VERSION}", settings)
    runner.notice("The comment is posted.")


def _marked(threads: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Threads that begin with our marker, and the comment that has it."""
    for thread in threads:
        first: dict[str, Any] = next(iter(thread.get("comments") or ()), {})
        if str(first.get("content") or "").startswith(words.COMMENT) and not first.get("isDeleted"):
            yield int(thread["id"]), int(first["id"])


def _run(runner: Runner) -> str:
    at = f"{runner.get('SYSTEM_COLLECTIONURI')}{runner.get('SYSTEM_TEAMPROJECTID')}"
    return f"{at}/_build/results?buildId={runner.get('BUILD_BUILDID')}"


def ticket(runner: Runner, looked: list[drift.Looked]) -> None:
    """One work item of what was changed by hand: opened, edited, closed when all is well. Raises PipelineError."""
    api = client(runner)
    done = _done(api)
    quoted = done.replace("'", "''")
    query = (
        f"SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS '{TAG}' "
        f"AND [System.State] <> '{quoted}' ORDER BY [System.Id]"
    )
    result = api.ask("POST", f"/wit/wiql?{VERSION}", {"query": query})["workItems"]
    if drift.is_clean(looked):
        for item in result:
            _set(api, f"/wit/workitems/{int(item['id'])}", {"System.State": done})
        runner.notice("Every stack is as it was deployed.")
        return
    text = drift.as_html(looked, f'<a href="{_run(runner)}">this run</a>')
    fields = {"System.Title": drift.TITLE, "System.Description": text, "System.Tags": TAG}
    if result:
        _set(api, f"/wit/workitems/{int(result[0]['id'])}", fields)
    else:
        _set(api, f"/wit/workitems/${KIND}", fields, "POST")
    runner.notice("A work item lists the differences.")


def _done(api: HostClient) -> str:
    """The state in which a work item is done, which each process names otherwise."""
    for state in api.ask("GET", f"/wit/workitemtypes/{KIND}/states?{VERSION}")["value"]:
        if state["category"] == "Completed":
            return str(state["name"])
    raise PipelineError(f"work items of the kind {KIND}\n  None of their states is called completed.")


def _set(api: HostClient, path: str, fields: dict[str, str], method: str = "PATCH") -> None:
    changes = [{"op": "add", "path": f"/fields/{name}", "value": value} for name, value in fields.items()]
    api.ask(method, f"{path}?{VERSION}", changes, "application/json-patch+json")


#: The environment on which people approve what is deployed to production.
PRODUCTION = "landing-zone-production"
#: The task behind the check "Branch control".
#: https://learn.microsoft.com/azure/devops/pipelines/process/approvals#branch-control
_BRANCH_CONTROL = "evaluatebranchprotection"
_EVERY = frozenset(("", "*", "refs/heads/*", "refs/*"))


def demands_approval(runner: Runner, environment: str) -> None:
    """Raises PipelineError where checks of an environment are missing, with where to add them.

    Each environment needs the check Branch control, production also Approvals that the requester cannot give. Azure
    Pipelines creates an environment that does not exist, without any check, as soon as a job names it.
    https://learn.microsoft.com/rest/api/azure/devops/approvalsandchecks/check-configurations
    """
    api = client(runner)
    result = api.ask("GET", f"/distributedtask/environments?name={environment}&{VERSION}")["value"]
    checks: list[dict[str, Any]] = []
    for item in result:
        if item["name"] == environment:  # the name in the request is a part of names
            query = f"resourceType=environment&resourceId={int(item['id'])}&$expand=settings"
            checks += api.ask("GET", f"/pipelines/checks/configurations?{query}&{VERSION}-preview.1")["value"]
    checks = [check for check in checks if not check.get("isDisabled")]
    missing = [*_of_branches(checks)]
    if environment == PRODUCTION:
        missing += _of_approvers(checks)
    if missing:
        lines = "".join(f"  {line}\n" for line in missing)
        raise PipelineError(
            f"the environment {environment}\n{lines}  Nothing was changed. Open Pipelines, Environments,\n"
            "  Approvals and checks of this environment, and add it.\n"
            "  Where approvals are given elsewhere, set the variable AMLZ_APPROVAL to `elsewhere`."
        )


def _of_branches(checks: list[dict[str, Any]]) -> Iterator[str]:
    """Returns what is missing of the check that only named branches may use an environment."""
    tasks = [_settings(check) for check in checks if check["type"]["name"] == "Task Check"]
    controls = [task for task in tasks if _task(task) == _BRANCH_CONTROL]
    allowed = [str((task.get("inputs") or {}).get("allowedBranches", "")) for task in controls]
    if not controls:
        yield "Any branch may deploy to it: it has no check Branch control."
    elif not any(_EVERY.isdisjoint(part.strip() for part in text.split(",")) for text in allowed):
        yield "Any branch may deploy to it: its check Branch control allows every branch."


def _of_approvers(checks: list[dict[str, Any]]) -> Iterator[str]:
    """Returns what is missing of the check that another person approves."""
    given = [_settings(check) for check in checks if check["type"]["name"] == "Approval"]
    if not any(settings.get("approvers") for settings in given):
        yield "Nobody has to approve what is deployed to it, and a stack is production: it has no check Approvals."
    elif not any(settings.get("requesterCannotBeApprover") for settings in given):
        yield (
            "The person who starts a deployment can approve it: the check Approvals lets approvers approve "
            "their own runs."
        )


def _settings(check: dict[str, Any]) -> dict[str, Any]:
    settings: dict[str, Any] = check.get("settings") or {}
    return settings


def _task(settings: dict[str, Any]) -> str:
    return str((settings.get("definitionRef") or {}).get("name", "")).lower()
