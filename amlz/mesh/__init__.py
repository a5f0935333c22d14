"""Kuma over the online endpoints of Azure ML: from decided records to YAML for GitOps. Pure functions, plain data."""
