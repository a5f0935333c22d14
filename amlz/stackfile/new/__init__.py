"""A new stack file: from answers and, where a network team handed them over, a file of ranges."""
