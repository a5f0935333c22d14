"""Network isolation of an environment's compute targets: in a subnet of the spoke, or in a network that Azure ML
manages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler, model_validator

from amlz.core.config.egress import HostName
from amlz.core.config.shared import Config

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema


class IsolationConfig(Config):
    """Network of the compute targets. `isolation: managed` alone is short for `isolation: {mode: managed}`."""

    mode: Literal["injected", "managed"] = "injected"
    """injected: in the environment's training subnet, behind the hub's firewall. managed: in a network that Azure ML
    creates and manages, without subnets for compute targets here. It cannot be turned back.
    """
    outbound: Literal["approvedOnly", "internet"] = "approvedOnly"
    """Egress of a managed network: only what is approved, or everything. It cannot be loosened later."""
    firewall: Literal["Standard", "Basic"] = "Standard"
    """The tier of the firewall that Azure ML adds to a managed network once host names are allowed."""
    allow: Annotated[tuple[HostName, ...], Field(max_length=50)] = ()
    """Hosts that compute targets of a managed network may reach in addition to those of `egress`, on ports 80 and 443;
    `*.` matches all hosts below one.
    """

    @property
    def managed(self) -> bool:
        """Returns whether Azure ML manages the network of its compute targets."""
        return self.mode == "managed"

    @property
    def approved_only(self) -> bool:
        """Returns whether a managed network allows only approved egress."""
        return self.managed and self.outbound == "approvedOnly"

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Returns the schema of the short form and of the full one."""
        whole = handler.resolve_ref_schema(super().__get_pydantic_json_schema__(core, handler))
        short = {"enum": ["injected", "managed"], "type": "string"}
        return {"anyOf": [short, whole], "description": whole.pop("description", "")}
