"""Between `amlz` and code hosting services: `python -m amlz.integrations.pipelines COMMAND`, for GitHub Actions and
Azure
Pipelines alike.

Code that runs with a token (`post`, `drift`) needs the standard library alone: nothing is installed in a job with a
token.
"""
