"""The judge of Azure policies as a policy pack of Pulumi: `pulumi preview --policy-pack`."""
