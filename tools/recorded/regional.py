"""Values that depend on the region in which they were recorded: they hold there, and nowhere else."""

from __future__ import annotations

import json
import re
from typing import Any

from amlz.core.facts.regions import REGIONS

_NAMES = sorted({name for regions in REGIONS.values() for name in regions.names}, key=len, reverse=True)
_REGION = re.compile(rf"(?<![a-z0-9])({'|'.join(_NAMES)})(?![a-z0-9])")
#: Canary regions of Azure (`centraluseuap`), and the feature of a subscription that uses them (`EUAPParticipation`).
_CANARY = "euap"
#: Static websites are in a numbered DNS zone, which differs by region in the recordings: `z4.web` in westcentralus,
#: `z5.web` in westus2.
_WEB_ZONE = re.compile(r"\.z\d+\.web\.")


def is_regional(value: Any) -> bool:
    """Returns whether a value names a region, or a DNS zone of one. `{location}` is the region of the request."""
    text = json.dumps(value).lower()
    return _CANARY in text or bool(_REGION.search(text) or _WEB_ZONE.search(text))
