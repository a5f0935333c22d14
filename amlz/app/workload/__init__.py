"""The MLOps repository of a project: written from the landing zone, and moved to new versions."""
