"""Resources of Kubernetes as YAML, one document each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import yaml


def manifests(resources: Iterable[Mapping[str, Any]]) -> str:
    """Returns the documents, in the order of the resources."""
    texts = [yaml.safe_dump(dict(resource), sort_keys=False, allow_unicode=True, width=4096) for resource in resources]
    return "".join(f"---\n{text}" for text in texts) or "# The fleet has no stack.\n"
