"""The resource group of the archive."""

from typing import Any

import pulumi

from amlz.core.specs import ResourceGroupSpec
from components.resource_group import resource_group


class Archive(pulumi.ComponentResource):
    """A resource group."""

    def __init__(self, name: str, args: ResourceGroupSpec, site: Any, opts: pulumi.ResourceOptions) -> None:
        super().__init__("custom:archive:Archive", name, None, opts)
        resource_group(self, name, args, site)
        self.register_outputs({"resource_id": args.id, "name": args.place.resource_group})
