"""Remedies of input errors, carried out on the stack file's content: each kind of sentence is a rule."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from amlz.core.problems import Path, Problem

Match = re.Match[str]


class NotMechanical(Exception):
    """A person has to choose, or the file has no such path."""


class Edited:
    """A landing zone as data, with the path of a problem."""

    def __init__(self, landing_zone: Any, problem: Problem) -> None:
        self.root: Any = copy.deepcopy(landing_zone)
        self.problem = problem
        self.path = problem.path

    def parent(self, path: Path | None = None) -> Any:
        """The mapping or list that the last key of a path is in."""
        here = self.root
        for part in (self.path if path is None else path)[:-1]:
            if isinstance(here, dict) and here.get(part) is None:
                raise NotMechanical
            here = here[_key(here, part)]
        return here

    def value(self) -> Any:
        """The file's value there."""
        above = self.parent()
        return above[_key(above, self.path[-1])]

    def set(self, value: Any) -> None:
        """Writes another value there; renames the key where the problem is about it."""
        above, last = self.parent(), self.path[-1]
        about_key = isinstance(above, dict) and isinstance(value, str) and self._is_about_key()
        if about_key:
            above[value] = above.pop(_key(above, last))
        else:
            above[last if last not in above or isinstance(above, list) else _key(above, last)] = value

    def _is_about_key(self) -> bool:
        last = str(self.path[-1])
        try:
            return f"'{last}'" in self.problem.what and self.value() != last
        except (KeyError, IndexError, NotMechanical):
            return False

    def remove(self, path: Path | None = None) -> None:
        """Removes what is at a path."""
        path = path or self.path
        above = self.parent(path)
        del above[_key(above, path[-1])]


def _key(above: Any, part: str | int) -> Any:
    """The key as the file has it: YAML may read it as a number or a truth value."""
    if not isinstance(above, dict) or part in above:
        return part
    spelled = {True: ("on", "yes", "true"), False: ("off", "no", "false")}
    for key in above:
        if str(key) == str(part) or str(part) in spelled.get(key, ()):
            return key
    raise NotMechanical


def _write(edited: Edited, match: Match) -> None:
    text = re.split(r", | or ", match[1])[0].rstrip(".")
    edited.set(text if text[:1].isdigit() and "/" in text else yaml.safe_load(text))


#: Keys of the landing zone and of an environment, wherever a remedy that names them is found.
_TOP = ("cloud", "dataLake", "egressHosts", "sharedRegistry")
_OF_ENVIRONMENT = ("batch", "isolation", "registry")


def _mapping(edited: Edited, match: Match) -> None:
    """`key: value`, written where the problem is, or in the nearest mapping around it that has the key."""
    data = yaml.safe_load(match[1].replace("...", "A reason of the organisation."))
    if not isinstance(data, dict):
        edited.set(data)
        return
    ((dotted, value),) = data.items()
    *above, last = str(dotted).split(".")
    below = re.search(r"` under (\S+?),", edited.problem.remedy or "")
    if below or above or last in _TOP:
        here = edited.root
        for part in [*(below[1].split(".") if below else ()), *above]:
            here = here.setdefault(part, {})
    elif last in _OF_ENVIRONMENT:
        here = edited.parent((*edited.path[:4], last))
    elif last == edited.path[-1]:
        here = edited.parent()
    else:
        here = _nearest(edited, last)
    here[last] = value


def _nearest(edited: Edited, key: str) -> Any:
    """The deepest mapping at or around the problem that has a key, else the one that the problem is in."""
    for end in range(len(edited.path), 0, -1):
        above = edited.parent((*edited.path[:end], key))
        if isinstance(above, dict) and key in above:
            return above
    return edited.parent()


def _remove_named(edited: Edited, match: Match) -> None:
    *above, last = match[1].split(".")
    if above:
        edited.remove((*edited.path[: _start(edited, above[0])], *above, last))
        return
    here = edited.parent()
    if last == edited.path[-1] or not isinstance(here, dict) or last not in here:
        here = _nearest(edited, last)
    del here[_key(here, last)]


def _start(edited: Edited, first: str) -> int:
    """How much of the problem's path lies above a key: the environment's, or nothing."""
    return 4 if first in ("security", "existing", "isolation") and edited.path[:1] == ("projects",) else 0


def _shorten(edited: Edited, _: Match) -> None:
    most = int(re.findall(r"at most (\d+)", edited.problem.what)[-1])
    last = edited.path[-1]
    edited.set(str(last)[:most] if edited._is_about_key() else edited.value()[:most])


def _longer(edited: Edited, _: Match) -> None:
    least = int(re.findall(r"at least (\d+)", edited.problem.what)[-1])
    edited.set((str(edited.value()) + "contoso-one")[: max(least, 8)])


def _quoted(edited: Edited, match: Match) -> None:
    above, last = edited.parent(), edited.path[-1]
    key = _key(above, last)
    if edited.problem.what.startswith("The key"):
        above[match[1]] = above.pop(key)
    else:
        above[key] = match[1]


def _spoke(edited: Edited, match: Match) -> None:
    """The first of the spokes that are listed."""
    (edited.value() if len(edited.path) == 4 else edited.parent())["spoke"] = match[1]


def _into_the_hub(edited: Edited, match: Match) -> None:
    """A range for the endpoints of a data lake."""
    above, last = match[1].split(".")
    edited.root[above][last] = match[2]


def _own_registries(edited: Edited, _: Match) -> None:
    """In every environment that used the shared registry."""
    edited.root.pop("sharedRegistry", None)
    for project in edited.root["projects"].values():
        for environment in project["environments"].values():
            if environment.get("registry") == "shared":
                environment["registry"] = "own"


