"""Adding and removing projects: a requested project as a valid stack file, or the reasons against it.

Nothing is written here. The file as it would be is read and planned like any other.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from ruamel.yaml.error import YAMLError

from amlz.core.addresses import plan_addresses, smallest_prefix
from amlz.core.config import ClusterConfig, EnvironmentConfig, LandingZoneConfig
from amlz.core.config.shared import EnvironmentName, Word
from amlz.core.owners import EnvironmentKey
from amlz.core.plan import LandingZonePlan, make_plan
from amlz.core.problems import LandingZoneError, Path, Problem, StackFileError, listed
from amlz.core.ranges import free_ranges, next_free
from amlz.dataclass import dataclass
from amlz.stackfile.edit import OWN, CannotEdit, NewEnvironment, with_project, without
from amlz.stackfile.load import StackFile, load
from amlz.stackfile.messages import problem
from amlz.stackfile.stack_file import KEY

#: An environment for any other that is not named.
ANY = ""

_Environments = TypeAdapter(dict[Word, Annotated[dict[EnvironmentName, Any], Field(min_length=1)]])


@dataclass(frozen=True, slots=True)
class ProjectRequest:
    """A project that is wished for. `spokes` and `networks`: by environment, ANY for all others.

    Without `environments`, those of `like`, or else dev. `nodes`: room for this many in each, 0 for those of its
    settings.
    """

    name: str
    environments: tuple[str, ...] = ()
    like: str | None = None
    spokes: Mapping[str, str] = field(default_factory=dict)
    networks: Mapping[str, str] = field(default_factory=dict)
    nodes: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A stack file as it would be: its bytes, read and planned. `path`: the added or removed part, in the
    configuration.
    """

    path: Path
    raw: bytes
    file: StackFile
    plan: LandingZonePlan


def add(file: StackFile, raw: bytes, request: ProjectRequest) -> Draft:
    """The stack file with one more project. Raises StackFileError with every reason against it."""
    config = file.config
    path: Path = ("projects", request.name)
    problems = [*_wrong_names(config, request), *_wrong_like(config, request)]
    if problems:
        raise StackFileError(_placed(file, problems))
    environments, problems = _environments(config, request)
    if problems:
        raise StackFileError(_placed(file, problems))
    expected = copy.deepcopy(file.document.values)
    projects = expected["config"][KEY].setdefault("projects", {})
    projects[request.name] = {"environments": {new.name: _settings(projects, new) for new in environments}}
    text, encoding = _decoded(raw)
    try:
        edited = with_project(text, request.name, environments)
    except (CannotEdit, YAMLError) as error:
        raise _not_editable(file, path, error) from None
    return _draft(file, path, edited.encode(encoding), expected)


def remove(file: StackFile, raw: bytes, project: str, environment: str = "") -> Draft:
    """The stack file without a project, or without one environment of it. Raises StackFileError."""
    path: Path = ("projects", project, "environments", environment) if environment else ("projects", project)
    problem = _nothing_to_remove(file.config, project, environment)
    if problem:
        raise StackFileError(_placed(file, [problem]))
    expected = copy.deepcopy(file.document.values)
    parent = expected["config"][KEY]
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    text, encoding = _decoded(raw)
    try:
        edited = without(text, *map(str, path[1:]))
    except (CannotEdit, YAMLError) as error:
        raise _not_editable(file, path, error) from None
    return _draft(file, path, edited.encode(encoding), expected)


def _decoded(raw: bytes) -> tuple[str, str]:
    """The text of a file, without the mark that some editors put first, and how to write it with that."""
    encoding = "utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8"
    return raw.decode(encoding), encoding


