"""The formats of reports, one a file; registry.py lists them."""
