"""Checks of a landing zone's resource graph: one check a file, named after its finding."""
