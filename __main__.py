"""The Pulumi program: stack file to plan to landing zone."""

from pathlib import Path

import pulumi

from amlz.core.plan import make_plan
from amlz.core.problems import LandingZoneError
from amlz.stackfile.load import from_object
from components.landing_zone import LandingZone

folder = Path(pulumi.get_root_directory() or ".")  # which older language hosts leave out
try:
    plan = make_plan(from_object(pulumi.Config("amlz").require_object("landingZone"), folder))
except LandingZoneError as error:
    raise pulumi.RunError(str(error)) from None  # which Pulumi shows as it is, without a traceback
landing_zone = LandingZone("landing-zone", plan)

pulumi.export("workspaces", landing_zone.workspaces)
pulumi.export("workloads", landing_zone.workloads)
for name, values in landing_zone.outputs.items():
    pulumi.export(name, values)
if landing_zone.hub is not None and landing_zone.hub.outputs is not None:
    pulumi.export("hub", landing_zone.hub.outputs)
