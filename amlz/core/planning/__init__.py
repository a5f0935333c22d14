"""From a stack file's model to a plan: pure functions, one file a part of the landing zone."""
