"""The pages of docs/policies: an overview, and one page for each definition of this repository."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from amlz.paths import ROOT
from amlz.policy.case_files import VERDICTS
from amlz.policy.engine.definition import Definition
from amlz.policy.engine.initiative import Initiative, InitiativeMember, member_values
from amlz.policy.engine.judge import effect_of
from amlz.policy.engine.parameters import Parameter, bound
from amlz.policy.engine.subject import Subject
from amlz.policy.engine.values import MISSING
from amlz.policy.library import Entry, Library, library, read_json
from tools.derive_published import NOT_AT_HAND
from tools.docgen.templating import Row, rendered

#: From docs/policies to policies.
_UP = "../../../policies"
#: Values for parameters of an initiative that have no default, where only its effects are read.
_EMPTY: Mapping[str, Any] = {
    "array": [], "boolean": False, "float": 0.0, "integer": 0, "object": {}, "string": "", "datetime": "",
}  # fmt: skip
_NOBODY = Subject("", "", "", {}, open=False)

#: Evaluation of a definition, by its metadata `judged`: the words for it, and their meaning.
JUDGED: Mapping[str, tuple[str, str]] = {
    "body": ("from the request", "The rule is put to the request as it is sent."),
    "existence": (
        "by related resources",
        "The rule asks whether something related exists. The preview takes for existing what the plan builds, so "
        "the verdict is a forecast.",
    ),
    "read-only": (
        "as a forecast",
        "The rule reads a property that only Azure sets. The preview takes connections from the private "
        "endpoints of the plan and calls that a forecast; where the plan does not show them, the verdict is "
        "`not-judged`.",
    ),
    "data-plane": (
        "not here",
        "A service evaluates it on the content of a resource. No request of a plan carries that, so the verdict "
        "is `not-judged`.",
    ),
}

#: Meaning of each verdict of a case.
WORDS: Mapping[str, str] = {
    "append": "The rule holds: Azure adds a value to the request.",
    "audit": "The rule holds: the request passes, and the resource is recorded as non-compliant.",
    "audit-if-not-exists": "A related resource that the policy requires does not exist: recorded as non-compliant.",
    "compliant": "The rule looks at the resource and finds nothing wrong.",
    "deny": "Azure refuses the request.",
    "deny-action": "Azure refuses an action on the resource, such as deleting it.",
    "deploy-if-not-exists": "A related resource that the policy requires does not exist: Azure deploys it.",
    "disabled": "The effect is Disabled: nobody looks.",
    "error": "The rule cannot be evaluated, which Azure takes as a deny.",
    "invalid": "Azure refuses the definition or the values of its parameters, so nothing is evaluated.",
    "manual": "A person attests compliance manually.",
    "modify": "The rule holds: Azure changes the request.",
    "not-applicable": "Azure does not look: another type, or a type that the mode skips.",
    "not-judged": "It cannot be evaluated from a request.",
    "undecided": "The deciding value is known only at deployment, or sources disagree on how Azure reads it.",
}


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """A case file: `stem` is `title--verdict`, and `why` is the reason of that verdict."""

    stem: str
    title: str
    verdict: str
    why: str


@dataclass(frozen=True)
class PolicyCatalogue:
    """The data of all pages."""

    library: Library

    @cached_property
    def published(self) -> Mapping[str, Mapping[str, Any]]:
        """Returns the cases that published definitions decide otherwise: see tools/derive_published.py."""
        result: Mapping[str, Mapping[str, Any]] = read_json(ROOT / "amlz" / "policy" / "data" / "published.json")
        return result

    def within(self, folder: str) -> list[Entry]:
        """The policies of a folder, by category and name as people read it."""
        entries = [entry for entry in self.library.entries if entry.file.parent == ROOT / "policies" / folder]
        return sorted(entries, key=lambda e: (str(e.metadata.get("category")), e.title if e.builtin else e.name))

    def cases(self, name: str) -> list[PolicyCase]:
        """The cases of a definition, by name."""
        paths = sorted((ROOT / "policies" / "cases" / name).glob("*.json"))
        parts = ((path, *path.stem.rpartition("--")) for path in paths)
        return [PolicyCase(path.stem, title, verdict, str(read_json(path)["why"])) for path, title, _, verdict in parts]


def names() -> list[str]:
    """The files of docs/policies."""
    return ["README.md", *(f"{path.stem}.md" for path in sorted((ROOT / "policies" / "definitions").glob("*.json")))]


def page(name: str) -> str:
    """One of them, whole. Raises BadInput for a policy that cannot be read."""
    catalogue = PolicyCatalogue(library())
    if name == "README.md":
        return _overview(catalogue)
    entry = catalogue.library.entry(Path(name).stem)
    assert entry is not None, name
    return _definition(catalogue, entry)


def _overview(catalogue: PolicyCatalogue) -> str:
    entries = [*catalogue.within("builtin"), *catalogue.within("definitions")]
    counts = Counter(str(entry.metadata.get("judged", "body")) for entry in entries)
    noted = [entry for entry in entries if entry.metadata.get("note")]
    return rendered(
        "policies.md.jinja",
        initiatives=[_initiative(catalogue, entry) for entry in catalogue.within("initiatives")],
        definitions=[_own(catalogue, entry) for entry in catalogue.within("definitions")],
        builtins=[_builtin(catalogue, entry) for entry in catalogue.within("builtin")],
        notes=[(name, _plain(reason)) for name, reason in catalogue.published["notes"].items()],
        judged=[(words, str(counts[key]), meaning) for key, (words, meaning) in JUDGED.items()],
        noted=[(_plain(e.title), JUDGED[e.metadata["judged"]][0], _plain(str(e.metadata["note"]))) for e in noted],
        verdicts=[(f"`{word}`", WORDS[word]) for word in VERDICTS],
    )


def _initiative(catalogue: PolicyCatalogue, entry: Entry) -> dict[str, Any]:
    compiled = entry.compiled
    assert isinstance(compiled, Initiative)
    result = {item["policyDefinitionReferenceId"]: item for item in entry.properties["policyDefinitions"]}
    return {
        "name": entry.name,
        "description": _plain(entry.properties["description"]),
        "members": [
            (
                f"`{member.reference}`",
                _linked(catalogue, member),
                *_effect(catalogue, compiled, member, result[member.reference]),
            )
            for member in compiled.members
        ],
        "parameters": _parameters(entry),
    }


def _linked(catalogue: PolicyCatalogue, member: InitiativeMember) -> str:
    inner = catalogue.library.entry(member.definition_id)
    if inner is None:
        return f"`{member.definition_id}`"
    if inner.builtin:
        return f"[{_plain(inner.title)}]({_UP}/builtin/{inner.name}.json) (built-in)"
    return f"[{_plain(inner.title)}]({inner.name}.md)"


def _effect(
    catalogue: PolicyCatalogue, compiled: Initiative, member: InitiativeMember, data: Mapping[str, Any]
) -> tuple[str, str]:
    """The effect of a member by default, and the parameters of the initiative that it is worked out from."""
    inner = catalogue.library.entry(member.definition_id)
    if inner is None or not isinstance(inner.compiled, Definition):
        return "not known", ""
    given = {p.name: _EMPTY[p.type] for p in compiled.parameters.values() if p.default is MISSING}
    values = bound(inner.compiled.parameters, member_values(compiled, member, given))
    effect = effect_of(inner.compiled, values, _NOBODY)
    wanted = _named(inner.properties["policyRule"]["then"]["effect"])
    sources = [name for own in wanted for name in _named(data["parameters"].get(own, {}).get("value", ""))]
    return effect, ", ".join(f"`{name}`" for name in sources) or "none, it is fixed"


def _named(expression: str) -> list[str]:
    """The parameters in an expression."""
    return re.findall(r"parameters\('([^']+)'\)", expression)


def _own(catalogue: PolicyCatalogue, entry: Entry) -> Row:
    return (
        f"[{entry.name}]({entry.name}.md)",
        _plain(entry.title),
        str(entry.properties["mode"]),
        _default_effect(entry),
        str(entry.metadata["version"]),
        str(len(catalogue.cases(entry.name))),
    )


def _builtin(catalogue: PolicyCatalogue, entry: Entry) -> Row:
    count = str(len(catalogue.cases(entry.name)))
    return (
        f"[{_plain(entry.title)}]({_UP}/builtin/{entry.name}.json)",
        f"[`{entry.name}`]({entry.metadata['source']})",
        str(entry.properties.get("version", "not stated")),
        str(entry.properties["mode"]),
        JUDGED[entry.metadata["judged"]][0],
        _default_effect(entry),
        f"{count}, not compared" if entry.name in NOT_AT_HAND else count,
    )


def _definition(catalogue: PolicyCatalogue, entry: Entry) -> str:
    cases = catalogue.cases(entry.name)
    return rendered(
        "policy.md.jinja",
        name=entry.name,
        title=_plain(entry.title),
        description=_plain(entry.properties["description"]),
        mode=entry.properties["mode"],
        effect=_default_effect(entry),
        version=entry.metadata["version"],
        guardrails=_guardrails(catalogue, entry),
        up=_UP,
        parameters=_parameters(entry),
        source=entry.metadata["source"],
        differences=[_plain(item) for item in entry.metadata.get("differences", [])],
        count=len(cases),
        published=_published(catalogue, entry, cases),
        cases=_cases(catalogue, entry, cases),
    )


def _guardrails(catalogue: PolicyCatalogue, entry: Entry) -> str:
    guardrails = []
    for initiative in catalogue.within("initiatives"):
        assert isinstance(initiative.compiled, Initiative)
        for member in initiative.compiled.members:
            if catalogue.library.entry(member.definition_id) is entry:
                guardrails.append(f"[{initiative.name}](README.md#{initiative.name}) as `{member.reference}`")
    return (
        ", ".join(guardrails) or "no initiative: [assign it](../../how-to/policies.md#assign-something-else) on its own"
    )


def _published(catalogue: PolicyCatalogue, entry: Entry, cases: list[PolicyCase]) -> dict[str, Any]:
    """Returns what the published definition decides, and the rows of cases in which that is another verdict."""
    value = catalogue.published["verdicts"].get(entry.name, {})
    in_all = catalogue.published["in_mode_all"].get(entry.name)
    verdicts, column = (value, "published") if in_all is None else (in_all, "published, in mode All")
    words = Counter(value.values())
    return {
        "verdicts": value,
        "in_all": in_all,
        "not_applicable": words["not-applicable"],
        "invalid": words["invalid"],
        "column": column,
        "errors": "error" in verdicts.values(),
        "rows": [
            (_link(entry, case), f"`{case.verdict}`", f"`{verdicts[case.stem]}`", _plain(case.why))
            for case in cases
            if case.stem in verdicts
        ],
    }


def _cases(catalogue: PolicyCatalogue, entry: Entry, cases: list[PolicyCase]) -> list[Row]:
    value = catalogue.published["verdicts"].get(entry.name, {})
    if not value:
        return [(_link(entry, case), f"`{case.verdict}`", _plain(case.why)) for case in cases]
    published = {case.stem: f"`{value[case.stem]}`" if case.stem in value else "same" for case in cases}
    return [(_link(entry, case), f"`{case.verdict}`", published[case.stem], _plain(case.why)) for case in cases]


def _link(entry: Entry, case: PolicyCase) -> str:
    return f"[{case.title}]({_UP}/cases/{entry.name}/{case.stem}.json)"


def _parameters(entry: Entry) -> list[Row]:
    parameters = entry.properties["parameters"]
    return [
        (
            f"`{p.name}`",
            _type(p),
            _default(p),
            _plain(str(parameters[p.name].get("metadata", {}).get("description", ""))),
        )
        for p in entry.compiled.parameters.values()
    ]


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
