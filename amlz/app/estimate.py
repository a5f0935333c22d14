"""The monthly estimate of resources, at the prices of files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from amlz.azure.graph import Resource
from amlz.azure.regular_files import read_regular
from amlz.core.config import LandingZoneConfig
from amlz.core.cost import Costs, Estimate, Record, estimate, meters, priced
from amlz.core.prices import PriceList, price_list
from amlz.core.problems import LandingZoneError
from amlz.stackfile.load import StackFile, shown_path

#: Most bytes of one price file.
_LARGEST = 64 * 2**20


def costs(records: Sequence[Record], file: StackFile, prices: Path | None = None) -> Costs:
    """Returns the estimate of resources at the prices of a path, else of the stack file. Raises LandingZoneError."""
    quantities = estimated(records, file.config)
    return priced(quantities, prices_of(file, prices, quantities))


def records_of(resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """Returns resources as the JSON of a preview has them, as far as an estimate needs it."""
    return [
        {"id": r.id, "armType": r.arm_type, "project": r.project, "environment": r.environment, "body": r.body}
        for r in resources
    ]


def estimated(records: Sequence[Record], config: LandingZoneConfig, partial: bool = False) -> Estimate:
    """Returns the quantities. Raises LandingZoneError where an assumption is for no meter of them. `partial`:
    assumptions may be for meters that these resources do not consume.
    """
    quantities = estimate(records, config.location, config.cost.assumed)
    known = {meter.key for meter, _ in meters(quantities)}
    wrong = sorted(set(config.cost.assumed) - known)
    if wrong and not partial:
        by_use = sorted({line.meter.key for line in quantities.lines if line.low != line.high or line.assumed})
        raise LandingZoneError(
            f"cost.assumed.{wrong[0]}\n  The landing zone consumes no meter of this name.\n"
            f"  Name one of: {', '.join(by_use)}."
        )
    return quantities


def prices_of(file: StackFile, prices: Path | None, quantities: Estimate) -> PriceList | None:
    """Returns the prices of a path, else of the stack file; None where neither names one. `quantities`: of the meters
    that own prices may name. Raises LandingZoneError.
    """
    if prices is None:
        if file.config.cost.prices is None:
            return None
        prices = file.path.parent / file.config.cost.prices
    shown = shown_path(prices)
    files = sorted(prices.glob("*.json")) if prices.is_dir() else [prices]
    if not files:
        raise LandingZoneError(f"{shown}\n  The folder has no price file (*.json).\n  {_FETCH}")
    keys = frozenset(meter.key for meter, _ in meters(quantities))
    return price_list([(shown_path(one), _text(one)) for one in files], keys, shown)


_FETCH = "Fetch prices: amlz cost STACK --commands shows how."


def _text(path: Path) -> str:
    shown = shown_path(path)
    try:
        return read_regular(path, _LARGEST).decode("utf-8-sig")
    except FileNotFoundError:
        raise LandingZoneError(f"{shown}\n  There is no such price file.\n  {_FETCH}") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        raise LandingZoneError(f"{shown}\n  It cannot be read: {why}.\n  Name a price file. {_FETCH}") from None
