"""What Pulumi starts: `python crossguard ENGINE`, or `python -m crossguard`. Writes a port, and serves there."""

from crossguard.server import serve

serve()
