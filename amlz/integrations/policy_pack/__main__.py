"""Entry point for Pulumi: `python amlz/integrations/policy_pack ENGINE`, or `python -m amlz.integrations.policy_pack`.

Writes a port, and serves there.
"""

from amlz.integrations.policy_pack.server import serve

serve()
