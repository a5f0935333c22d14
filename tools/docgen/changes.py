"""docs/reference/changes.md: what a changed property does, from the table."""

from __future__ import annotations

from amlz.azure.change_rule import ANY, ChangeRule, Kind
from amlz.azure.change_rules import EVERY
from amlz.azure.changes import rules
from tools.docgen.templating import Row, rendered


def page() -> str:
    """Returns the whole page."""
    sections = [("Every type", "After the rows of the type itself.", map(_row, EVERY))]
    sections += [(f"`{arm_type}`", "", map(_row, rows)) for arm_type, rows in rules().items()]
    return rendered("changes.md.jinja", sections=sections)


def _row(rule: ChangeRule) -> Row:
    does = f"**{rule.kind.value}**" if rule.kind not in (Kind.UPDATES, Kind.UNKNOWN) else rule.kind.value
    text = f"{does}: {rule.why}" if rule.why else does
    return (f"`{rule.path}`", _values(rule), text, f"[source]({rule.source})")


def _values(rule: ChangeRule) -> str:
    if rule.old is ANY and rule.new is ANY:
        return ""
    return f"{_side(rule.old)} → {_side(rule.new)}"


def _side(values: tuple[object, ...]) -> str:
    if values is ANY:
        return "any"
    return ", ".join(
        "absent" if value is None else str(value).lower() if isinstance(value, bool) else str(value) for value in values
    )
