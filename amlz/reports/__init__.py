"""Reports of a preview, one format a file."""
