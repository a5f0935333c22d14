"""How computes of an environment are kept apart: in a subnet of the spoke, or in a network that Azure ML manages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator

from amlz.core.config.egress import HostName
from amlz.core.config.shared import Config

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema


class IsolationConfig(Config):
    """Where computes are. `isolation: managed` alone is short for `isolation: {mode: managed}`."""

    mode: Literal["injected", "managed"] = "injected"
    """injected: in the environment's training subnet, behind the hub's firewall. managed: in a network that Azure ML
    makes and manages, without subnets for computes here. It cannot be turned back."""
    outbound: Literal["approvedOnly", "internet"] = "approvedOnly"
    """What a managed network lets out: what is approved, or everything. It cannot be loosened later."""
    firewall: Literal["Standard", "Basic"] = "Standard"
    """The tier of the firewall that Azure ML adds to a managed network once host names are allowed."""
    allow: Annotated[tuple[HostName, ...], Field(max_length=50)] = ()
    """Hosts that computes of a managed network may reach besides those of `egress`, on ports 80 and 443; `*.` stands
    for all below one."""

    @property
    def managed(self) -> bool:
        """Whether Azure ML manages the network of its computes."""
        return self.mode == "managed"

    @property
    def approved_only(self) -> bool:
        """Whether a managed network lets out only what is approved."""
        return self.managed and self.outbound == "approvedOnly"

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The short form beside the whole one."""
        whole = handler.resolve_ref_schema(super().__get_pydantic_json_schema__(core, handler))
        short = {"enum": ["injected", "managed"], "type": "string"}
        return {"anyOf": [short, whole], "description": whole.pop("description", "")}
