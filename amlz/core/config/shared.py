"""Common parts of the stack file's model: the base class and the scalar types."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError

from amlz.core.meanings import meanings

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue


class Config(BaseModel):
    """A part of the stack file: written in camelCase, frozen, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_default=False)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Adds the meaning of each key."""
        result = handler(core)
        keys = handler.resolve_ref_schema(result)["properties"]
        for name, meaning in meanings(cls).items():
            keys[camel(name)]["description"] = meaning
        return result


def _canonical_network(text: str) -> str:
    try:
        if "/" not in text:
            raise ValueError(text)
        return str(ipaddress.IPv4Network(text))
    except ValueError as error:
        loose = _loose(text)
        hint = f"; did you mean {loose}?" if loose else ", for example 10.20.0.0/16"
        raise PydanticCustomError(
            "network",
            "{value} is not an IPv4 range in CIDR form{hint}",
            {"value": repr(text), "hint": hint, "meant": loose},
        ) from error


def _loose(text: str) -> str:
    try:
        return str(ipaddress.IPv4Network(text, strict=False)) if "/" in text else ""
    except ValueError:
        return ""


def _differ(tags: object, validate: ValidatorFunctionWrapHandler) -> dict[str, Any]:
    """Validates tags. Reports names that differ in case alone together with everything else that is wrong."""
    twice = _twice(tags)
    try:
        valid: dict[str, Any] = validate(tags)
    except ValidationError as error:
        if twice is None:
            raise
        others = [InitErrorDetails(type=_type(item), loc=item["loc"], input=item["input"]) for item in error.errors()]
        both = [*others, InitErrorDetails(type=twice, loc=(), input=tags)]
        raise ValidationError.from_exception_data(error.title, both) from None
    if twice is not None:
        raise twice
    return valid


def _twice(tags: object) -> PydanticCustomError | None:
    seen: dict[str, str] = {}
    for name in (name for name in tags if isinstance(name, str)) if isinstance(tags, dict) else ():
        other = seen.setdefault(name.lower(), name)
        if other != name:
            words, names = "tag names {name} and {other} differ in case alone", {"name": name, "other": other}
            return PydanticCustomError("tag_twice", words, names)
    return None


def _type(error: ErrorDetails) -> PydanticCustomError:
    return PydanticCustomError(error["type"], error["msg"], error.get("ctx"))


def _tag_name(name: str) -> str:
    bad = sorted(set(name) & set("<>%&\\?/"))
    if bad:
        raise PydanticCustomError(
            "tag",
            "tag name {name} holds {bad}, which Azure refuses in tag names",
            {"name": repr(name), "bad": " ".join(bad)},
        )
    return name


GUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

#: A GUID as Azure prints it: lower case, with hyphens.
Guid = Annotated[str, StringConstraints(pattern=GUID), Field(examples=["11111111-1111-1111-1111-111111111111"])]
#: An IPv4 range whose host bits are zero.
Network = Annotated[str, AfterValidator(_canonical_network), Field(examples=["10.20.0.0/20"])]
#: The name of a region as Azure writes it in resources.
Location = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9]*)$"), Field(examples=["westeurope"])]
#: A word that becomes part of Azure names.
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", min_length=2, max_length=16)]
#: The name of a project's environment.
EnvironmentName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*$", min_length=2, max_length=10)]
#: The name of a compute target: the stricter of the published pattern and common practice.
ComputeName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$", min_length=3, max_length=16)
]
#: Names in Kubernetes, of namespaces, secrets and instance types:
#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
KubernetesName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=63)]
#: A virtual machine size.
VmSize = Annotated[str, StringConstraints(pattern=r"^Standard_[A-Za-z0-9_-]+$"), Field(examples=["Standard_D4s_v5"])]
#: Tags: names differ in more than case and have at most 128 characters on a storage account, values at most 256.
#: https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
Tags = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_tag_name)],
        Annotated[str, StringConstraints(max_length=256)],
    ],
    Field(max_length=40),
    WrapValidator(_differ),
]
#: Tags that resources must have, each with its allowed values; () for any.
RequiredTags = Annotated[
    dict[
        Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_tag_name)],
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=256)], ...],
    ],
    Field(max_length=40, examples=[{"owner": [], "stage": ["dev", "prod"]}]),
    WrapValidator(_differ),
]
#: A login of GitHub, or the name that a person signs in to Azure DevOps with. A team has a slash, a full name a space.
#: https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname (names for signing in)
APPROVER = r"^([A-Za-z0-9][A-Za-z0-9_-]{0,38}|[A-Za-z0-9'._!#^~+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)$"
Approver = Annotated[str, StringConstraints(pattern=APPROVER, max_length=254), Field(examples=["ada@contoso.com"])]
#: A name instead of a generated one. Each use of the type states what it allows.
OwnName = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^/]*$")]
#: How often a name that Azure still holds for a deleted resource was stepped over.
Generation = Annotated[int, Field(ge=1, le=99, strict=True)]
#: https://learn.microsoft.com/azure/container-registry/container-registry-retention-policy (2025-05)
RegistryRetention = Annotated[int, Field(ge=1, le=365, strict=True)]
#: Regions of copies of a container registry.
RegistryReplicas = tuple[Location, ...]


class AccessConfig(Config):
    """Roles of people and pipelines, by Entra object id. Groups, except `pipelines`. Rights of each role:
    docs/reference/roles.md.
    """

    platform_team: tuple[Guid, ...] = ()
    """Groups that run the landing zone: read everything, read the logs."""
    data_scientists: tuple[Guid, ...] = ()
    """Groups that experiment: work in non-production environments, read in production."""
    ml_engineers: tuple[Guid, ...] = ()
    """Groups that bring models into service: as data scientists, and they run compute clusters and instances."""
    compute_operators: tuple[Guid, ...] = ()
    """Groups that start, stop and delete compute clusters and instances, and have no role on data. With
    `peopleCreateComputes` they also create them, and work with the identity of compute targets, which reads data.
    In a managed network they create compute targets without that identity anyway.
    """
    readers: tuple[Guid, ...] = ()
    """Groups that only look."""
    pipelines: tuple[Guid, ...] = ()
    """Service principals (object ids) that train and deploy, in production too."""


def camel(name: str) -> str:
    """Returns the key of a field in the stack file."""
    return to_camel(name)


def model_fields(model: type[Config]) -> dict[str, Any]:
    """Returns the fields of a part by their keys in the stack file."""
    return {camel(name): field for name, field in model.model_fields.items()}
