"""Services unavailable or in preview per cloud, by a dated page. Matches are reported, not rejected."""

from __future__ import annotations

import re

from amlz.core.facts.clouds import PARITY_AS_OF, PARITY_PAGE, CloudName
from amlz.dataclass import dataclass

_ML = "Microsoft.MachineLearningServices/workspaces"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A request that a cloud may not take: where the text at `path` of such a body fits `pattern` in full.

    `preview`: it is there, as a preview. `says`: a sentence's part after the resource's name. `instead`: what to
    do where it is not there; {key} is the resource's key in the stack file.
    """

    clouds: tuple[CloudName, ...]
    arm_type: str
    path: str
    pattern: re.Pattern[str]
    says: str
    instead: str
    as_of: str = PARITY_AS_OF
    source: str = PARITY_PAGE
    preview: bool = False


DOUBTS: tuple[Doubt, ...] = (
    Doubt(
        ("china",), f"{_ML}/computes", "properties.properties.vmSize", re.compile(r"(?i)standard_n(?!c\d+r?s_v3$).*"),
        "has a size with GPUs, of which this cloud had the NCv3 family alone", "set `{key}.size` to a size without GPUs",
    ),
    # The same page lists compute instances in networks as available, and states below that with a private endpoint none
    # is.
    Doubt(
        ("china",), f"{_ML}/computes", "properties.computeType", re.compile("ComputeInstance"),
        "is a compute instance with a private endpoint, of which Microsoft's page states both yes and no", "remove `{key}`",
    ),
    Doubt(
        ("usGovernment", "china"), _ML, "properties.managedNetwork.isolationMode", re.compile("Allow.*"),
        "has a managed network, which this cloud had as a preview", "set `{key}.isolation` to `injected`", preview=True,
    ),
)  # fmt: skip