def _made_here(edited: Edited, match: Match) -> None:
    """Vault and key are made, with what that needs."""
    edited.parent().pop(match[1])
    if "which needs `cosmosDbObjectId`" in (edited.problem.remedy or ""):
        edited.parent()["cosmosDbObjectId"] = "11111111-2222-4333-8444-555555555555"


def _remove_one(edited: Edited, _: Match) -> None:
    """Of a key that is there twice, a reader of YAML keeps one already."""
    if not edited.problem.what.startswith("The key is here"):
        edited.remove()


def _meant(edited: Edited, _: Match) -> None:
    meant = re.search(r"did you mean (\w+)\?", edited.problem.what)
    if meant is None:
        raise NotMechanical
    above = edited.parent()
    above[meant[1]] = above.pop(_key(above, edited.path[-1]))


def _fewer(edited: Edited, _: Match) -> None:
    edited.set(edited.parent()["maxNodes"])


def _prefix(edited: Edited, match: Match) -> None:
    edited.set(f"{edited.value().partition('/')[0]}/{match[1]}")


#: The first rule that fits the beginning of a remedy, or a part of it, carries it out.
RULES: tuple[tuple[str, Callable[[Edited, Match], None]], ...] = (
    (r"Add `(dataLake\.network)`, a range in a spoke: (10\.\S+) is free in", _into_the_hub),
    (r"Remove `sharedRegistry` and set `registry: own` in the environments", _own_registries),
    (r"Set `registry: own` \(and remove `sharedRegistry`", _own_registries),
    (r"Add key\w+, or remove (key\w+): then vault and key are made here", _made_here),
    (r"Remove one\.$", _remove_one),
    (r".*Free in (?:spoke )?\w+: ([\d./]+\d)", _write),
    (r".*: (10\.\S+) is free in", _write),
    (r"Write a (?:whole )?number from (\d+) to", lambda e, m: e.set(int(m[1]))),
    (r"Write a number above 0", lambda e, _: e.set(1)),
    (r"Write it without quotes", lambda e, _: e.set(yaml.safe_load(e.value()))),
    (r"Write a longer one", _longer),
    (r"Write \{\}", lambda e, _: e.set({})),
    (r"Write `([^`]+)`", _mapping),
    (r"Write ([^ ,]+), without", _write),
    (r"Write its first address, .* for example (\S+)\.$", _write),
    (r"Write (?!it |one |its |the |a )(\S+(?:, \S+)*(?: or \S+)?)\.$", _write),
    (r"Write (?!it |one |its |the |a )(\w+) or (?:\w+); ", _write),
    (r"For example `([^`]+)`", _mapping),
    (r"For example (\S+)\.$", _write),
    (r"Add `(\w+: [^`]+)`, or remove `subnets`", lambda e, m: e.value().update(yaml.safe_load(m[1]))),
    (r"Add `(\w+: [^`]+)`", _mapping),
    (r"Set `([^`]+: [^`]+)`", _mapping),
    (r"Set `[^`]+\.capacity\.size` to `([^`]+)`", _write),
    (r"Set `[^`]+\.isolation` to `managed`", lambda e, _: e.parent().update(isolation="managed")),
    (r"Remove `([^`]+)`", _remove_named),
    (r"Run jobs on clusters, and remove `[^`]+`\. ", lambda e, _: e.remove()),
    (r"Remove (?:it|one|the key|the host)\b(?! where| of the two)", lambda e, _: e.remove()),
    (r"(?:A landing zone needs none: .*|The landing zone takes no secret\. )Remove it", lambda e, _: e.remove()),
    (r"Remove (?:one of the two|the tag|it where it does not belong)", lambda e, _: e.remove()),
    (r"Add \w+, or remove (\w+)", _remove_named),
    (r"(?:Spokes here: |Add spoke: one of )(\w+)", _spoke),
    (r"Known here: ", _meant),
    (r"minNodes must not be above maxNodes", _fewer),
    (r"Add `\w+`, or remove it", lambda e, _: e.remove()),
    (r'Put it in quotes[^"]*"([^"]+)"', _quoted),
    (r"Put it in brackets: (\[.*\])", lambda e, m: e.set(yaml.safe_load(m[1]))),
    (r"Shorten it", _shorten),
    (r"Use a /(\d+) or larger", _prefix),
)


def carried_out(landing_zone: Any, problem: Problem) -> Any:
    """The landing zone after the remedy of a problem. Raises NotMechanical where no rule knows it."""
    for pattern, carry_out in RULES:
        match = re.match(pattern, problem.remedy or "", re.DOTALL)
        if match and problem.path:
            edited = Edited(landing_zone, problem)
            try:
                carry_out(edited, match)
            except (KeyError, IndexError, TypeError, AttributeError, ValueError):
                raise NotMechanical from None
            return edited.root
    raise NotMechanical


def chosen(landing_zone: Any, problem: Problem, choice: Mapping[str, Any]) -> Any:
    """The landing zone after a remedy with chosen values (chosen.yaml)."""
    edited = Edited(landing_zone, problem)
    for path in choice.get("remove", ()):
        edited.remove(edited.path if path == "." else tuple(path.split("/")))
    if "value" in choice:
        above = edited.parent()
        above[edited.path[-1] if isinstance(above, list) else _key_or_new(above, edited.path[-1])] = choice["value"]
    if "name" in choice:
        above = edited.parent()
        above[choice["name"]] = above.pop(_key(above, edited.path[-1]))
    for path, value in choice.get("set", {}).items():
        *parts, last = path.split("/")
        here = edited.root
        for part in parts:
            here = here.setdefault(part, {})
        here[last] = value
    return edited.root


def _key_or_new(above: Any, part: str | int) -> Any:
    try:
        return _key(above, part)
    except NotMechanical:
        return part
