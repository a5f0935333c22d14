"""The pipelines: their steps run, their files checked, their requests to code hosting services."""
