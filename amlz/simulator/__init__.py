"""The program without a cloud: one pretend Azure, and the ways in to it."""
