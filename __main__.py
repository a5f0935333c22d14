"""The Pulumi program: stack file to plan to landing zone."""

from pathlib import Path

import pulumi

from components.landing_zone import LandingZone
from landingzone.load import from_object
from landingzone.plan import make_plan

folder = Path(pulumi.get_root_directory() or ".")  # which older language hosts do not say
asked = from_object(pulumi.Config("amlz").require_object("landingZone"), folder)
landing_zone = LandingZone("landing-zone", make_plan(asked))

pulumi.export("workspaces", landing_zone.workspaces)
pulumi.export("pipelineClientIds", landing_zone.pipeline_clients)
if landing_zone.hub is not None:
    pulumi.export("hub", landing_zone.hub.outputs)
