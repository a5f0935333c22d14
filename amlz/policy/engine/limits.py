"""Limits of a policy rule, enforced when it is written.

https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule (2025-03)
"""

IF_CONDITIONS = 4096
EXISTENCE_CONDITIONS = 128
FUNCTIONS = 2048
ARGUMENTS = 128
FUNCTION_DEPTH = 64
EXPRESSION_LENGTH = 81_920
FIELD_COUNTS_OF_AN_ARRAY = 5
VALUE_COUNTS = 10
VALUE_COUNT_STEPS = 100  # nested value counts multiply
