"""Two resource graphs, compared: the difference between revisions, and what the engine would do."""
