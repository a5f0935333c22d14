"""The components of capabilities."""

from __future__ import annotations

import pulumi

from amlz.core.capability import PlannedPart
from amlz.core.discovery import blamed, component
from components.site import Site


def build(name: str, planned: PlannedPart, site: Site, opts: pulumi.ResourceOptions) -> None:
    """Imports the component of a capability and builds it."""
    with blamed(planned.capability):
        component(planned.component)(name, planned.part.spec, site, opts)
