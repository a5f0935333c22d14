"""Checks of several stacks of a folder together: each module has `CHECK` and `compare`."""
