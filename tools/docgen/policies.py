"""The pages of docs/policies: an overview, and one page for each definition of this repository."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from amlz.core.words import plural
from amlz.paths import ROOT
from amlz.policy.case_files import VERDICTS
from amlz.policy.engine.definition import Definition
from amlz.policy.engine.initiative import Initiative, Member, member_values
from amlz.policy.engine.judge import effect_of
from amlz.policy.engine.parameters import Parameter, bound
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import MISSING
from amlz.policy.library import Entry, Library, library, read_json

#: From docs/policies to policies.
_UP = "../../../policies"
#: What is given for parameters of an initiative that have no default, where only its effects are asked for.
_EMPTY: Mapping[str, Any] = {
    "array": [], "boolean": False, "float": 0.0, "integer": 0, "object": {}, "string": "", "datetime": "",
}  # fmt: skip
_NOBODY = Subject("", "", "", {}, open=False)

#: How a definition is judged, by its metadata `judged`: the words for it, and what they mean.
JUDGED: Mapping[str, tuple[str, str]] = {
    "body": ("from the request", "The rule is put to the request as it is sent."),
    "existence": (
        "by what exists beside it",
        "The rule asks whether something related exists. The preview takes for existing what the plan builds, so "
        "the verdict is a forecast.",
    ),
    "read-only": (
        "as a forecast",
        "The rule asks for what only Azure fills in. The preview takes connections from the private endpoints of the "
        "plan and calls that a forecast; where the plan tells nothing, the verdict is `not-judged`.",
    ),
    "data-plane": (
        "not here",
        "A service judges it on what lies inside a resource. No request of a plan carries that, so the verdict is "
        "`not-judged`.",
    ),
}

#: What each verdict of a case means.
WORDS: Mapping[str, str] = {
    "append": "The rule holds: Azure adds a value to the request.",
    "audit": "The rule holds: the request passes, and the resource is recorded as non-compliant.",
    "audit-if-not-exists": "What should exist beside the resource does not: recorded as non-compliant.",
    "compliant": "The rule looks at the resource and finds nothing wrong.",
    "deny": "Azure refuses the request.",
    "deny-action": "Azure refuses an action on the resource, such as deleting it.",
    "deploy-if-not-exists": "What should exist beside the resource does not: Azure deploys it.",
    "disabled": "The effect is Disabled: nobody looks.",
    "error": "The rule cannot be evaluated, which Azure takes as a deny.",
    "invalid": "Azure refuses the definition or the values of its parameters, so nothing is judged.",
    "manual": "Somebody attests compliance by hand.",
    "modify": "The rule holds: Azure changes the request.",
    "not-applicable": "Azure does not look: another type, or a type that the mode skips.",
    "not-judged": "It cannot be judged from a request.",
    "undecided": "What decides is known only at deployment, or sources disagree on how Azure reads it.",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A case file: `stem` is `title--verdict`, and `why` says why that is the verdict."""

    stem: str
    title: str
    verdict: str
    why: str


@dataclass(frozen=True)
class Shelf:
    """All that the pages are made of."""

    library: Library

    @cached_property
    def published(self) -> Mapping[str, Mapping[str, Any]]:
        """Where the published definitions decide otherwise: see tools/derive_published.py."""
        found: Mapping[str, Mapping[str, Any]] = read_json(ROOT / "amlz" / "policy" / "data" / "published.json")
        return found

    def within(self, folder: str) -> list[Entry]:
        """The policies of a folder, by category and name as people read it."""
        found = [entry for entry in self.library.entries if entry.file.parent == ROOT / "policies" / folder]
        return sorted(found, key=lambda e: (str(e.metadata.get("category")), e.title if e.builtin else e.name))

    def cases(self, name: str) -> list[Case]:
        """The cases of a definition, by name."""
        paths = sorted((ROOT / "policies" / "cases" / name).glob("*.json"))
        parts = ((path, *path.stem.rpartition("--")) for path in paths)
        return [Case(path.stem, title, verdict, str(read_json(path)["why"])) for path, title, _, verdict in parts]


def names() -> list[str]:
    """The files of docs/policies."""
    return ["README.md", *(f"{path.stem}.md" for path in sorted((ROOT / "policies" / "definitions").glob("*.json")))]


