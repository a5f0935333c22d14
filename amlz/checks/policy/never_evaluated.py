"""policy/never-evaluated: a definition that looks at nothing it could hold for."""

from __future__ import annotations

from collections.abc import Iterator

from amlz.azure.graph import ResourceGraph, is_unknown
from amlz.checks.finding import Check, Finding, FindingLocation, Severity
from amlz.checks.reading import value
from amlz.core.problems import listed
from amlz.policy.engine.definition import definition
from amlz.policy.engine.errors import PolicyError
from amlz.policy.engine.facts import embedded

CHECK = Check(
    id="policy/never-evaluated",
    severity=Severity.ERROR,
    says="{name} is for {types} and of mode Indexed, which does not look at {them}.",
    remedy="Set `properties.mode` to `All` in the policy definition.",
    why="Mode Indexed evaluates only types that support tags and location. A note is a type on which sources "
    "disagree, such as compute targets of Azure ML: published definitions for them have that mode, and if "
    "Microsoft's tables are right, these evaluate nothing.",
    source="https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-basics",
)


def find(graph: ResourceGraph) -> Iterator[Finding]:
    """Definitions of mode Indexed, all of whose types it leaves out."""
    facts = embedded()
    for policy in graph.of_type("Microsoft.Authorization/policyDefinitions"):
        if is_unknown(value(policy, "properties.policyRule")):
            yield CHECK.undecided(policy, "properties.policyRule", value(policy, "properties.policyRule"))
            continue
        try:
            compiled = definition({"name": policy.name, **policy.body})
        except PolicyError:
            continue  # the evaluator reports its mistake
        if compiled.mode.lower() != "indexed" or not compiled.types:
            continue
        looks = {arm_type: facts.indexed.get(arm_type) for arm_type in sorted(compiled.types)}
        them = "it" if len(looks) == 1 else "any of them"
        if all(answer is False for answer in looks.values()):
            yield CHECK.finding(
                policy, FindingLocation("properties.mode", "All", compiled.mode), types=listed(looks), them=them
            )
        elif all(answer is not True for answer in looks.values()):
            unknown = f"whether mode Indexed looks at {listed(looks)}"
            yield CHECK.undecided(policy, "properties.mode", unknown)
