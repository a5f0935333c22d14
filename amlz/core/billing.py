"""Meters of Azure and the quantities that a resource consumes of them in a month."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from amlz.dataclass import dataclass

#: Hours and days of a month, as Azure's price calculator counts them: 365 days, 8,760 hours, 12 months.
HOURS, DAYS = 730.0, 365 / 12

#: Names of meters in the Azure Retail Prices API.
_INFRACOST = "https://github.com/infracost/infracost/tree/master/internal"


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter. `key`: its name in price files of users. `unit`: of quantities here, in the plural.

    `service`, `name`, `product`, `sku`, `size`: `serviceName`, `meterName`, `productName`, `skuName` and `armSkuName`
    in the Azure Retail Prices API; None for any. `units`: the values of `unitOfMeasure` for which its price is that of
    one unit here. `everywhere`: one price for all regions. `source`: of these names.
    """

    key: str
    title: str
    unit: str
    service: str
    name: str | None
    units: tuple[str, ...]
    product: str | None = None
    sku: str | None = None
    size: str | None = None
    priority: str | None = None
    everywhere: bool = False
    source: str = _INFRACOST


@dataclass(frozen=True, slots=True)
class Quantity:
    """Consumption of a meter by one resource in a month. `high`: None where only use decides. `basis`: why so much."""

    meter: Meter
    low: float
    high: float | None
    basis: str


@dataclass(frozen=True, slots=True)
class Omitted:
    """Something that is billed, or may be, and has no meter here."""

    text: str


Body = Mapping[str, Any]
#: Returns the consumption of a resource of one type, by its body. Nothing for a type that is not billed.
Bill = Callable[[Body], Iterator[Quantity | Omitted]]


def free(_: Body) -> Iterator[Quantity | Omitted]:
    """Returns nothing: the type itself is not billed."""
    return iter(())


def all_month(meter: Meter, count: int = 1, basis: str = "") -> Quantity:
    """Returns the hours of a month, for a resource that is billed as long as it exists."""
    hours = HOURS * count
    return Quantity(meter, hours, hours, basis or "each hour that it exists")


def container_registry(sku: str) -> Meter:
    """Returns the meter of the days of a container registry."""
    return Meter(
        f"registry-{sku.lower()}",
        f"container registry {sku}",
        "days",
        "Container Registry",
        f"{sku} Registry Unit",
        ("1/Day",),
        "Container Registry",
        sku,
    )


def by_use(meter: Meter, basis: str, low: float = 0.0, high: float | None = None) -> Quantity:
    """Returns a quantity that use decides."""
    return Quantity(meter, low, high, basis)


def at(body: Body, *keys: str) -> Any:
    """Returns a value of a body; None where it is absent, or known only at deployment."""
    value: Any = body
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return None if isinstance(value, Mapping) and "$unknown" in value else value


def text_at(body: Body, *keys: str) -> str:
    """Returns a text of a body, "" where there is none."""
    value = at(body, *keys)
    return value if isinstance(value, str) else ""


def count_at(body: Body, *keys: str, absent: int) -> int:
    """Returns a whole number of a body, `absent` where there is none."""
    value = at(body, *keys)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else absent
