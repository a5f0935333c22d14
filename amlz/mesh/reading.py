"""Parts of documents of a mesh, rendered or hand-written: wrong types are read as nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from amlz.mesh.objects import Document


def of_kinds(documents: Sequence[Document], *kinds: str) -> Iterator[Document]:
    """Returns the documents of some kinds."""
    return (item for item in documents if item.get("kind") in kinds)


def policies_in(documents: Sequence[Document]) -> Iterator[Document]:
    """Returns the documents of Kuma."""
    return (item for item in documents if str(item.get("apiVersion")).startswith("kuma.io/"))


def spec_of(document: Document) -> Document:
    """Returns the `spec` of a document; {} for none."""
    spec = document.get("spec")
    return spec if isinstance(spec, dict) else {}


def items_of(value: object) -> list[Document]:
    """Returns the mappings of a list; [] for no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def within(value: object, key: str) -> Iterator[object]:
    """Returns each value of a key at any depth."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key:
                yield item
            yield from within(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from within(item, key)


def name_of(document: Document) -> str:
    """Returns the name of a document; "" for none."""
    metadata = document.get("metadata")
    return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def labels_of(reference: Document) -> Document:
    """Returns the labels of a reference."""
    labels = reference.get("labels")
    return labels if isinstance(labels, dict) else {}


def display_name(reference: Document) -> str:
    """Returns the name of the destination that a reference names; "" for none."""
    return str(labels_of(reference).get("kuma.io/display-name", ""))


def backends_of(document: Document) -> list[Document]:
    """Returns the destinations of a route, and those of its copies."""
    spec = spec_of(document)
    many = [item for group in within(spec, "backendRefs") for item in items_of(group)]
    return many + [item for item in within(spec, "backendRef") if isinstance(item, dict)]


def references_of(document: Document) -> list[Document]:
    """Returns the destinations of a policy."""
    return [to["targetRef"] for to in items_of(spec_of(document).get("to")) if isinstance(to.get("targetRef"), dict)]
