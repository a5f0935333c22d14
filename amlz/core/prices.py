"""Prices of meters from files of the user: answers of the Azure Retail Prices API, or an own list."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from amlz.core.billing import Meter
from amlz.core.problems import LandingZoneError
from amlz.dataclass import dataclass

#: https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices
API = "https://prices.azure.com/api/retail/prices"
#: Values of `armRegionName` for a price of all regions.
_EVERYWHERE = frozenset(("", "global", "zone 1"))
_TEXTS = ("serviceName", "meterName", "productName", "skuName", "armSkuName", "armRegionName", "unitOfMeasure", "type")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Tier:
    """A price that applies from a number of units on."""

    above: float
    price: float


@dataclass(frozen=True, slots=True)
class NoPrice:
    """The reason why a meter has no price."""

    why: str


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices in one currency. `items`: records of the API. `own`: by key of a meter, from a list of the user, for
    `region`. `date`: ISO 8601, None where no file has one.
    """

    source: str
    currency: str
    date: str | None
    items: tuple[Mapping[str, Any], ...]
    own: Mapping[str, float]
    region: str | None

    def of(self, meter: Meter, region: str) -> tuple[Tier, ...] | NoPrice:
        """Returns the tiers of a meter's price in a region. An own price wins."""
        if meter.key in self.own and self.region in (None, region):
            return (Tier(0, self.own[meter.key]),)
        fitting = [item for item in self.items if _fits(item, meter, region)]
        if not fitting:
            return NoPrice("no price in the files")
        sized = [item for item in fitting if item["unitOfMeasure"] in meter.units]
        if not sized:
            units = ", ".join(sorted({item["unitOfMeasure"] for item in fitting}))
            return NoPrice(f"its price is for {units}, not for {' or '.join(meter.units)}")
        primary = [item for item in sized if item.get("isPrimaryMeterRegion") is True] or sized
        tiers: dict[float, set[float]] = {}
        for item in primary:
            tiers.setdefault(item["tierMinimumUnits"], set()).add(item["retailPrice"])
        if any(len(prices) > 1 for prices in tiers.values()):
            return NoPrice("several prices fit")
        own_tiers = tuple(Tier(above, *prices) for above, prices in sorted(tiers.items()))
        return own_tiers if own_tiers[0].above == 0 else (Tier(0, 0.0), *own_tiers)


def cost(tiers: tuple[Tier, ...], quantity: float) -> float:
    """Returns the price of a quantity, each part of it by the tier that it is in."""
    ends = (*(tier.above for tier in tiers[1:]), math.inf)
    parts = (tier.price * max(0.0, min(quantity, end) - tier.above) for tier, end in zip(tiers, ends, strict=True))
    return sum(parts)


def price_list(files: Iterable[tuple[str, str]], known: frozenset[str] | None, source: str) -> PriceList:
    """Returns the prices of files (name and text). `known`: keys of the meters that an own list may name, None for any.

    Raises LandingZoneError for what is neither an answer of the API nor an own list.
    """
    items: list[Mapping[str, Any]] = []
    own: dict[str, float] = {}
    currencies: dict[str, str] = {}
    dates: list[str] = []
    region = None
    for name, text in files:
        document = _read(name, text)
        if "Items" in document:
            answer = tuple(_items(name, document))
            items += answer
            currencies.update((item["currencyCode"], name) for item in answer)
            dates += _DATED.findall(name)[-1:]
        else:
            own |= _own(name, document, known)
            currencies[document["currency"]] = name
            dates.append(document["date"])
            region = document.get("region")
    if len(currencies) > 1:
        raise LandingZoneError(f"{source}\n  Its prices have several currencies: {', '.join(sorted(currencies))}.\n"
                               "  Keep the files of one currency.")  # fmt: skip
    if not currencies:
        raise LandingZoneError(f"{source}\n  It holds no price.\n  Fetch prices: amlz cost STACK --commands shows how.")
    return PriceList(source, next(iter(currencies)), min(dates) if dates else None, tuple(items), own, region)


def _fits(item: Mapping[str, Any], meter: Meter, region: str) -> bool:
    there = item["armRegionName"].lower()
    if there != region.lower() and not (meter.everywhere and there in _EVERYWHERE):
        return False
    wanted = (("serviceName", meter.service), ("meterName", meter.name), ("productName", meter.product),
              ("skuName", meter.sku), ("armSkuName", meter.size))  # fmt: skip
    if any(value is not None and item[key] != value for key, value in wanted):
        return False
    return item["type"] == "Consumption" and (meter.priority is None or _has_priority(item, meter.priority))


def _has_priority(item: Mapping[str, Any], priority: str) -> bool:
    """Returns whether the price of a machine is for Linux and for this priority ("" for dedicated machines)."""
    words = f"{item['skuName']} {item['meterName']}"
    others = {"Low Priority", "Spot"} - {priority}
    return "Windows" not in item["productName"] and priority in words and not any(word in words for word in others)


def _read(name: str, text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise _wrong(name, f"It is not JSON: {why}.", "Fetch it again, or write it as JSON.") from None
    if isinstance(document, dict) and (
        isinstance(document.get("Items"), list) or isinstance(document.get("prices"), dict)
    ):
        return document
    remedy = "Fetch it by the commands of amlz cost STACK --commands, or write `date`, `currency` and `prices`."
    raise _wrong(name, "It is neither an answer of the Azure Retail Prices API nor a list of own prices.", remedy)


def _items(name: str, document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if document.get("NextPageLink"):
        raise _wrong(
            name, "It is one page of several: `NextPageLink` names the next one.",
            "Fetch every page, or a narrower answer by the commands of amlz cost STACK --commands.",
        )  # fmt: skip
    for number, item in enumerate(document["Items"]):
        whole = isinstance(item, dict) and all(isinstance(item.get(key), str) for key in (*_TEXTS, "currencyCode"))
        if not whole or not all(_is_amount(item.get(key)) for key in ("retailPrice", "tierMinimumUnits")):
            raise _wrong(
                name, f"Entry {number} of `Items` is no price of the Azure Retail Prices API.", "Fetch it again."
            )
        yield item


def _own(name: str, document: Mapping[str, Any], known: frozenset[str] | None) -> dict[str, float]:
    day = document.get("date")
    try:
        date.fromisoformat(day if isinstance(day, str) else "")
    except ValueError:
        raise _wrong(name, "It has no `date`.", "Write the day of its prices, as 2027-01-31.") from None
    if not isinstance(document.get("currency"), str) or not re.fullmatch("[A-Z]{3}", document["currency"]):
        raise _wrong(name, "It has no `currency`.", "Write the code of a currency, such as EUR.")
    if not isinstance(document.get("region"), str | None):
        raise _wrong(name, "`region` is no text.", "Write the name of a region, such as westeurope, or remove it.")
    for key, value in document["prices"].items():
        if not _is_amount(value):
            raise _wrong(name, f"The price of {key!r} is no amount.", "Write a number of at least 0.")
        if known is not None and key not in known:
            raise _wrong(
                name, f"{key!r} is no meter of this landing zone.", "amlz cost STACK --format json names them: `meter`."
            )  # fmt: skip
    return dict(document["prices"])


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def _wrong(name: str, why: str, remedy: str) -> LandingZoneError:
    return LandingZoneError(f"{name}\n  {why}\n  {remedy}")
