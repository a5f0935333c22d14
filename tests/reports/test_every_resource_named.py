"""Findings in, resources out: in every folded report, every resource is named with its project and environment."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from html import unescape
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from amlz.azure.graph import Resource
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.naming import Named, names_of
from amlz.diff.difference import Difference, difference
from amlz.policy.verdicts import Verdicts
from amlz.rehearsal.life import Life
from amlz.rehearsal.steps import Step
from amlz.reports import all_stacks
from amlz.reports import rehearsal as rehearsed
from amlz.reports.formats import as_json
from amlz.reports.formats.registry import Format
from amlz.reports.preview import Preview
from amlz.stackfile.stacks import StackOfFolder
from tests import layers
from tests.conftest import in_format, previewed

CHECK = Check("keys/enabled", Severity.ERROR, "{name} takes keys.", "Turn them off.", "Why.", "https://e.example/")
FORMS = ("text", "markdown", "html", "sarif", "junit", "json")
COMPARED = tuple(f"{form} against" for form in FORMS)
EVERY = ("text --all", "markdown --all", "json --all", "rehearsal text", "rehearsal markdown")


@cache
def resources() -> tuple[Resource, ...]:
    """Those of a landing zone with clusters of one name in every environment."""
    return tuple(r for r in previewed("recommended").graph if r.id)


def chosen(case: str) -> list[Resource]:
    """Resources at which the same is found."""
    everything = resources()
    if case == "one name in every environment":
        return [r for r in everything if r.name == "cpu"]
    if case == "a name that Azure prescribes":
        return [r for r in everything if r.name == "default"]
    if case == "extension resources":
        return [r for r in everything if r.name == "to-central-log"]
    if case == "policy assignments":
        return [r for r in everything if r.arm_type.endswith("/policyAssignments")]
    if case == "role assignments":
        return [r for r in everything if r.arm_type.endswith("/roleAssignments")]
    if case == "the hub and one environment":
        return [r for r in everything if r.name == "afw-health-hub"] + [r for r in everything if r.name == "cpu"][:1]
    return random.Random(case).sample(everything, 150)


CASES = (
    "one name in every environment",
    "a name that Azure prescribes",
    "extension resources",
    "policy assignments",
    "role assignments",
    "the hub and one environment",
    *(f"150 of all, {number}" for number in range(2)),
)


#: Each kind once: many of one name, a name made of several resources, and a long list with two values.
PUT = layers.chosen(CASES, ("one name in every environment", "role assignments", "150 of all, 1"))
#: The longest list in every form, and the other kinds in the form that the others are made from.
NAMED = layers.chosen(
    [(case, form) for case in CASES for form in (*FORMS, *COMPARED, *EVERY) if "json" not in form],
    {("150 of all, 1", form) for form in (*FORMS, *COMPARED, *EVERY)}
    | {("one name in every environment", "text"), ("role assignments", "text"), ("role assignments", "markdown")},
)


def findings(case: str) -> tuple[Finding, ...]:
    """The same finding at each; in every third with a different value."""
    values = []
    for number, r in enumerate(chosen(case)):
        actual = number if case.endswith("1") and number % 3 == 0 else True
        values.append(CHECK.finding(r, FindingLocation("properties.keys", False, actual)))
    return tuple(values)


@cache
def with_findings(case: str) -> Preview:
    """A preview in which nothing else is found."""
    return replace(previewed("recommended"), findings=findings(case), verdicts=Verdicts())


@cache
def report(case: str, form: str) -> str:
    """The report in a form."""
    preview = with_findings(case)
    if form.startswith("rehearsal"):
        life = Life("recommended", (Step("edit", guarded=findings(case)),), (), ())
        return {"text": rehearsed.as_text, "markdown": rehearsed.as_markdown}[form.split()[1]](
            rehearsed.Rehearsal("recommended", life)
        )
    if form.endswith("--all"):
        stack = StackOfFolder("recommended", "Pulumi.recommended.yaml", preview.file, True, ())
        every = all_stacks.StackResults("", ((stack, preview),))
        return all_stacks.render(every, Format[form.split()[0]])
    if form.endswith("against"):
        return against(case, form.split()[0])
    return in_format(form, preview)


@cache
def without_findings() -> Any:
    """The JSON of the same landing zone without a finding."""
    return json.loads(as_json.render(replace(previewed("recommended"), findings=(), verdicts=Verdicts())))


@cache
def changed_to(case: str) -> Difference:
    """The difference from the same landing zone without a finding."""
    return difference("main", without_findings(), json.loads(report(case, "json")))


def against(case: str, form: str) -> str:
    """That difference in a form."""
    return in_format(form, with_findings(case), "error", changed_to(case))


def named_in(text: str, resource: Named) -> bool:
    """Returns whether a text names a resource: behind its project and environment, or before them in brackets."""
    if not resource.owner:
        return resource.label in text
    if f"{resource.label} ({resource.owner})" in text:
        return True
    parts = re.split(r"(?:^|(?<=[\s;*>]))([\w-]+, [\w-]+): ?", text)
    return any(
        owner == resource.owner and re.search(rf"(?<![\w-]){re.escape(resource.label)}(?![\w-])", names)
        for owner, names in zip(parts[1::2], parts[2::2], strict=True)
    )


def plain(form: str, text: str) -> str:
    """The words of a report in one line."""
    if form.startswith("sarif"):
        text = " ".join(f"; {result['message']['text']}" for result in json.loads(text)["runs"][0]["results"])
    if form.startswith("html"):
        text = text.replace("</td>", ": ")
        text = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL))
    if form.startswith("markdown") or form == "rehearsal markdown":
        text = re.sub(r"\\(.)", r"\1", text)
    return " ".join(text.split()).replace(" :", ":")


def missing(text: str, wanted: Iterable[Named]) -> list[str]:
    """Resources that a text does not name."""
    return [item.full for item in wanted if not named_in(text, item)]


@pytest.mark.parametrize(("case", "form"), NAMED)
def test_every_resource_of_a_finding_is_named_with_project_and_environment(case: str, form: str) -> None:
    """For any number and any names. A comment that is too long states that it is cut."""
    names = names_of(chosen(case) if form.startswith("rehearsal") else previewed("recommended").graph)
    wanted = {names.of_finding(finding) for finding in findings(case)}

    text = report(case, form)

    values = missing(plain(form, text), wanted)
    assert values == [] or ("markdown" in form and "it is too long for a comment" in text), values[:5]


@pytest.mark.parametrize("case", PUT)
def test_json_has_each_finding_with_project_and_environment(case: str) -> None:
    """One record for each, in all three shapes."""
    expected = sorted((r.urn, r.name, r.project or "", r.environment or "") for r in chosen(case))

    def rows_of(records: list[dict[str, Any]]) -> list[tuple[str, ...]]:
        return sorted((f["resource"], f["name"], f["project"], f["environment"]) for f in records)

    every = json.loads(report(case, "json --all"))["stacks"][0]
    assert rows_of(json.loads(report(case, "json"))["findings"]) == expected
    assert rows_of(json.loads(report(case, "json against"))["findings"]["new"]) == expected
    assert rows_of(every["findings"]) == expected


@pytest.mark.parametrize("case", PUT)
def test_sarif_and_junit_have_each_finding_once_under_a_key_of_its_own(case: str) -> None:
    """So that no reader of theirs takes two for one."""
    run = json.loads(report(case, "sarif"))["runs"][0]
    prints = [result["partialFingerprints"]["amlz/v1"] for result in run["results"] if result["ruleId"] == CHECK.id]
    cases = [case.get("name") for case in Xml.fromstring(report(case, "junit")).iter("testcase")]
    cases = [name for name in cases if str(name).startswith(f"{CHECK.id} ")]

    assert len(set(prints)) == len(prints) == len(set(cases)) == len(cases) == len(chosen(case))


def test_no_name_stands_for_two_resources() -> None:
    """Of one landing zone; role assignments by role, principal and scope."""
    names = names_of(resources())

    called = [names.of_id(r.id, r.name).full for r in resources()]

    assert len(set(called)) == len(called)
    assert [name for name in called if re.search(r"(?:^|: )[0-9a-f]{8}-[0-9a-f-]{27}$", name)] == []
    assert "triage, dev: AcrPull for computeIdentity on crhealthtriagedevylshv" in called


def test_the_same_of_two_in_one_difference_counts_twice() -> None:
    """A second finding at one path is new, though one was there before."""
    preview = with_findings("the hub and one environment")
    twice = replace(preview, findings=(*preview.findings, preview.findings[0]))
    old, new = (json.loads(as_json.render(item)) for item in (preview, twice))

    result = difference("main", old, new)

    assert ([f["name"] for f in result.findings[0]], result.findings[1]) == (["afw-health-hub"], ())
