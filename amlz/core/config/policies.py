"""Azure policies: which guardrails, what else is assigned, and who is exempt."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from amlz.core.config.shared import Config, EnvironmentName, Word

Guardrail = Literal["workspace", "compute", "network", "data-and-identity", "monitoring"]
Effect = Literal["Audit", "Deny", "Disabled", "AuditIfNotExists", "DeployIfNotExists", "Modify", "Append"]
ManagementGroup = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_().-]{1,90}$")]
#: A definition's or initiative's name: the last part of its id.
PolicyName = Annotated[str, StringConstraints(pattern=r"^[^<>*%&:?+/\\]{1,128}$")]
#: A day as ISO 8601 writes it.
Day = Annotated[
    str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"), Field(examples=["2027-03-31"])
]


class SelectorConfig(Config):
    """Which resources an assignment looks at: by region or type."""

    kind: Literal["resourceLocation", "resourceType"]
    """Property that is compared."""
    values: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
    """Regions or resource types."""
    exclude: bool = False
    """All but these."""


class OverrideConfig(Config):
    """Another effect for some policies of an initiative."""

    effect: Effect
    """The effect that they get."""
    policies: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)]
    """Their reference ids in the initiative: `amlz policy show NAME` lists them."""


class AssignmentConfig(Config):
    """A policy or initiative, assigned."""

    policy: PolicyName
    """The name of a definition or initiative: of this repository, of `custom/policies/`, or a built-in's GUID."""
    scope: Literal["environments", "landingZone", "managementGroup"] = "environments"
    """Each project environment's resource group, the landing zone's subscription, or the management group."""
    effect: Effect | None = None
    """Its effect. Default: the definition's."""
    effects: dict[EnvironmentName, Effect] = Field(default_factory=dict)
    """Its effect by name of environment, before `effect`."""
    parameters: dict[str, Any] = Field(default_factory=dict)
    """Values of its other parameters."""
    message: str = ""
    """Text for users whose requests it refuses."""
    enforce: bool = True
    """Enforces it; false only reports."""
    not_scopes: tuple[str, ...] = ()
    """Ids of resource groups or resources that it leaves out."""
    selectors: Annotated[tuple[SelectorConfig, ...], Field(max_length=10)] = ()
    """Only these resources: each selector must hold."""
    overrides: Annotated[tuple[OverrideConfig, ...], Field(max_length=10)] = ()
    """Other effects for some policies of an initiative."""


class ExemptionConfig(Config):
    """Frees one project environment from an assignment, for a time."""

    assignment: str
    """A guardrail, or a name under `assignments`."""
    project: Word
    """The project."""
    environment: EnvironmentName
    """Its environment."""
    policies: tuple[str, ...] = ()
    """Reference ids of policies of the initiative. Default: all."""
    category: Literal["Waiver", "Mitigated"]
    """Waiver: the risk is accepted. Mitigated: it is met in another way."""
    reason: Annotated[str, StringConstraints(min_length=10, max_length=512)]
    """Why."""
    ticket: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """Reference of the decision."""
    expires_on: Day
    """The first day on which it no longer holds, in quotes."""


class PoliciesConfig(Config):
    """Azure policies. Without a word, all guardrails hold: they deny in production and audit elsewhere."""

    guardrails: tuple[Guardrail, ...] = ("workspace", "compute", "network", "data-and-identity", "monitoring")
    """The initiatives of this repository that are assigned to every project environment."""
    production_effect: Literal["Audit", "Deny"] = "Deny"
    """Effect of guardrails in environments that hold production data."""
    other_effect: Literal["Audit", "Deny"] = "Audit"
    """Effect of guardrails in other environments."""
    effects: dict[EnvironmentName, Literal["Audit", "Deny"]] = Field(default_factory=dict)
    """Effect of guardrails by name of environment, before these two: `{staging: Deny}` rehearses production."""
    subscription: Literal["Audit", "Deny", "off"] | None = None
    """Effect of guardrails on everything else in the landing zone's subscription, or `"off"`. Left out: `Audit`, and
    `"off"` where `createDefinitions` is false, since another stack then has these assignments. docs/how-to/policies.md.
    """
    allowed_sizes: tuple[str, ...] = ()
    """VM sizes that the compute guardrail allows beyond those in this file; one `*` matches any text."""
    built_ins: Literal["all", "listed"] | None = None
    """Outside of the public cloud: all built-ins of guardrails, or those alone that a list of Microsoft's has for the
    cloud. Default: those listed. docs/reference/clouds.md.
    """
    management_group: ManagementGroup | None = None
    """Scope of the created definitions. Default: the landing zone's subscription."""
    above: tuple[ManagementGroup, ...] = ()
    """Management groups over the subscriptions: imported assignments at one of these are evaluated too."""
    create_definitions: bool = True
    """Create the definitions. False where another stack creates them at the same scope."""
    assignments: dict[Word, AssignmentConfig] = Field(default_factory=dict)
    """Further assignments, by name."""
    exemptions: dict[Word, ExemptionConfig] = Field(default_factory=dict)
    """Exemptions, by name."""

    @property
    def on_subscription(self) -> Literal["Audit", "Deny", "off"]:
        """Returns the effect of guardrails on the rest of the subscription."""
        return self.subscription or ("Audit" if self.create_definitions else "off")

    def guardrail_effect(self, environment: str | None, *, production: bool) -> Literal["Audit", "Deny"]:
        """Returns the effect of guardrails in an environment; None for what environments share."""
        return self.effects.get(environment or "") or (self.production_effect if production else self.other_effect)

    @property
    def groups(self) -> tuple[str, ...]:
        """Every management group over the subscriptions that is known."""
        own = (self.management_group,) if self.management_group else ()
        return tuple(dict.fromkeys((*self.above, *own)))
