"""A remedy is a claim: every one is carried out as its text says, and the finding is gone."""
