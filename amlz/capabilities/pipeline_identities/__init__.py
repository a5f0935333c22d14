"""Identities of pipelines: workflows and service connections sign in as one, without a secret."""

from amlz.capabilities.pipeline_identities.facts import FACTS
from amlz.core.capability import Capability

CAPABILITY = Capability(
    title="Identities of pipelines",
    component="components.pipeline_identities:PipelineIdentities",
    page="how-to/pipelines-identities.md",
    logical="pipelines",
    output="pipelineClientIds",
    facts=FACTS,
)
