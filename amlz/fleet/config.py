"""The fleet file of a platform team: units, rings, address spaces, and the wanted version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from amlz.core.config.shared import Config, Network
from amlz.core.problems import Problem, StackFileError, listed
from amlz.dataclass import dataclass
from amlz.stackfile.messages import problem
from amlz.stackfile.stack_file import Document, read

#: The name of the file, where no other one is passed.
FILE = "fleet.yaml"

FleetName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
VersionText = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
Days = Annotated[int, Field(ge=0, le=3650)]


class RingConfig(Config):
    """Stacks that take a new version together."""

    name: FleetName = Field(examples=["canary"])
    """Name of the ring."""
    bake_days: Days = Field(0, examples=[2])
    """Days from the last deployment of the ring until the next ring opens."""
    max_failures: Annotated[int, Field(ge=0, le=10_000)] = Field(0, examples=[0])
    """Failed stacks that do not keep the next ring closed."""


#: A name of Kubernetes: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ (RFC 1123 label).
KubernetesName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]


class OperatorConfig(Config):
    """The Pulumi Kubernetes Operator that deploys the stacks of the fleet, all from one namespace."""

    namespace: KubernetesName = Field(examples=["landing-zones"])
    """Namespace of the Stack resources."""
    service_account: KubernetesName = Field(examples=["landing-zone-deployer"])
    """Service account of the pods, with a federated credential in Azure."""
    image: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._:/-]*@sha256:[0-9a-f]{64}$")] = Field(
        examples=[f"registry.example/amlz@sha256:{'0' * 64}"]
    )
    """Image of the pods, by digest, with the packages of `requirements.lock`."""


class UnitOperatorConfig(Config):
    """Deployment of a unit's stacks by the Pulumi Kubernetes Operator."""

    repository: Annotated[str, StringConstraints(pattern=r"^https://[^@\s?#]+$")] = Field(
        examples=["https://git.example/retail/landing-zone"]
    )
    """Address of the unit's fork, without a credential."""
    backend: Annotated[str, StringConstraints(pattern=r"^(azblob|https)://[^@\s]+$")] = Field(
        examples=["azblob://state?storage_account=stretail"]
    )
    """Backend of Pulumi's state."""
    secrets_provider: Annotated[str, StringConstraints(pattern=r"^azurekeyvault://[^@\s]+$")] = Field(
        examples=["azurekeyvault://kv-retail.vault.azure.net/keys/pulumi"]
    )
    """Key of Pulumi's secrets."""


class UnitConfig(Config):
    """A business unit with its own fork."""

    reports: Annotated[str, StringConstraints(min_length=1)] = Field(examples=["reports/retail"])
    """Folder of the unit's reports, relative to the fleet file."""
    space: FleetName = Field(examples=["emea"])
    """Address space in which the unit's networks are routed."""
    ring: FleetName | None = Field(None, examples=["canary"])
    """Ring of the unit's stacks. Default: the last ring."""
    stack_rings: dict[str, FleetName] = Field({}, examples=[{"prod": "rest"}])
    """Ring of single stacks, by the name of the stack."""
    stacks: tuple[str, ...] = Field((), examples=[["dev", "prod"]])
    """Stacks that the unit has. A missing report of one of them is reported."""
    operator: UnitOperatorConfig | None = None
    """Its repository and state, for `amlz fleet render`."""


class BlockConfig(Config):
    """A range that is reserved for a unit."""

    range: Network = Field(examples=["10.20.0.0/16"])
    """The range."""
    space: FleetName = Field(examples=["emea"])
    """Its address space."""
    unit: FleetName = Field(examples=["retail"])
    """Unit that may build networks in it."""


class FleetConfig(Config):
    """The fleet file."""

    schema_version: Literal[1] = Field(examples=[1])
    """Version of the format of the fleet file."""
    spaces: Annotated[tuple[FleetName, ...], Field(min_length=1)] = Field(examples=[["emea"]])
    """Address spaces. Networks of one space are routed to each other."""
    pools: dict[FleetName, tuple[Network, ...]] = Field({}, examples=[{"emea": ["10.0.0.0/8"]}])
    """Ranges to reserve blocks from, by address space."""
    blocks: tuple[BlockConfig, ...] = Field(
        (), examples=[[{"range": "10.20.0.0/16", "space": "emea", "unit": "retail"}]]
    )
    """Ranges that are reserved for units. In a space with blocks, each unit builds networks in its own ones alone."""
    rings: tuple[RingConfig, ...] = Field((), examples=[[{"name": "canary"}, {"name": "rest"}]])
    """Rings, the first one first."""
    units: Annotated[dict[FleetName, UnitConfig], Field(min_length=1)] = Field(
        examples=[{"retail": {"reports": "reports/retail", "space": "emea"}}]
    )
    """Units by name."""
    wanted: VersionText | None = Field(None, examples=["0.2.0"])
    """Version of the program that every stack is to have."""
    versions: tuple[VersionText, ...] = Field((), examples=[["0.1.0", "0.2.0"]])
    """Released versions, the oldest one first."""
    old_after_days: Annotated[int, Field(ge=1, le=3650)] = Field(14, examples=[14])
    """Days after which a report is too old to rely on."""
    operator: OperatorConfig | None = None
    """The Pulumi Kubernetes Operator, for `amlz fleet render`."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """A fleet file, read. `path`: of the file; `display_path`: as people know it."""

    path: Path
    display_path: str
    config: FleetConfig

    def folder_of(self, unit: str) -> Path:
        """Returns the folder of a unit's reports."""
        return self.path.parent / self.config.units[unit].reports

    def ring_of(self, unit: str, stack: str) -> str | None:
        """Returns the ring of a stack, None where the fleet has no rings."""
        unit_config = self.config.units[unit]
        last = self.config.rings[-1].name if self.config.rings else None
        return unit_config.stack_rings.get(stack) or unit_config.ring or last


