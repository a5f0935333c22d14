"""The monthly estimate of a stack file, and the same at another revision."""

from __future__ import annotations

from pathlib import Path

from amlz.app.compare import preview_of
from amlz.app.estimate import costs, estimated, records_of
from amlz.app.git_revision import unpacked
from amlz.app.preview import graph_of
from amlz.core.cost import Costs, priced
from amlz.core.plan import LandingZonePlan
from amlz.core.prices import PriceList
from amlz.stackfile.load import StackFile


def costs_of(file: StackFile, plan: LandingZonePlan, prices: Path | None = None) -> Costs:
    """Returns the estimate of a stack file. `prices`: a file or a folder instead of that of the stack file."""
    return costs(records_of(graph_of(file, plan)), file, prices)


def costs_at(revision_name: str, file: StackFile, prices: PriceList | None) -> Costs | None:
    """Returns the estimate at a git revision: its resources, with the assumptions and prices of today, so that only
    quantities differ. None where the stack is not in that revision. Raises LandingZoneError.
    """
    with unpacked(revision_name) as revision, preview_of(revision, file.path, "") as previewed:
        data = previewed()
    return None if data is None else priced(estimated(data["resources"], file.config, partial=True), prices)
