"""Permissions of the people and identities of a landing zone: who can do what, by which role assignment.

`actions.py` has what Microsoft documents for each action, `promises.py` what the stack file promises, `personas.py` the
principals, `targets.py` the resources, `answers.py` the answers. The evaluation is in `amlz/azure/permissions.py`.
"""
