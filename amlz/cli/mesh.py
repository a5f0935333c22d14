"""`amlz mesh`: the service meshes of project environments, as YAML of Kuma."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from amlz.cli.options import AnswerForm, FormOption, Output, Stack, Today, planned, refuse, revision, write

app = typer.Typer(name="mesh", help="Renders and checks service meshes over online endpoints.")

To = Annotated[
    Path | None,
    typer.Option("--to", metavar="DIR", help="Write the files into this folder.", show_default=False),
]


class KumaVersion(StrEnum):
    """Versions of Kuma that documents are checked for."""

    new = "3.0"
    old = "2.14"


@app.command()
def render(
    stack: Stack,
    to: To = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            callback=revision,
            metavar="REV|DIR",
            help="Show only the documents that differ from this folder, written by --to, or from those of this git "
            "revision.",
            show_default=False,
        ),
    ] = None,
    today: Today = None,
    output: Output = None,
) -> None:
    """Writes the documents of Kuma and Kubernetes for GitOps. Nothing is applied to a cluster."""
    from amlz.app.mesh import changes_since, meshes_of, one_file, refuse_faults, write_folder
    from amlz.mesh.files import files

    refuse(to is not None and output is not None, "each names another destination. Omit one", "--to, --output")
    refuse(to is not None and against is not None, "a difference is text, not files. Omit one", "--to, --against")
    file, plan = planned(stack)
    meshes = meshes_of(file.stack, plan)
    refuse_faults(file, meshes, today)
    rendered = files(meshes)
    if against is not None:
        from amlz.reports.mesh_changes import as_text

        total = sum(len(item.documents) for item in rendered)
        write(as_text(changes_since(against, file, rendered), against, total), output)
        return
    write(one_file(rendered) if to is None else write_folder(rendered, to), output)


@app.command()
def rotate(
    stack: Stack,
    step: Annotated[int, typer.Option("--step", min=1, max=3, help="The step of the rotation, in this order.")],
    to: To = None,
    output: Output = None,
) -> None:
    """Writes the identities of one step of a rotation of certificate authorities: trust, switch, remove."""
    from amlz.app.mesh import meshes_of, one_file, write_folder
    from amlz.mesh.files import rotation_files

    refuse(to is not None and output is not None, "each names another destination. Omit one", "--to, --output")
    file, plan = planned(stack)
    rendered = rotation_files(meshes_of(file.stack, plan), step)
    write(one_file(rendered) if to is None else write_folder(rendered, to, whole=False), output)


@app.command()
def check(
    target: Annotated[str, typer.Argument(help="A stack, or a folder with documents of Kuma.", show_default=False)],
    kuma: Annotated[
        KumaVersion | None,
        typer.Option("--kuma", help="The version to check for. Default: of the stack; 3.0 for a folder."),
    ] = None,
    form: FormOption = AnswerForm.text,
    output: Output = None,
) -> None:
    """Checks documents of a mesh, rendered or hand-written, by rules for a version of Kuma."""
    from amlz.app.mesh import located, meshes_of, rendered_documents
    from amlz.mesh.lint import lint
    from amlz.reports.mesh_faults import as_json, as_text

    version = kuma.value if kuma else KumaVersion.new.value
    if Path(target).is_dir():
        documents = located(target, Path(target))
    else:
        file, plan = planned(target)
        meshes = meshes_of(file.stack, plan)
        documents = rendered_documents(meshes)
        version = kuma.value if kuma else meshes[0].version
    faults = lint(documents, version)
    write((as_json if form is AnswerForm.json else as_text)(faults, version, len(documents)), output)
    raise typer.Exit(int(bool(faults)))
