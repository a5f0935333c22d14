"""The class of a difference for an upgrade: the worst effect that a new version of the program has on a stack."""

from __future__ import annotations

from enum import StrEnum

from amlz.diff.difference import Difference


class UpgradeClass(StrEnum):
    """Effects of an upgrade, the worst first."""

    LOSES_DATA = "loses data"
    REPLACED = "replaced or deleted"
    POLICY = "policy"
    GROWS = "grows"
    IN_PLACE = "in place"
    MOVED = "moved"
    NOTHING = "nothing"


def class_of(difference: Difference) -> UpgradeClass:
    """Returns the class of a difference.

    `policy`: an answer of a policy that blocks, or that is not decided, is new. `grows`: resources, roles, wider roles
    or outbound traffic are new.
    """
    if difference.lost:
        return UpgradeClass.LOSES_DATA
    if difference.deleted or any(changed.replaced for changed in difference.changed):
        return UpgradeClass.REPLACED
    if any(verdict["blocks"] or verdict["verdict"] == "undecided" for verdict in difference.verdicts[0]):
        return UpgradeClass.POLICY
    if difference.created or difference.roles[0] or difference.widened or difference.egress[0]:
        return UpgradeClass.GROWS
    if difference.changed or not (difference.nothing or difference.moved):
        return UpgradeClass.IN_PLACE
    return UpgradeClass.MOVED if difference.moved else UpgradeClass.NOTHING
