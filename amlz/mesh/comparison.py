"""The difference between two sets of rendered documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from amlz.dataclass import dataclass
from amlz.mesh.lint import title
from amlz.mesh.objects import Document

DocumentEffect = Literal["added", "changed", "removed"]
#: Documents with their files.
Located = Sequence[tuple[str, Document]]
#: The position of a document: its file, its kind with its name, and its namespace.
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs. None is absent."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """A document that differs, with its file, its kind and name. `fields`: of one that is changed."""

    effect: DocumentEffect
    file: str
    document: str
    fields: tuple[FieldChange, ...] = ()


def compared(before: Located, after: Located) -> tuple[DocumentChange, ...]:
    """Returns the documents that differ, in the order of files, then of the documents in them."""
    old, new = _by_key(before), _by_key(after)
    keys = sorted({**old, **new}, key=lambda key: key[0])  # stable: the order in a file stays
    return tuple(change for key in keys for change in _change(key, old.get(key), new.get(key)))


def _by_key(located: Located) -> Mapping[_Key, Document]:
    return {(file, named(document), _namespace(document)): document for file, document in located}


def named(document: Document) -> str:
    """Returns the kind and the name of a document; of a file without a kind, that it is the values of the chart."""
    if "kind" not in document and "type" not in document:
        return "values of the chart"
    return title(document) if document.get("metadata") or document.get("name") else str(document.get("kind"))


def _namespace(document: Document) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("namespace")) if isinstance(metadata, dict) else ""


def _change(key: _Key, old: Document | None, new: Document | None) -> Iterator[DocumentChange]:
    if old is None:
        yield DocumentChange("added", key[0], key[1])
    elif new is None:
        yield DocumentChange("removed", key[0], key[1])
    elif fields := tuple(_fields(old, new, ())):
        yield DocumentChange("changed", key[0], key[1], fields)


def _fields(old: Any, new: Any, path: tuple[str, ...]) -> Iterator[FieldChange]:
    """Returns each field in which two values differ. Lists of one length are compared by position, for order counts."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in {**old, **new}:
            yield from _fields(old.get(name), new.get(name), (*path, str(name)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _fields(one, other, (*path, str(index)))
    elif old != new or type(old) is not type(new):
        yield FieldChange(".".join(path), old, new)
