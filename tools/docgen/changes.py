"""docs/reference/changes.md: what a changed property does, from the table."""

from __future__ import annotations

from amlz.azure.change_rules import ANY, EVERY, RULES, Kind, Rule

_HEAD = """# Effects of changed properties

Generated from `amlz/azure/change_rules.py`; every row has its source. Paths are those of the request to Azure Resource
Manager, members of lists as `[]`, and a row also holds for all that is below its path. The first row that fits counts.

| word | means |
| --- | --- |
| replaces | azure-native deletes the resource, then makes another; every part of its id does that |
| refused | azure-native sends an update, and Azure answers with an error |
| fixed | azure-native sends an update, which cannot be; whether Azure refuses or ignores it is not documented |
| ignored | azure-native sends an update, Azure takes it, and leaves the property as it was |
| refused while in use | azure-native sends an update, and Azure refuses it while something uses what changes |
| unknown | no source says; azure-native sends an update. So it is for every property that is not in a table below |
| updates | in place |

What replaces follows azure-native's source: its own list, and what Microsoft's specification calls create-only, at the
top level. It replaces where a value becomes another, or where the whole property of the row is added or left out. Where
only a part of an object is added or left out, or members of a list change, it sends an update. It compares ids as
texts: one in other letters replaces, although Azure takes it for the same. Names of resource groups in other letters,
and regions with other spaces, are no difference. Nothing here was tried against Azure.

Two things cannot be seen before the deployment and are reported as changes here: a property that is set for the first
time to what Azure has already, and an input that becomes the default of the specification. azure-native does not
replace for them.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD, _table("Every type", EVERY, "After the rows of the type itself.")]
    parts += [_table(f"`{arm_type}`", rules, "") for arm_type, rules in RULES.items()]
    return "\n".join(parts)


def _table(title: str, rules: tuple[Rule, ...], note: str) -> str:
    lines = [f"## {title}", "", *([note, ""] if note else [])]
    lines += ["| property | from → to | does | source |", "| --- | --- | --- | --- |"]
    for rule in rules:
        does = f"**{rule.kind.value}**" if rule.kind not in (Kind.UPDATES, Kind.UNKNOWN) else rule.kind.value
        told = f"{does}: {rule.why}" if rule.why else does
        lines.append(f"| `{rule.path}` | {_values(rule)} | {told} | [source]({rule.source}) |")
    return "\n".join([*lines, ""])


def _values(rule: Rule) -> str:
    if rule.old is ANY and rule.new is ANY:
        return ""
    return f"{_side(rule.old)} → {_side(rule.new)}"


def _side(values: tuple[object, ...]) -> str:
    if values is ANY:
        return "any"
    return ", ".join(
        "absent" if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values
    )
