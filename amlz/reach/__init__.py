"""Reachability: who reaches what through the networks of a resource graph, without a cloud."""
