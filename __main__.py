"""The Pulumi program: stack file to plan to landing zone."""

import pulumi

from components.landing_zone import LandingZone
from landingzone.load import from_object
from landingzone.plan import make_plan

landing_zone = LandingZone("landing-zone", make_plan(from_object(pulumi.Config("amlz").require_object("landingZone"))))

pulumi.export("workspaces", landing_zone.workspaces)
pulumi.export("pipelineClientIds", landing_zone.pipeline_clients)