def page(name: str) -> str:
    """One of them, whole. Raises BadInput for a policy that cannot be read."""
    shelf = Shelf(library())
    if name == "README.md":
        return "\n".join(_overview(shelf))
    entry = shelf.library.entry(Path(name).stem)
    assert entry is not None, name
    return "\n".join(_definition(shelf, entry))


def _overview(shelf: Shelf) -> Iterator[str]:
    initiatives, own, builtins = (len(shelf.within(each)) for each in ("initiatives", "definitions", "builtin"))
    yield from [
        "# Policies",
        "",
        "The Azure policies of this repository, generated from `policies/`. How to assign, extend and test them: "
        "[policies, how to](../../how-to/policies.md). `amlz policy list` and `amlz policy show NAME` tell the same.",
        "",
        f"- [{plural(initiatives, 'initiative')}](#initiatives), the guardrails",
        f"- [{plural(own, 'definition')} of this repository](#definitions-of-this-repository)",
        f"- [{plural(builtins, 'built-in')}](#built-ins), which Microsoft maintains and which are judged here too",
        "- [how they are judged](#how-they-are-judged), [what is not judged](#what-is-not-judged-and-why), and "
        "[what the verdicts mean](#verdicts)",
        "",
        "## Initiatives",
        "",
        "*By default* is the effect where nothing is said. The guardrails of a landing zone deny in environments with "
        "production data and audit in others: `policies.productionEffect` and `policies.otherEffect` of the "
        "[configuration](../configuration.md#policies). What audits or is off by default stays so, and what is fixed "
        "denies everywhere. A landing zone also sets the parameters that its plan knows, such as sizes, regions and "
        "subnets: [how to](../../how-to/policies.md#attach-guardrails).",
        "",
    ]
    for entry in shelf.within("initiatives"):
        yield from _initiative(shelf, entry)
    yield from _own_table(shelf)
    yield from _builtin_table(shelf)
    yield from _judging(shelf)


def _initiative(shelf: Shelf, entry: Entry) -> Iterator[str]:
    compiled = entry.compiled
    assert isinstance(compiled, Initiative)
    told = {each["policyDefinitionReferenceId"]: each for each in entry.properties["policyDefinitions"]}
    yield from [f"### {entry.name}", "", _plain(entry.properties["description"]), ""]
    rows = [
        (f"`{member.reference}`", _linked(shelf, member), *_effect(shelf, compiled, member, told[member.reference]))
        for member in compiled.members
    ]
    yield from _table(("reference id", "policy", "by default", "parameter of the effect"), rows)
    yield from ["", "Its parameters:", ""]
    yield from _parameters(entry)
    yield ""


def _linked(shelf: Shelf, member: Member) -> str:
    inner = shelf.library.entry(member.definition_id)
    if inner is None:
        return f"`{member.definition_id}`"
    if inner.builtin:
        return f"[{_plain(inner.title)}]({_UP}/builtin/{inner.name}.json) (built-in)"
    return f"[{_plain(inner.title)}]({inner.name}.md)"


def _effect(shelf: Shelf, compiled: Initiative, member: Member, told: Mapping[str, Any]) -> tuple[str, str]:
    """The effect of a member by default, and the parameters of the initiative that it is worked out from."""
    inner = shelf.library.entry(member.definition_id)
    if inner is None or not isinstance(inner.compiled, Definition):
        return "not known", ""
    given = {p.name: _EMPTY[p.type] for p in compiled.parameters.values() if p.default is MISSING}
    values = bound(inner.compiled.parameters, member_values(compiled, member, given))
    effect = effect_of(inner.compiled, values, _NOBODY)
    asked = _named(inner.properties["policyRule"]["then"]["effect"])
    sources = [name for own in asked for name in _named(told["parameters"].get(own, {}).get("value", ""))]
    return effect, ", ".join(f"`{name}`" for name in sources) or "none, it is fixed"


def _named(expression: str) -> list[str]:
    """The parameters in an expression."""
    return re.findall(r"parameters\('([^']+)'\)", expression)


