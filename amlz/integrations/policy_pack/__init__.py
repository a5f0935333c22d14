"""The policy evaluator as a policy pack of Pulumi: `pulumi preview --policy-pack`."""
