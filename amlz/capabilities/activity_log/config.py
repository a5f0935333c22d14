"""Export of activity logs in the stack file."""

from __future__ import annotations

from pydantic import StrictBool

from amlz.core.capability import Key, Scope

KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "activity_log",
        StrictBool | None,
        "Sends the activity log of each subscription to the central log. Left out: where this stack, or another stack "
        "of this program, builds that log. Set to `false` where a policy of the tenant sends it there: Azure refuses "
        "a second setting with the same destination.",
    ),
)
