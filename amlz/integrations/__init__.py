"""Other systems that run the landing zone: pipelines of code hosting services, Pulumi policy packs."""
