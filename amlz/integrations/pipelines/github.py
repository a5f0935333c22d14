"""GitHub's REST API: comments of pull requests, findings at lines, issues.

https://docs.github.com/rest
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from amlz.integrations.pipelines import bundle, drift, words
from amlz.integrations.pipelines.problems import HostRefusal, PipelineError
from amlz.integrations.pipelines.runner import Runner
from amlz.integrations.pipelines.web import HostClient

#: Author of the pipeline's own comments and issues: the token of a workflow acts as this user.
BOT = "github-actions[bot]"
#: The artifact of the workflow that previews.
ARTIFACT = "amlz-report"


def client(runner: Runner) -> HostClient:
    """The API of this repository. Raises PipelineError where the step was not given a token."""
    headers = {
        "Authorization": f"Bearer {runner.get('GITHUB_TOKEN')}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        "User-Agent": "amlz",
    }
    return HostClient(f"{runner.get('GITHUB_API_URL')}/repos/{runner.get('GITHUB_REPOSITORY')}", headers)


def pages(api: HostClient, path: str) -> Iterator[dict[str, Any]]:
    """Every record of a list, in pages of a hundred."""
    for page in range(1, 100):
        result = api.ask("GET", f"{path}{'&' if '?' in path else '?'}per_page=100&page={page}")
        yield from result
        if len(result) < 100:
            return


def post(runner: Runner, *, findings: bool) -> None:
    """Posts what the run that started this one has made, by the event of `workflow_run`. Raises PipelineError.

    The code of a pull request made the run, so its output is not trusted: GitHub's API returns its commit, and the pull
    request must have that commit as its head, from that repository.
    """
    run = json.loads(Path(runner.get("GITHUB_EVENT_PATH")).read_text(encoding="utf-8"))["workflow_run"]
    api = client(runner)
    result = _artifact(api, int(run["id"]))
    if result is None:
        runner.notice("That run made no report. Its log shows the reason. Nothing was posted.")
        return
    pull = api.ask("GET", f"/pulls/{result.number}")
    head = pull["head"]
    from_there = (head["sha"], (head["repo"] or {}).get("id")) == (run["head_sha"], run["head_repository"]["id"])
    if not from_there or pull["state"] != "open":
        runner.notice(f"#{result.number} is closed, or has other commits by now. Nothing was posted.")
        return
    comment(api, result, run, stranger=run["head_repository"]["id"] != run["repository"]["id"])
    runner.notice(f"The comment of #{result.number} shows the changes of {run['head_sha'][:7]}.")
    if findings:
        for name in result.findings:
            runner.notice(_upload(api, result, name, run["head_sha"]))
    else:
        runner.notice("Findings are not uploaded: the variable AMLZ_CODE_SCANNING is not `true`.")


def _artifact(api: HostClient, run: int) -> bundle.Bundle | None:
    result = api.ask("GET", f"/actions/runs/{run}/artifacts?name={ARTIFACT}")["artifacts"]
    if not result:
        return None
    if result[-1]["size_in_bytes"] > bundle.WHOLE:
        raise PipelineError(f"{ARTIFACT}\n  It is larger than {bundle.WHOLE:,} bytes. Nothing was posted.")
    return bundle.read(api.file(f"/actions/artifacts/{int(result[-1]['id'])}/zip"))


def comment(api: HostClient, value: bundle.Bundle, run: Mapping[str, Any], *, stranger: bool) -> None:
    """Edits our comment, or makes one; none where nothing differs and none is there."""
    at = f"{run['head_sha'][:7]} in [this run]({run['html_url']})"
    note = f"<sub>Made by the code of the pull request, at {at}.</sub>"
    if stranger:
        note = f"> From a fork: the fork's own code wrote this, at {at}. Read the change before you believe it."
    body = words.posted(value.comment, note, above=stranger)
    ours = next((c for c in pages(api, f"/issues/{value.number}/comments") if is_ours(c, words.COMMENT)), None)
    if ours is not None:
        api.ask("PATCH", f"/issues/comments/{int(ours['id'])}", {"body": body})
    elif not value.quiet:
        api.ask("POST", f"/issues/{value.number}/comments", {"body": body})


def is_ours(record: Mapping[str, Any], marker: str) -> bool:
    """Returns whether the pipeline wrote a comment or an issue: others can write the marker too."""
    return (record["user"] or {}).get("login") == BOT and (record["body"] or "").startswith(marker)


def _upload(api: HostClient, value: bundle.Bundle, name: str, commit: str) -> str:
    """Uploads the findings of a stack for the lines of the pull request. Returns the outcome as a sentence."""
    zipped = base64.b64encode(gzip.compress(value.findings[name], mtime=0)).decode()
    settings = {"commit_sha": commit, "ref": f"refs/pull/{value.number}/head", "sarif": zipped}
    try:
        api.ask("POST", "/code-scanning/sarifs", settings)
    except HostRefusal as refused:
        if refused.status not in (403, 404):
            raise
        return f"{name} was not taken: is code scanning on in this repository? {refused}"
    return f"{name} is uploaded."


def ticket(runner: Runner, looked: list[drift.Looked]) -> None:
    """Keeps one issue for manual changes: opens it, edits it when its text changes, closes it when there are none."""
    api = client(runner)
    repository = f"{runner.get('GITHUB_SERVER_URL')}/{runner.get('GITHUB_REPOSITORY')}"
    run = f"{repository}/actions/runs/{runner.get('GITHUB_RUN_ID')}"
    ours = next((issue for issue in pages(api, "/issues?state=open") if is_ours(issue, words.DRIFT)), None)
    if drift.is_clean(looked):
        if ours is None:
            runner.notice("Every stack is as it was deployed.")
            return
        path = f"/issues/{int(ours['number'])}"
        api.ask(
            "POST", f"{path}/comments", {"body": f"Every stack is as it was deployed, according to [this run]({run})."}
        )
        api.ask("PATCH", path, {"state": "closed", "state_reason": "completed"})
        runner.notice(f"Every stack is as it was deployed: #{ours['number']} is closed.")
        return
    settings = {"title": drift.TITLE, "body": f"{words.DRIFT}\n{drift.markdown(looked, f'[this run]({run})')}"}
    if ours is None:
        ours = api.ask("POST", "/issues", settings)
    else:
        api.ask("PATCH", f"/issues/{int(ours['number'])}", settings)
    runner.notice(f"#{ours['number']} lists the differences.")


#: The environment on which people approve what is deployed to production.
PRODUCTION = "landing-zone-production"
#: Patterns of branches that leave none out.
_EVERY = frozenset(("*", "**", "*/*", "**/*"))


def demands_approval(runner: Runner, environment: str) -> None:
    """Raises PipelineError where rules of an environment are missing, with the command that sets them.

    Each environment needs a branch policy: its token is the deployer's or the reader's, for any branch that may use it.
    Production also needs required reviewers, and the person who starts a deployment may not approve it. GitHub creates
    an environment that does not exist, without any rule, as soon as a job names it.
    https://docs.github.com/rest/deployments/environments
    """
    api = client(runner)
    path = f"/environments/{environment}"
    try:
        result: dict[str, Any] = api.ask("GET", path)
    except HostRefusal as refused:
        if refused.status != 404:
            raise
        result = {}
    missing = [*_of_branches(api, path, result)]
    if environment == PRODUCTION:
        missing += _of_reviewers(result)
    if missing:
        lines = "".join(f"  {line}\n" for line in missing)
        raise PipelineError(
            f"the environment {environment}\n{lines}  Nothing was changed. Set its rules:\n"
            f"  {_command(runner.get('GITHUB_REPOSITORY'), environment)}\n"
            "  Where approvals are given elsewhere, set the variable AMLZ_APPROVAL to `elsewhere`."
        )


def _of_branches(api: HostClient, path: str, data: Mapping[str, Any]) -> Iterator[str]:
    """Returns what is missing of the rule that only protected branches, or named ones, may use an environment."""
    policy = data.get("deployment_branch_policy")
    if not policy:
        yield "Any branch may deploy to it: it has no deployment branch policy."
    elif policy.get("custom_branch_policies"):
        listed = api.ask("GET", f"{path}/deployment-branch-policies")["branch_policies"]
        wide = sorted(item["name"] for item in listed if item["name"] in _EVERY)
        if wide:
            yield f"Any branch may deploy to it: its deployment branch policy has the pattern {wide[0]}."


def _of_reviewers(data: Mapping[str, Any]) -> Iterator[str]:
    """Returns what is missing of the rule that another person approves."""
    rules = [rule for rule in data.get("protection_rules", ()) if rule["type"] == "required_reviewers"]
    if not any(rule.get("reviewers") for rule in rules):
        yield "Nobody has to approve what is deployed to it, and a stack is production: it has no required reviewers."
    elif not any(rule.get("prevent_self_review") for rule in rules):
        yield "The person who starts a deployment can approve it: self-review is not prevented."


def _command(repository: str, environment: str) -> str:
    rules: dict[str, Any] = {"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": False}}
    if environment == PRODUCTION:
        rules |= {"prevent_self_review": True, "reviewers": [{"type": "Team", "id": 0}]}
    endpoint = f"repos/{repository}/environments/{environment}"
    note = " (id: that of the team that approves)" if environment == PRODUCTION else ""
    return f"gh api --method PUT {endpoint} --input - <<< '{json.dumps(rules)}'{note}"
