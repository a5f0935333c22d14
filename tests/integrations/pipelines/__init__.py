"""The pipelines: their steps run, their files checked, what they say to the hosts of code."""
