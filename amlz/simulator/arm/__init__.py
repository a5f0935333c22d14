"""Azure Resource Manager's own interface to the simulated Azure: requests in, ARM's answers out."""
