"""Documents as YAML: the same bytes for the same documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from amlz.mesh.objects import Document


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks, and never an alias."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def as_yaml(documents: Iterable[Document], *comments: str) -> str:
    """Returns documents as one file, in their order, below comments."""
    head = "".join(f"# {comment}\n" for comment in comments)
    texts = (yaml.dump(item, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True) for item in documents)
    return head + "---\n".join(texts)
