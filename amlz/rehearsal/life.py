"""The whole life of a landing zone: previewed, built, unchanged, edited, gone."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from amlz.azure.graph import Resource
from amlz.checks.guard.change import LossAllowance, edit_of
from amlz.checks.guard.production import guarded
from amlz.core.hub_outputs import OUTPUT, of_stacks
from amlz.core.plan import make_plan
from amlz.rehearsal.edits import RehearsedEdit, Written, built_in, copied
from amlz.rehearsal.engine import Engine, EngineStack
from amlz.rehearsal.steps import Step, run
from amlz.simulator.existing import inputs_from_the_start, is_adopted
from amlz.simulator.graph import resource_graph
from amlz.simulator.monitor import Program, register
from amlz.simulator.policy import Audited as Audited
from amlz.simulator.policy import scanned
from amlz.simulator.state_store import SoftDeletedName, StateStore
from amlz.stackfile.load import StackFile, from_object
from amlz.stackfile.stack_file import KEY

#: How each command is given to the engine.
COMMANDS = {
    "preview": ("preview", "--skip-plugin-pre-install"),
    "up": ("up", "--yes", "--skip-preview"),
    "up --refresh": ("up", "--yes", "--skip-preview", "--refresh"),
    "refresh": ("refresh", "--yes", "--skip-preview"),
    "look": ("refresh", "--preview-only"),
    "destroy": ("destroy", "--yes", "--skip-preview", "--exclude-protected"),
    "destroy all": ("destroy", "--yes", "--skip-preview"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Surroundings of rehearsals. `progress` receives the present step, `folder` is new and empty."""

    engine: Engine
    program: Path
    project: str
    folder: Path
    progress: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Stays:
    """Resources that `destroy` leaves, and why. `needed`: whether it is there only for something that is protected."""

    id: str
    why: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Life:
    """All steps in their order, what protection keeps of the landing zone, and names that Azure keeps after the end.

    `audited`: what exists before the end and does not comply with a policy; `owners`: project and environment of
    resources, by id in lower case.
    """

    stack: str
    steps: tuple[Step, ...]
    stays: tuple[Stays, ...]
    kept: tuple[SoftDeletedName, ...]
    audited: tuple[Audited, ...] = ()
    owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def wrong(self) -> bool:
        """Returns whether a step was refused, or changed something where nothing may change."""
        return any(step.wrong for step in self.steps)


@dataclass(frozen=True, slots=True)
class StackUnderTest:
    """A stack under the engine, with the state of its simulated Azure. `planned`: its ids by URN."""

    stage: Stage
    stack: EngineStack
    store: StateStore
    planned: dict[str, str] = field(default_factory=dict)

    def step(self, name: str, command: str) -> Step:
        """Runs a command."""
        self.stage.progress(name)
        return run(self.stack, name, COMMANDS[command], lambda done: self.stage.progress(f"{name}: {done}"))

    def write(self, config: dict[str, Any]) -> tuple[Resource, ...]:
        """Writes another stack file. The resources that the program creates are noted as expected, and returned."""
        config = _beside_a_hub(self.stack, self.stage.project, config)
        self.stack.configure(config)
        resources = resources_of(self.stage, self.stack.name, config)
        self.planned.clear()
        self.planned.update({resource.urn: resource.id for resource in resources if resource.id})
        self.store.expect(self.planned.values())
        return resources


@contextmanager
def stack_under_test(stage: Stage, name: str, config: dict[str, Any]) -> Iterator[StackUnderTest]:
    """A new stack of a configuration, in a folder of the stage's own."""
    folder = Path(tempfile.mkdtemp(dir=stage.folder))
    file, azure = folder / f"Pulumi.{name}.yaml", folder / "azure.sqlite"
    file.write_text(yaml.safe_dump({"config": config}, sort_keys=False), encoding="utf-8")
    store = StateStore(azure)
    for group in from_object(config[KEY]).policies.groups:
        store.add_outside("above", group)
    try:
        stack = stage.engine.stack(folder / "engine", stage.program, stage.project, file, store=azure)
        test = StackUnderTest(stage, stack, store)
        test.write(config)
        yield test
    finally:
        store.close()


