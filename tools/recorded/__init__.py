"""Parts of tools/derive_recorded.py."""