def _draft(file: StackFile, path: Path, raw: bytes, expected: object) -> Draft:
    """Reads and plans the edited file, which must contain the intended change and nothing else."""
    try:
        after = load(str(file.path), raw=raw)
        if after.document.values != expected:
            raise _not_editable(file, path, CannotEdit("Its anchors or merge keys have more than one meaning."))
        try:
            return Draft(path, raw, after, make_plan(after.config))
        except StackFileError as error:
            raise StackFileError(after.at(error.problems)) from None
    except _NotEditable:
        raise
    except StackFileError as error:
        result = (
            f"{file.display_path} was not changed: the change would make it invalid.\n"
            "Line numbers are those after the change."
        )
        raise LandingZoneError(f"{result}\n{error}") from None


class _NotEditable(StackFileError):
    """An edit that the writer of YAML cannot make without changing other parts."""


def _not_editable(file: StackFile, path: Path, error: Exception) -> StackFileError:
    why = str(error) if isinstance(error, CannotEdit) else "A part of it is written in an unusual way."
    text = f"The file was not changed: this edit would also change other parts of it. {why}"
    return _NotEditable(_placed(file, [Problem(path, text, "Change the file yourself and run `amlz check`.")]))


def _placed(file: StackFile, problems: list[Problem]) -> Iterator[Problem]:
    return (replace(p, file=file.display_path, line=file.locate(p.path)) for p in problems)


def _wrong_names(config: LandingZoneConfig, request: ProjectRequest) -> Iterator[Problem]:
    names = dict.fromkeys(request.environments, 1) or {"dev": 1}
    try:
        _Environments.validate_python({request.name: names})
    except ValidationError as error:
        for item in error.errors(include_url=False):
            below = ("environments", *item["loc"][1:]) if item["loc"][1] != "[key]" else item["loc"][1:]
            yield problem({**item, "loc": ("projects", request.name, *below)}, LandingZoneConfig)
    if request.name in config.projects:
        yield Problem(
            ("projects", request.name),
            f"Project {request.name!r} exists already, with {listed(config.projects[request.name].environments)}.",
            "Choose another name, or add environments to it in the stack file.",
        )
    for name in dict.fromkeys(name for name in request.environments if request.environments.count(name) > 1):
        yield Problem(("projects", request.name), f"Environment {name!r} is requested twice.", "Name it once.")
    for option, named in (("--spoke", request.spokes), ("--network", request.networks)):
        for name in named:
            if name != ANY and name not in _names(config, request):
                text = f"{option} names environment {name!r}, which the project does not have."
                yield Problem(("projects", request.name), text, f"It has {listed(_names(config, request))}.")


def _wrong_like(config: LandingZoneConfig, request: ProjectRequest) -> Iterator[Problem]:
    if request.like and request.like not in config.projects:
        there = f"Projects here: {listed(config.projects)}." if config.projects else "There is none: leave out --like."
        yield Problem(("projects",), f"There is no project {request.like!r} to take settings from.", there)
    elif request.like:
        has = config.projects[request.like].environments
        lacks = [name for name in request.environments if name not in has]
        if lacks:
            text = f"{request.like} has no environment {listed(map(repr, lacks), 'or')} to take settings from."
            remedy = f"Its environments: {listed(has)}. Request one of these, or add the rest yourself."
            yield Problem(("projects", request.like, "environments"), text, remedy)


def _names(config: LandingZoneConfig, request: ProjectRequest) -> tuple[str, ...]:
    like = tuple(config.projects[request.like].environments) if request.like in config.projects else ("dev",)
    return request.environments or like


def _environments(config: LandingZoneConfig, request: ProjectRequest) -> tuple[list[NewEnvironment], list[Problem]]:
    """Returns the environments with their spokes and ranges: each the smallest that fits, at the first free address."""
    problems: list[Problem] = []
    left = {space.network: space.free for space in plan_addresses(config)[0].spokes}
    given = {
        name: text
        for name in _names(config, request)
        if (text := request.networks.get(name, request.networks.get(ANY)))
    }
    left = {spoke: free_ranges(free, given.values()) for spoke, free in left.items()} if _right(given) else left
    environments = []
    for name in _names(config, request):
        path: Path = ("projects", request.name, "environments", name)
        like = config.projects[request.like].environments[name] if request.like else EnvironmentConfig()
        sentence = request.spokes.get(name) or request.spokes.get(ANY) or like.spoke
        spoke = sentence or (next(iter(config.spokes)) if len(config.spokes) == 1 else "")
        if spoke not in config.spokes:
            problems.append(_no_spoke(config, path, name, spoke))
            continue
        network = given.get(name)
        if network is None:
            prefix = smallest_prefix(_roomy(like, request.nodes))
            network = next_free(left[spoke], prefix)
            if network is None:
                problems.append(_no_room(path, spoke, prefix, left[spoke]))
                continue
            left[spoke] = free_ranges(left[spoke], (network,))
        copied = EnvironmentKey(request.like, name) if request.like else None
        environments.append(NewEnvironment(name, network, sentence, copied))
    return environments, problems


