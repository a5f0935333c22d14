"""docs/reference/can.md: actions, their documented permissions, and the roles whose definitions are known."""

from __future__ import annotations

from amlz.azure.role_definitions import BUILT_IN
from amlz.core.permissions.actions import ACTIONS, DocumentedAction, Need
from amlz.core.permissions.personas import KINDS, name_of
from amlz.core.permissions.promises import PROMISES
from amlz.reports.permissions import NOT_MODELLED
from tools.docgen.templating import rendered

_WHEN = {
    "production": "production",
    "nonProduction": "not production",
    "noSharedKeys": "without shared keys",
    "peopleCreateComputes": "with `peopleCreateComputes`",
    "studioDeployments": "with `studioDeployments`",
    "serving": "with `serving`",
}


def can_page() -> str:
    """Returns the page."""
    return rendered(
        "can.md.jinja",
        personas=[name_of(kind) for kind in KINDS],
        not_modelled=NOT_MODELLED,
        actions=[
            (f"`{action.name}`", action.does, "<br>".join(map(_need, action.needs)), _sources(action))
            for action in ACTIONS
        ],
        promises=[
            (
                f"`{name_of(promise.who)}`",
                ", ".join(map(_WHEN.__getitem__, promise.when)) or "all",
                ", ".join(f"`{name}`" for name in promise.actions),
            )
            for promise in PROMISES
        ],
        definitions=[(role.name, role.date, f"<{role.source}>") for role in BUILT_IN.values()],
    )


def _need(need: Need) -> str:
    names = ", ".join(f"`{permission.name}`{' (data)' if permission.data else ''}" for permission in need.permissions)
    only = ", where there is one" if need.where_any else ""
    return f"{need.on}{only}: {names or 'nothing, but there has to be one'}" + (
        f" (inferred: {need.inferred})" if need.inferred else ""
    )


def _sources(action: DocumentedAction) -> str:
    pages = dict.fromkeys((need.page.url, need.page.date) for need in action.needs)
    return "<br>".join(f"<{url}> ({date})" for url, date in pages)
