"""Azure Resource Manager's interface to the simulated Azure."""