def _own_table(shelf: Shelf) -> Iterator[str]:
    yield from [
        "## Definitions of this repository",
        "",
        "Corrected versions of the policies that the Cloud Adoption Framework publishes for Azure Machine Learning. "
        "Each page says what differs, case by case.",
        "",
    ]
    rows = [
        (
            f"[{entry.name}]({entry.name}.md)",
            _plain(entry.title),
            str(entry.properties["mode"]),
            _default_effect(entry),
            str(entry.metadata["version"]),
            str(len(shelf.cases(entry.name))),
        )
        for entry in shelf.within("definitions")
    ]
    yield from _table(("definition", "what it demands", "mode", "by default", "version", "cases"), rows)
    yield ""


def _builtin_table(shelf: Shelf) -> Iterator[str]:
    noted = shelf.published["notes"]
    alike = "On every case here the published rule and the one that is judged give the same verdict"
    yield from [
        "## Built-ins",
        "",
        "Microsoft publishes and maintains these. They are assigned by their GUID and never created here; the files in "
        "`policies/builtin/` hold what a judge needs of them, in words of our own. "
        + (f"{alike}." if not noted else f"{alike}, except:"),
        "",
        *(f"- `{name}`: {_plain(reason)}" for name, reason in noted.items()),
        *([""] if noted else []),
    ]
    rows = [
        (
            f"[{_plain(entry.title)}]({_UP}/builtin/{entry.name}.json)",
            f"[`{entry.name}`]({entry.metadata['source']})",
            str(entry.properties.get("version", "not said")),
            str(entry.properties["mode"]),
            JUDGED[entry.metadata["judged"]][0],
            _default_effect(entry),
            str(len(shelf.cases(entry.name))),
        )
        for entry in shelf.within("builtin")
    ]
    yield from _table(("built-in", "GUID", "version", "mode", "judged", "by default", "cases"), rows)
    yield ""


def _judging(shelf: Shelf) -> Iterator[str]:
    yield from [
        "## How they are judged",
        "",
        "The judge follows the documentation; it was not tried against Azure.",
        "",
    ]
    entries = [*shelf.within("builtin"), *shelf.within("definitions")]
    counts = Counter(str(entry.metadata.get("judged", "body")) for entry in entries)
    rows = [(words, str(counts[key]), meaning) for key, (words, meaning) in JUDGED.items()]
    yield from _table(("judged", "policies", "what that means"), rows)
    yield from [
        "",
        "## What is not judged, and why",
        "",
        "Of the policies above, these are judged in part, with a doubt, or not at all. What a tenant assigns beside "
        "them is known once it is [imported](../../how-to/policies.md#evaluate-the-policies-of-a-tenant).",
        "",
    ]
    noted = [entry for entry in entries if entry.metadata.get("note")]
    rows = [(_plain(e.title), JUDGED[e.metadata["judged"]][0], _plain(str(e.metadata["note"]))) for e in noted]
    yield from _table(("policy", "judged", "why"), rows)
    yield from ["", "## Verdicts", "", "The words at the end of case files, and in the tables of each page.", ""]
    yield from _table(("verdict", "what it means"), [(f"`{word}`", WORDS[word]) for word in VERDICTS])
    yield ""


def _definition(shelf: Shelf, entry: Entry) -> Iterator[str]:
    cases = shelf.cases(entry.name)
    yield from [
        f"# {entry.name}",
        "",
        f"**{_plain(entry.title)}.** {_plain(entry.properties['description'])}",
        "",
    ]
    mode, version = entry.properties["mode"], entry.metadata["version"]
    yield f"- Mode {mode}, effect {_default_effect(entry)} by default, version {version}"
    yield f"- Part of {_guardrails(shelf, entry)}"
    yield f"- [The definition]({_UP}/definitions/{entry.name}.json), [its cases]({_UP}/cases/{entry.name})"
    yield from ["", "## Parameters", ""]
    yield from _parameters(entry)
    yield from _differences(shelf, entry, cases)
    yield from _cases(shelf, entry, cases)


def _guardrails(shelf: Shelf, entry: Entry) -> str:
    found = []
    for initiative in shelf.within("initiatives"):
        assert isinstance(initiative.compiled, Initiative)
        for member in initiative.compiled.members:
            if shelf.library.entry(member.definition_id) is entry:
                found.append(f"[{initiative.name}](README.md#{initiative.name}) as `{member.reference}`")
    return ", ".join(found) or "no initiative: [assign it](../../how-to/policies.md#assign-something-else) on its own"


