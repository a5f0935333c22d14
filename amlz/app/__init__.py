"""Use cases: previews, comparisons, git revisions, projects."""
