"""Meshes of a stack as files in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from amlz.app.folder import write_files
from amlz.app.git_revision import unpacked
from amlz.azure.regular_files import read_regular
from amlz.core.plan import LandingZonePlan
from amlz.core.problems import LandingZoneError, StackFileError
from amlz.core.specs import records
from amlz.mesh.comparison import DocumentChange, compared
from amlz.mesh.files import IDENTITY_FILE, MeshFile, files
from amlz.mesh.model import MeshSpec
from amlz.mesh.objects import Document
from amlz.mesh.rules import refused_faults
from amlz.mesh.yaml_text import as_yaml
from amlz.stackfile.checked import checked
from amlz.stackfile.load import StackFile

_LARGEST = 2**22
#: The folders that a render writes.
_FOLDERS = ("global", "zones")


def meshes_of(stack: str, plan: LandingZonePlan) -> tuple[MeshSpec, ...]:
    """Returns the meshes of a stack. Raises LandingZoneError where there is none."""
    meshes = _planned_meshes(plan)
    if not meshes:
        raise LandingZoneError(
            f"{stack} has no service mesh.\n  Set `mesh` of an environment in its stack file: docs/how-to/mesh.md."
        )
    return meshes


def _planned_meshes(plan: LandingZonePlan) -> tuple[MeshSpec, ...]:
    return tuple(records(plan.environments, MeshSpec))


def refuse_faults(file: StackFile, meshes: Iterable[MeshSpec], today: str | None) -> None:
    """Raises StackFileError for faults in production that are not allowed on a day. `today`: ISO 8601, None for not
    set.
    """
    wrong = [
        problem
        for mesh in meshes
        for problem in refused_faults(mesh, ("projects", mesh.project, "environments", mesh.environment, "mesh"), today)
    ]
    if wrong:
        raise StackFileError(file.at(wrong))


def one_file(rendered: tuple[MeshFile, ...]) -> str:
    """Returns every file after the other, below its path."""
    return "---\n".join(as_yaml(file.documents, file.path, *file.comments) for file in rendered)


def write_folder(rendered: tuple[MeshFile, ...], folder: Path, whole: bool = True) -> str:
    """Writes the files into a folder, and returns their list. Files that are no longer rendered are reported, and kept.

    `whole`: they are everything in the folder. Raises LandingZoneError where an identity would be changed in place, or
    a file cannot be written; nothing is written then, or only files before that one.
    """
    for file in rendered:
        _refuse_changed_identity(folder / file.path, file)
    listed = write_files({file.path: file.text for file in rendered}, folder)
    names = {folder / file.path for file in rendered}
    stale = sorted(path for part in _FOLDERS for path in (folder / part).rglob("*.yaml") if path not in names)
    if not (stale and whole):
        return listed
    kept = "".join(f"  {path.relative_to(folder)}\n" for path in stale)
    return f"{listed}\nNo longer rendered. Delete them:\n{kept}"


def _refuse_changed_identity(path: Path, file: MeshFile) -> None:
    """Raises LandingZoneError for an identity whose SPIFFE ID differs from the one that was rendered before."""
    if path.name == IDENTITY_FILE and path.exists():
        _refuse_changed_identities(str(path), _read(path), file.documents)


def _refuse_changed_identities(place: str, former: Iterable[Document], documents: Iterable[Document]) -> None:
    """As above. `place`: of the former documents."""
    before = {_name(document): document for document in former if document.get("kind") == "MeshIdentity"}
    for document in documents:
        old = before.get(_name(document))
        if old is not None and old["spec"].get("spiffeID") != document["spec"].get("spiffeID"):
            raise LandingZoneError(
                f"{place}\n"
                f"  {_name(document)} would get another SPIFFE ID: {old['spec'].get('spiffeID')} is rendered there. An "
                "identity of Kuma 3.0 cannot be changed, and on 2.14 the change breaks running traffic.\n"
                "  Set the former zone, project and environment again, or raise `mesh.identity.generation`."
            )


def located(target: str, folder: Path) -> list[tuple[str, Document]]:
    """Returns the documents of all YAML files in a folder, each with its path there. Raises LandingZoneError.

    `target`: the folder as the user wrote it.
    """
    paths = sorted(path for ending in ("*.yaml", "*.yml") for path in folder.rglob(ending) if path.is_file())
    every = [(str(path.relative_to(folder)), document) for path in paths for document in _read(path)]
    result = [(path, item) for path, item in every if "kind" in item or item.get("type") == "Mesh"]
    if not any(str(item.get("apiVersion")).startswith("kuma.io/") for _, item in result):
        raise LandingZoneError(
            f"{target}\n  It has no document of Kuma (`apiVersion: kuma.io/v1alpha1`) in its YAML files.\n"
            "  Pass the folder that `amlz mesh render --to` writes, or a stack."
        )
    return result


def changes_since(against: str, file: StackFile, rendered: tuple[MeshFile, ...]) -> tuple[DocumentChange, ...]:
    """Returns the documents that differ from those in a folder, or from those of the stack file at a git revision.

    `against`: a folder if there is one of this name. This version of the program renders the stack file of a revision.
    Raises LandingZoneError for neither, and where an identity would be changed in place.
    """
    former = _written(against) if Path(against).is_dir() else _rendered_at(against, file)
    for item in rendered:
        if item.path.endswith(IDENTITY_FILE):
            there = [document for path, document in former if path == item.path]
            _refuse_changed_identities(f"{item.path} of {against}", there, item.documents)
    return compared(former, _with_files(rendered))


def _with_files(rendered: Iterable[MeshFile]) -> list[tuple[str, Document]]:
    return [(item.path, document) for item in rendered for document in item.documents]


def _written(folder: str) -> list[tuple[str, Document]]:
    """Returns the documents in a folder that `amlz mesh render --to` wrote. Raises LandingZoneError."""
    top = Path(folder)
    paths = sorted(path for part in _FOLDERS for path in (top / part).rglob("*.yaml") if path.is_file())
    if not paths:
        raise LandingZoneError(
            f"--against {folder}\n  It has no rendered documents: `zones` and `global` are missing in it, or empty.\n"
            "  Pass the folder that `amlz mesh render --to` writes, or a git revision."
        )
    return [(path.relative_to(top).as_posix(), document) for path in paths for document in _read(path)]


def _rendered_at(revision: str, file: StackFile) -> list[tuple[str, Document]]:
    """Returns the documents of a stack file at a revision; none where it is not there. Raises LandingZoneError."""
    with unpacked(revision) as before:
        path = before.place(file.path)
        if not path.exists():
            return []
        try:
            meshes = _planned_meshes(checked(str(path))[1])
        except StackFileError as error:
            raise LandingZoneError(
                f"{file.display_path} at {revision}\n  This version of the program does not accept it: "
                f"{error.problems[0].what}\n  Choose another revision, or pass the folder of its rendered documents."
            ) from None
    return _with_files(files(meshes))


def rendered_documents(meshes: tuple[MeshSpec, ...]) -> list[tuple[str, Document]]:
    """Returns the rendered documents of a stack, each with its file."""
    return [(path, document) for path, document in _with_files(files(meshes)) if not path.endswith("values.yaml")]


def _name(document: Document) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def _read(path: Path) -> list[Document]:
    """Returns the documents of a file. Raises LandingZoneError where it is not readable."""
    try:
        text = read_regular(path, _LARGEST).decode("utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise LandingZoneError(f"{path}\n  It has an alias (`*name`), which is not read.\n  Write the value out.")
        documents = list(yaml.safe_load_all(text))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise LandingZoneError(f"{path}\n  It cannot be read: {reason}.\n  Correct it, or delete it.") from None
    return [item for item in documents if isinstance(item, dict)]
