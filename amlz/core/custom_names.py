"""Names by the business unit's own rule: `custom/naming/names.py` with `name(request)`."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from amlz.core.capability_facts import NameRule
from amlz.core.custom_files import CustomFile
from amlz.dataclass import dataclass
from amlz.folders import custom_names_file


@dataclass(frozen=True, slots=True)
class NameRequest:
    """A name that is to be made.

    `kind`: `keyVault`, `subnet`; `words`: of its owner, from the business unit on, and of the resource; `suffix`: five
    characters that the name must contain, "" where it needs none; `default`: the name without a rule.
    """

    kind: str
    words: tuple[str, ...]
    suffix: str
    default: str


def custom_name(request: NameRequest, rule: NameRule) -> str:
    """Returns the name by the business unit's rule; the default where it has none. Raises LandingZoneError for one that
    Azure does not take.
    """
    hook = _hook()
    if hook is None:
        return request.default
    file, function = hook
    name = file.called(lambda: function(request))
    if name is None:
        return request.default
    asked = f"for the {request.kind} {request.default!r}"
    if not isinstance(name, str):
        raise file.broken(f"`name` returned {name!r} {asked}.", "Return a text, or None for the default.")
    problem = rule.problem(name)
    if problem:
        raise file.broken(f"Of {name!r}, {asked}: {problem}.", "Return another name, or None for the default.")
    if request.suffix not in name:
        raise file.broken(
            f"{name!r}, {asked}, lacks the suffix {request.suffix!r}: the name stays taken after a deletion.",
            "Add `request.suffix` to the name.",
        )
    return name


@cache
def _hook() -> tuple[CustomFile, Callable[[NameRequest], object]] | None:
    path = custom_names_file()
    if not path.is_file():
        return None
    file = CustomFile("rule for names", "custom.naming.names", path)
    function = getattr(file.loaded(), "name", None)
    if not callable(function):
        raise file.broken("It needs a function `name(request)`.", "Declare it.")
    return file, function


def forget() -> None:
    """The file is read again: for tests."""
    _hook.cache_clear()
