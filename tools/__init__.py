"""Scripts of the people who keep this repository."""
