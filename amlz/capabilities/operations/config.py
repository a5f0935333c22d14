"""Operation in the stack file."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from amlz.capabilities.operations.catalogue import AlertName
from amlz.capabilities.operations.log_catalogue import LogAlertName
from amlz.capabilities.operations.mesh_catalogue import MeshAlertName
from amlz.capabilities.operations.prometheus_catalogue import PrometheusAlertName
from amlz.capabilities.operations.slo_config import Slos
from amlz.core.capability import Key, Scope, setting
from amlz.core.config.existing import ActionGroupId
from amlz.core.config.shared import Config, Guid

if TYPE_CHECKING:
    from amlz.core.config import EnvironmentConfig

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
#: No query and no user: those hold secrets.
Url = Annotated[str, StringConstraints(pattern=r"^https://[^/?#\s@]+(/[^?#\s]*)?$", max_length=500)]
Key_ = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=24)]
Percent = Annotated[int, Field(ge=1, le=1000, strict=True)]
Moment = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^\d{2}:\d{2}:\d{2}$")]
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Target = Literal["page", "ticket", "off"]
Severity = Annotated[int, Field(ge=0, le=4, strict=True)]

#: Azure takes no earlier start: the published type of budgets.
EARLIEST = date(2017, 6, 1)


def _first_of_a_month(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _wrong_start("is not the first day of a month, as YYYY-MM-DD") from None
    if str(day) != text:  # another form of ISO 8601
        raise _wrong_start("is not written as YYYY-MM-DD", day.replace(day=1))
    if day < EARLIEST:
        raise _wrong_start(f"is before {EARLIEST}, the earliest start that Azure takes")
    if day.day != 1:
        raise _wrong_start("is not the first day of a month", day.replace(day=1))
    return text


def _wrong_start(why: str, meant: date | None = None) -> PydanticCustomError:
    """Why a date is no start of a budget, and the date that is meant."""
    return PydanticCustomError("budget_start", "it is no start", {"why": why, "meant": str(meant or "")})


class EventHubConfig(Config):
    """An event hub that receives alerts."""

    subscription: Guid
    """Its subscription."""
    namespace: Annotated[str, StringConstraints(min_length=6, max_length=50)]
    """The name of its namespace."""
    hub: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    """Its name."""


class WebhookConfig(Config):
    """A webhook that accepts tokens of Entra ID. Its address holds no secret."""

    url: Url
    """Its address, without a query."""
    application: Guid
    """The object id of its application in Entra ID."""
    identifier_uri: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    """The identifier URI of the application."""


class ReceiversConfig(Config):
    """Receivers of alerts. None takes a secret: functions and logic apps need an existing action group."""

    existing: ActionGroupId | None = None
    """The id of an action group that exists. It excludes the other keys."""
    emails: Annotated[tuple[Email, ...], Field(max_length=1000)] = ()
    """Mail addresses of teams."""
    roles: Annotated[
        tuple[Literal["Owner", "Contributor", "Monitoring Contributor", "Monitoring Reader"], ...], Field(max_length=10)
    ] = ()
    """Roles of the subscription whose holders receive mail."""
    event_hubs: Annotated[dict[Key_, EventHubConfig], Field(max_length=10)] = Field(default_factory=dict)
    """Event hubs, by a name."""
    webhooks: Annotated[dict[Key_, WebhookConfig], Field(max_length=10)] = Field(default_factory=dict)
    """Webhooks, by a name."""


class ActivityConfig(Config):
    """Receivers of alerts on the activity log."""

    workspace_deleted: Target = "page"
    """A workspace of Azure Machine Learning was deleted."""
    role_assigned: Target = "ticket"
    """A role was assigned within the subscription, by `pulumi up` too."""
    exemption_written: Target = "ticket"
    """A policy exemption was created or changed."""
    service_health: Target = "page"
    """Service Health reports an incident, a security advisory or a required action."""


class WindowConfig(Config):
    """A time in which alerts notify nobody. They are listed all the same."""

    starts: Moment
    """First moment."""
    ends: Moment
    """Last moment."""
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 .()+-]+$", max_length=60)] = "UTC"
    """The Windows name of the time zone."""
    start_time: TimeOfDay | None = None
    """Within the dates: from this time of the day."""
    end_time: TimeOfDay | None = None
    """Within the dates: until this time of the day."""
    days: tuple[Day, ...] = ()
    """Within the dates: on these days of the week."""
    environments: tuple[str, ...] = ()
    """Environments, as `churn/prod`. Default: everything in the subscription of the landing zone."""


class RouteConfig(Config):
    """Alerts that also go to an action group, such as those of rules that projects create."""

    severities: Annotated[tuple[Severity, ...], Field(min_length=1, max_length=5)]
    """Severities of the alerts, 0 for the worst."""
    to: Literal["page", "ticket"]
    """The receivers."""
    environments: tuple[str, ...] = ()
    """Environments, as `churn/prod`. Default: everything in the subscription of the landing zone."""


class TagConfig(Config):
    """A tag whose cost a budget is for."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    """Its name."""
    values: Annotated[tuple[str, ...], Field(min_length=1)]
    """Its values."""


class BudgetConfig(Config):
    """A budget: it notifies, and stops nothing."""

    amount: Annotated[int, Field(gt=0, strict=True)]
    """The amount, in the currency of the billing account."""
    start: Annotated[str, AfterValidator(_first_of_a_month), Field(examples=["2027-01-01"])]
    """The first day of the month in which it is created. Never change it: Azure refuses that."""
    grain: Literal["Monthly", "Quarterly", "Annually"] = "Monthly"
    """The period after which the amount counts from zero."""
    actual: tuple[Percent, ...] = (50, 80, 100)
    """Percents of the amount at which actual cost notifies."""
    forecast: tuple[Percent, ...] = (100, 120)
    """Percents of the amount at which forecast cost notifies."""


class TaggedBudgetConfig(BudgetConfig):
    """A budget of the subscription of the landing zone."""

    tag: TagConfig | None = None
    """Only cost with this tag. Default: all cost of the subscription."""


class AlertConfig(Config):
    """Settings of an alert of the catalogue. docs/reference/alerts.md."""

    enabled: Annotated[bool, Field(strict=True)] | None = None
    """Builds it or not. Default: in production; `failed-runs` everywhere."""
    severity: Severity | None = None
    """Its severity, 0 for the worst. 0 and 1 notify `page`, others `ticket`. Default: that of the catalogue; 3 or more
    outside of production.
    """
    threshold: Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)] | None = None
    """Its threshold. Default: that of the catalogue."""


AnyAlertName = Literal[AlertName, LogAlertName, PrometheusAlertName, MeshAlertName]
Alerts = dict[AnyAlertName, AlertConfig]


def alerts_of(environment: EnvironmentConfig) -> Alerts:
    """Returns the settings of alerts of an environment."""
    return setting(environment, "alerts", dict) or {}


class OperationsConfig(Config):
    """Operation of the landing zone. docs/how-to/operate.md."""

    page: ReceiversConfig
    """Receivers of alerts that cannot wait."""
    ticket: ReceiversConfig
    """Receivers of alerts that can wait for the next working day."""
    activity: ActivityConfig = ActivityConfig()
    """Alerts on the activity log."""
    alerts: Alerts = Field(default_factory=dict)
    """Settings of alerts of the catalogue, by their name."""
    windows: dict[Key_, WindowConfig] = Field(default_factory=dict)
    """Suppression windows, by a name."""
    routes: dict[Key_, RouteConfig] = Field(default_factory=dict)
    """Routes of alerts by severity, by a name."""
    workbooks: tuple[Literal["central", "executive", "on-call", "debug"], ...] = ()
    """Workbooks of Azure Monitor, by their audience."""
    budgets: dict[Key_, TaggedBudgetConfig] = Field(default_factory=dict)
    """Budgets of the subscription, by a name."""


KEYS = (
    Key(
        Scope.LANDING_ZONE,
        "operations",
        OperationsConfig | None,
        "Receivers of alerts, alerts and budgets of the landing zone. docs/how-to/operate.md.",
    ),
    Key(
        Scope.ENVIRONMENT,
        "budget",
        BudgetConfig | None,
        "A budget of the environment's resource group. It needs `operations`.",
    ),
    Key(
        Scope.ENVIRONMENT,
        "alerts",
        Alerts,
        "Settings of alerts of the catalogue, over those of `operations`. docs/reference/alerts.md.",
        default={},
    ),
    Key(
        Scope.ENVIRONMENT,
        "slos",
        Slos | None,
        "Service level objectives, by a name. They need `operations`. Default: availability in production; `{}` for "
        "none. docs/how-to/slos.md.",
    ),
)
