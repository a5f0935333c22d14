"""Reports of a fleet: one module a verb, and one renderer a format."""
