"""The formats of reports, one a file."""
