"""The landing zones of all units of a platform team, computed from the reports that the units publish."""