def load_fleet(path: Path) -> Fleet:
    """Returns the fleet. Raises StackFileError with everything that is wrong with its file."""
    display_path = str(path)
    try:
        document = read(path, display_path)
    except StackFileError as error:
        raise StackFileError(_own_remedy(p) for p in error.problems) from None
    problems = [*document.problems]
    if not isinstance(document.values, dict):
        text = "It is not a mapping: a fleet file begins with `schemaVersion: 1`."
        raise StackFileError([*problems, Problem((), text, _EXAMPLE, display_path, 1)])
    try:
        config = FleetConfig.model_validate(document.values)
    except ValidationError as error:
        values = [problem(item, FleetConfig) for item in error.errors(include_url=False)]
        raise StackFileError([*problems, *_at(document, display_path, values)]) from None
    problems += _at(document, display_path, _inconsistent(config))
    if problems:
        raise StackFileError(problems)
    return Fleet(path, display_path, config)


_EXAMPLE = "docs/reference/fleet.md shows a whole one."


def _own_remedy(value: Problem) -> Problem:
    """Returns a problem of reading the file, with a remedy for fleet files where the other one is for stack files."""
    remedy = value.remedy or ""
    of_stacks = "Pulumi." in remedy or "stack" in remedy.lower()
    return replace(value, remedy=_EXAMPLE) if of_stacks else value


def _at(document: Document, display_path: str, problems: list[Problem]) -> list[Problem]:
    located = [replace(p, file=display_path, line=document.line(p.path)) for p in problems]
    return sorted(located, key=lambda p: p.line)


def _inconsistent(config: FleetConfig) -> list[Problem]:
    """Names that refer to nothing, and names that appear twice."""
    rings = [ring.name for ring in config.rings]
    problems = [*_twice(("spaces",), config.spaces), *_twice(("versions",), config.versions)]
    problems += _twice(("rings",), rings)
    for name, unit in config.units.items():
        if unit.space not in config.spaces:
            problems.append(_unknown(("units", name, "space"), unit.space, "address space", config.spaces))
        named = [("ring", unit.ring)] if unit.ring else []
        places: list[tuple[tuple[str, ...], str]] = [(("units", name, key), ring) for key, ring in named]
        places += [(("units", name, "stackRings", stack), ring) for stack, ring in unit.stack_rings.items()]
        problems += [_unknown(path, ring, "ring", rings) for path, ring in places if ring not in rings]
    problems += _of_blocks(config)
    folders: dict[str, str] = {}
    for name, unit in config.units.items():
        folder = str(Path(unit.reports))
        if folder in folders:
            text = f"The reports of {folders[folder]} are in the same folder, so each stack would count twice."
            problems.append(Problem(("units", name, "reports"), text, "Give each unit its own folder."))
        folders.setdefault(folder, name)
    if config.wanted and config.versions and config.wanted not in config.versions:
        text = f"{config.wanted} is not in `versions`."
        problems.append(Problem(("wanted",), text, f"Add it there, or set one of {listed(config.versions, 'or')}."))
    return problems


def _of_blocks(config: FleetConfig) -> Iterator[Problem]:
    """Blocks outside of their pool, of a unit in another space, or that share addresses."""
    for space in config.pools:
        if space not in config.spaces:
            yield _unknown(("pools", space), space, "address space", config.spaces)
    for number, block in enumerate(config.blocks):
        path, cidr = ("blocks", number), IPv4Network(block.range)
        unit = config.units.get(block.unit)
        if unit is None:
            yield _unknown((*path, "unit"), block.unit, "unit", tuple(config.units))
        elif unit.space != block.space:
            text = f"The networks of {block.unit} are in the address space {unit.space!r}."
            yield Problem((*path, "space"), text, f"Set `space: {unit.space}`.")
        pools = config.pools.get(block.space, ())
        if not any(cidr.subnet_of(IPv4Network(pool)) for pool in pools):
            text = f"{cidr} is in no range of the pool of {block.space!r}."
            yield Problem((*path, "range"), text, "Add such a range below `pools`.")
        for other in config.blocks[:number]:
            if other.space == block.space and cidr.overlaps(IPv4Network(other.range)):
                text = f"{cidr} shares addresses with {other.range}, reserved for {other.unit}."
                yield Problem((*path, "range"), text, "Reserve another range: `amlz fleet reserve`.")


def _twice(path: tuple[str, ...], names: tuple[str, ...] | list[str]) -> Iterator[Problem]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield Problem((*path, number), f"{name} is listed twice.", "Remove one of them.")


def _unknown(path: tuple[str | int, ...], name: str, kind: str, known: tuple[str, ...] | list[str]) -> Problem:
    remedy = f"Set one of {listed(known, 'or')}." if known else f"List it below `{kind}s` first."
    return Problem(path, f"There is no {kind} {name!r}.", remedy)
