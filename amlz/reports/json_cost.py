"""The records of the monthly estimate in JSON, as types."""

from __future__ import annotations

from amlz.reports.json_record import Record
from amlz.reports.json_records import Count


class Amount(Record):
    """A range: `high` is null where only use decides, or where there is no price."""

    low: float
    high: float | None


class PriceTier(Record):
    """A price that applies from a number of units on."""

    above: float
    price: float


class MeterRecord(Record):
    """The consumption of a meter by an environment. `why`: the reason for no price."""

    meter: str
    title: str
    unit: str
    region: str
    resources: Count
    quantity: Amount
    basis: str
    assumed: bool
    price: list[PriceTier]
    cost: Amount | None
    why: str | None


class EnvironmentCost(Record):
    """The consumption of an environment, or of what environments share."""

    environment: str
    cost: Amount | None
    meters: list[MeterRecord]


class PricesRecord(Record):
    """The prices of an estimate. `date`: null where no file has one."""

    source: str
    currency: str
    date: str | None


class OmittedCharge(Record):
    """Something that is billed and has no meter here."""

    what: str
    resources: Count


class CostRecord(Record):
    """The estimate of a month."""

    hours_of_month: float
    prices: PricesRecord | None
    environments: list[EnvironmentCost]
    total: Amount | None
    not_in_estimate: list[OmittedCharge]


class MeterChange(Record):
    """A quantity that differs, in words."""

    meter: str
    before: str
    after: str


class CostChange(Record):
    """The change of a month for an environment."""

    environment: str
    cost: Amount | None
    meters: list[MeterChange]
