"""The whole life of a landing zone under Pulumi's own engine, over the simulated Azure."""
