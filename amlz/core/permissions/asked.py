"""The question of `amlz can`: its personas, actions and environments, from words on the command line."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

from amlz.azure.graph import Persona
from amlz.core.addresses import environments
from amlz.core.config import LandingZoneConfig
from amlz.core.permissions.actions import ACTIONS, DocumentedAction
from amlz.core.permissions.personas import KINDS, name_of
from amlz.core.problems import LandingZoneError
from amlz.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class PermissionQuestion:
    """A question. None: every one. `kind`: of personas. With a project or an environment, the landing zone as a
    whole is left out.
    """

    kind: str | None = None
    action: str | None = None
    project: str | None = None
    environment: str | None = None

    def asks_persona(self, persona: Persona) -> bool:
        """Returns whether the question is about a persona."""
        return (
            self.kind in (None, persona.kind)
            and self.project in (None, persona.project)
            and self.environment in (None, persona.environment)
        )

    def asks_action(self, action: DocumentedAction) -> bool:
        """Returns whether the question is about an action."""
        return self.action in (None, action.name)


def question(
    config: LandingZoneConfig, persona: str = "", action: str = "", project: str = "", environment: str = ""
) -> PermissionQuestion:
    """Returns the question that words ask; "" means every one. Raises LandingZoneError for words that name nothing.

    A persona may be written as its key in the stack file and in the singular: `mlEngineers`, `ml-engineer`.
    """
    kinds = {name_of(kind): kind for kind in KINDS}
    loose = {_loose(name): kind for name, kind in kinds.items()}
    kind = loose.get(_loose(persona))
    if persona and kind is None:
        raise _unknown("PERSONA", persona, "persona", kinds)
    actions = {documented_action.name: documented_action.name for documented_action in ACTIONS}
    if action and action.lower() not in actions:
        raise _unknown("ACTION", action, "action", actions)
    owners = [(name, env) for name, env, _ in environments(config)]
    if project and project not in config.projects:
        raise _unknown("--project", project, "project in this stack", dict.fromkeys(config.projects, ""))
    known = dict.fromkeys((env for name, env in owners if project in ("", name)), "")
    if environment and environment not in known:
        whose = f"environment of project {project}" if project else "environment in this stack"
        raise _unknown("--environment", environment, whose, known)
    return PermissionQuestion(kind, action.lower() or None, project or None, environment or None)


def _loose(word: str) -> str:
    return word.lower().replace("-", "").removesuffix("s")


def _unknown(argument: str, word: str, value: str, known: Mapping[str, str]) -> LandingZoneError:
    near = _nearest(word, known)
    meant = f"Did you mean {near}? " if near else ""
    return LandingZoneError(f"{argument} {word}\n  There is no such {value}.\n  {meant}There are: {', '.join(known)}.")


def _nearest(word: str, known: Collection[str]) -> str | None:
    by_lower = {item.lower(): item for item in known}
    close_matches = difflib.get_close_matches(word.lower(), by_lower, 1, 0.5)
    return by_lower[close_matches[0]] if close_matches else None
