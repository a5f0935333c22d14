"""Rendered objects, sent to the API server of Kubernetes."""