def _right(networks: Mapping[str, str]) -> bool:
    """Returns whether the given ranges can be read. If not, checking the file reports the errors in them."""
    try:
        TypeAdapter(dict[str, EnvironmentConfig]).validate_python({k: {"network": v} for k, v in networks.items()})
    except ValidationError:
        return False
    return True


def _roomy(environment: EnvironmentConfig, nodes: int) -> EnvironmentConfig:
    """An environment of at least so many nodes, to find the size of its range. Keys of a single environment are not
    copied.
    """
    own = environment.model_copy(update={"instances": {}, "subnets": None, "shared_by": None})
    if sum(cluster.max_nodes for cluster in own.clusters.values()) >= nodes:
        return own
    room = ClusterConfig.model_construct(size="", max_nodes=nodes)
    return own.model_copy(update={"clusters": {"room": room}})


def _no_spoke(config: LandingZoneConfig, path: Path, name: str, spoke: str) -> Problem:
    names = listed(config.spokes)
    if spoke:
        return Problem((*path, "spoke"), f"There is no spoke {spoke!r}.", f"Spokes here: {names}.")
    if not config.spokes:
        return Problem(path, "It needs a spoke, and there is none.", "Add one under `spokes`.")
    some = next(iter(config.spokes))
    return Problem(
        path,
        f"The spoke is missing, and there are {len(config.spokes)}: {names}.",
        f"Use `--spoke {some}`, or `--spoke {name}={some}` for this environment alone.",
    )


def _no_room(path: Path, spoke: str, prefix: int, free: tuple[str, ...]) -> Problem:
    sizes = [2 ** (32 - int(cidr.split("/")[1])) for cidr in free]
    has = f"{sum(sizes):,} are free there, the largest range holds {max(sizes):,}" if sizes else "none are free there"
    return Problem(
        (*path, "network"),
        f"Spoke {spoke} has no free range of {2 ** (32 - prefix):,} addresses (/{prefix}): {has}.",
        f"Add a range to spokes.{spoke}.addressSpace, a /{prefix} or larger; name another spoke (--spoke), or "
        "request fewer nodes.",
    )


def _settings(projects: dict[str, Any], new: NewEnvironment) -> dict[str, Any]:
    """Returns the settings of an environment in the file, as values."""
    settings: dict[str, Any] = ({"spoke": new.spoke} if new.spoke else {}) | {"network": new.network}
    if new.like:
        project, name = new.like
        like = projects[project]["environments"][name]
        settings |= {key: value for key, value in like.items() if key not in OWN}
    return settings


def _nothing_to_remove(config: LandingZoneConfig, project: str, environment: str) -> Problem | None:
    if project not in config.projects:
        there = f"Projects here: {listed(config.projects)}." if config.projects else "There is none."
        return Problem(("projects",), f"There is no project {project!r}.", there)
    names = config.projects[project].environments
    if environment and environment not in names:
        text = f"Project {project} has no environment {environment!r}."
        return Problem(("projects", project, "environments"), text, f"Its environments: {listed(names)}.")
    if environment and len(names) == 1:
        text = f"{environment!r} is the only environment of project {project}, which must have one."
        return Problem(
            ("projects", project, "environments"), text, "Remove the whole project: leave out --environment."
        )
    return None
