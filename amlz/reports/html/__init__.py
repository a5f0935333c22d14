"""The sections of the HTML report, one a file: each reads the preview and gives plain values for its template."""
