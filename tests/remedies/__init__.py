"""A remedy is a claim: every one is carried out by its text, and the finding is gone."""