def _differences(shelf: Shelf, entry: Entry, cases: list[Case]) -> Iterator[str]:
    yield from ["", "## How it differs from the published one", ""]
    yield f"Published as [{entry.name}]({entry.metadata['source']}) by the Cloud Adoption Framework."
    yield ""
    yield from (f"- {_plain(each)}" for each in entry.metadata.get("differences", []))
    yield ""
    found = shelf.published["verdicts"].get(entry.name, {})
    in_all = shelf.published["in_mode_all"].get(entry.name)
    if not found:
        yield f"All {len(cases)} cases below come out the same with the published one."
        return
    if in_all is None:
        yield f"With the published one, {len(found)} of the {plural(len(cases), 'case')} below come out otherwise:"
        verdicts, column = found, "published"
    else:
        words = Counter(found.values())
        invalid = words["invalid"] and f", and {words['invalid']} as `invalid`, since it does not take the effect"
        yield (
            f"It is published in mode Indexed, which by the documentation skips computes. Judged so, it looks at none: "
            f"{words['not-applicable']} of the {plural(len(cases), 'case')} below come out as `not-applicable` instead"
            f"{invalid or ''}."
        )
        yield ""
        yield f"Were its mode All, {len(in_all)} of the {len(cases)} would still come out otherwise:"
        verdicts, column = in_all, "published, in mode All"
    yield ""
    rows = [
        (_link(entry, case), f"`{case.verdict}`", f"`{verdicts[case.stem]}`", _plain(case.why))
        for case in cases
        if case.stem in verdicts
    ]
    yield from _table(("case", "here", column, "why, here"), rows)
    failing = " An `error` refuses the request too." if "error" in verdicts.values() else ""
    yield from ["", f"Both get the parameters of the case; the published one only those that it has.{failing}"]


def _cases(shelf: Shelf, entry: Entry, cases: list[Case]) -> Iterator[str]:
    yield from [
        "",
        "## Cases",
        "",
        f"What proves it: `amlz policy test policies/cases/{entry.name}` runs them. "
        "[What the verdicts mean](README.md#verdicts).",
        "",
    ]
    found = shelf.published["verdicts"].get(entry.name, {})
    if not found:
        yield from _table(
            ("case", "verdict", "why"), [(_link(entry, c), f"`{c.verdict}`", _plain(c.why)) for c in cases]
        )
    else:
        rows = [
            (_link(entry, c), f"`{c.verdict}`", f"`{found[c.stem]}`" if c.stem in found else "same", _plain(c.why))
            for c in cases
        ]
        yield from _table(("case", "verdict", "as published", "why"), rows)
    yield ""


def _link(entry: Entry, case: Case) -> str:
    return f"[{case.title}]({_UP}/cases/{entry.name}/{case.stem}.json)"


def _parameters(entry: Entry) -> Iterator[str]:
    told = entry.properties["parameters"]
    rows = [
        (f"`{p.name}`", _type(p), _default(p), _plain(str(told[p.name].get("metadata", {}).get("description", ""))))
        for p in entry.compiled.parameters.values()
    ]
    yield from _table(("parameter", "type", "default", "what it is"), rows)


def _type(parameter: Parameter) -> str:
    return f"{parameter.type}: {', '.join(map(str, parameter.allowed))}" if parameter.allowed else parameter.type


def _default(parameter: Parameter) -> str:
    if parameter.default is MISSING:
        return "must be given"
    if parameter.default == "":
        return "empty"
    text = json.dumps(parameter.default, ensure_ascii=False)
    return f"`{parameter.default if isinstance(parameter.default, str) else text}`"


def _default_effect(entry: Entry) -> str:
    compiled = entry.compiled
    assert isinstance(compiled, Definition)
    return effect_of(compiled, bound(compiled.parameters, {}), _NOBODY)


def _plain(text: str) -> str:
    """Text as Markdown that shows it unchanged, in a table too."""
    return re.sub(r"([\\*<>|])", r"\\\1", text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for line in (head, tuple("---" for _ in head), *rows):
        yield f"| {' | '.join(line)} |"
