"""A policy evaluator for Azure Policy that needs no cloud. It names no policy and no resource type: both come from
outside.
"""
