"""The hub of another stack: whether it still gives what everything here was decided with."""

from __future__ import annotations

from typing import Any

import pulumi

from amlz.core.hub_outputs import OUTPUT, differences
from amlz.core.specs import HubStackSpec


def agrees(args: HubStackSpec, parent: pulumi.Resource) -> pulumi.Output[bool]:
    """True, once the other stack's outputs of now are found to be those of the plan; fails where they are not."""
    stack = pulumi.StackReference("hub-stack", stack_name=args.name, opts=pulumi.ResourceOptions(parent=parent))

    def checked(live: Any) -> bool:
        wrong = "; ".join(differences(args.outputs, live))
        if wrong:
            raise pulumi.RunError(
                f"The hub of stack {args.name} is not the one that this landing zone was planned with: {wrong}. "
                f"Nothing was changed. Write its outputs again (`pulumi stack output --stack {args.name} "
                "--json`), look at the preview, and run this again."
            )
        return True

    return stack.get_output(OUTPUT).apply(checked)
