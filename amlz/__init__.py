"""Landing zones for Azure Machine Learning: the command line, and everything behind it."""