def plain_config(file: StackFile) -> dict[str, Any]:
    """Returns the configuration of a stack file. Encrypted values are left out: only its owner can read them.

    It contains the outputs of another stack's hub, if the stack file names their file.
    """
    config: dict[str, Any] = copied(file.document.values["config"])
    result = {key: value for key, value in config.items() if not (isinstance(value, dict) and "secure" in value)}
    return result if file.config.hub.stack is None else {**result, KEY: json.loads(file.pulumi_config[KEY])}


def _beside_a_hub(stack: EngineStack, project: str, config: dict[str, Any]) -> dict[str, Any]:
    """A configuration that refers to a stack of this backend, which gives what the other stack's hub gives."""
    landing_zone = config[KEY]
    hub = landing_zone.get("hub") or {}
    if not hub.get("stack"):
        return config
    name = f"{stack.name}-hub"
    stack.beside(name, project, {OUTPUT: hub["stack"]["outputs"]})
    # The name that a state in files gives to a stack of this project, with any owner of the other one.
    referred = {**hub, "stack": {**hub["stack"], "name": f"organization/{project}/{name}"}}
    return {**config, KEY: {**landing_zone, "hub": referred}}


def planned_ids(program: Program) -> dict[str, str]:
    """Ids of everything that a program makes, by URN; what has no decided id is left out."""
    return {resource.urn: resource.id for resource in register(program).resources if resource.id}


def resources_of(stage: Stage, name: str, config: dict[str, Any]) -> tuple[Resource, ...]:
    """Everything that the program makes of a configuration, with whose it is."""
    result = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    model = from_object(config[KEY])
    registration = register(Program(stage.program, stage.project, name, result, stacks=of_stacks(model.hub.stack)))
    plan = make_plan(model)
    owners = {environment.key: (environment.project, environment.environment) for environment in plan.environments}
    return resource_graph(registration, owners=owners).resources


def live(stage: Stage, file: StackFile, then: StackFile | None = None) -> Life:
    """The life of a stack file's landing zone. `then`: what it is edited to; without it, the built-in edits."""
    config = plain_config(file)
    edits = _edits(config[KEY], then)
    with stack_under_test(stage, file.stack, config) as tested:
        steps = [
            tested.step("preview", "preview"),
            tested.step("up", "up"),
            replace(tested.step("up again", "up"), still=True),
            replace(tested.step("refresh", "look"), still=True),
        ]
        resources = resources_of(stage, file.stack, config)
        for edit in edits:
            if edit.left_out:
                steps.append(Step(edit.name, left_out=edit.left_out))
                continue
            before, resources = resources, tested.write({**config, KEY: edit.written})
            findings = guarded(edit_of(before, resources), LossAllowance.of(from_object(edit.written)))
            steps.append(replace(tested.step(edit.name, "up"), guarded=findings, still=edit.still, risky=edit.risky))
        audited = scanned(tested.store)
        steps.append(tested.step("destroy", "destroy"))
        stays = _stays(tested)
        if tested.stack.urns():
            steps.append(_unprotected(tested))
        owners = {
            resource.id.lower(): (resource.project, resource.environment)
            for resource in resources
            if resource.project and resource.environment
        }
        return Life(file.stack, tuple(steps), stays, tested.store.all_kept(), audited, owners)


def _unprotected(tested: StackUnderTest) -> Step:
    """Returns the steps of a person who means it: protection removed from the state, and everything destroyed."""
    tested.stack.run("state", "unprotect", "--all", "--yes", "--stack", tested.stack.name)
    return tested.step("unprotect, destroy", "destroy all")


def _edits(written: Written, then: StackFile | None) -> tuple[RehearsedEdit, ...]:
    if then is None:
        return built_in(written)
    return (RehearsedEdit(f"edit to {then.display_path}", plain_config(then)[KEY]),)


def _stays(tested: StackUnderTest) -> tuple[Stays, ...]:
    state = {item["urn"]: item for item in tested.stack.state().get("resources", [])}
    stays = []
    for stored in tested.store.all():
        known = state.get(stored.urn)
        if inputs_from_the_start(stored.id) is not None:
            why = "every subscription has it: Pulumi forgets it and leaves it as it is"
        elif known is None and is_adopted(stored.type):
            why = "it comes with its parent: azure-native sets it back to its defaults"
        elif known is None:
            why = "nobody's: the engine does not know it any more"
        elif known.get("protect"):
            why = "protected: production uses it"
        else:
            why = "something that is protected needs it"
        stays.append(Stays(stored.id, why, bool(known and not known.get("protect"))))
    return tuple(stays)
