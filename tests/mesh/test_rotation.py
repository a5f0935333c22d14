"""A rotation of certificate authorities in three steps: callers pass in each step, and between two of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amlz.mesh.evaluation import Workload, answer
from amlz.mesh.files import files, rotation_files
from amlz.mesh.identity import identities
from amlz.mesh.objects import Document
from tests.mesh.kinds import faults_of
from tests.mesh.samples import answered, documents, example, host


def identities_in(step: int, zone: str) -> list[Document]:
    """The identities of a zone: before the rotation in step 0."""
    if step == 0:
        return list(identities(example(), zone))
    (file,) = (item for item in rotation_files([example()], step) if item.path.startswith(f"zones/{zone}/"))
    return [item for item in file.documents if item["kind"] == "MeshIdentity"]


def authority(identity: Document) -> str:
    """The Secret of its certificate authority."""
    return str(identity["spec"]["provider"]["bundled"]["ca"]["certificate"]["secretRef"]["name"])


@pytest.mark.parametrize("step", [1, 2, 3])
def test_in_each_step_every_declared_caller_passes_and_no_other(step: int) -> None:
    """The answers are those of before the rotation."""
    mesh = example()
    for zone in mesh.zones:
        others = [item for item in documents(mesh, zone.name) if item.get("kind") != "MeshIdentity"]
        rendered = [*identities_in(step, zone.name), *others]
        assert [fault for item in rendered for fault in faults_of(item, "3.0")] == []
        for endpoint in mesh.endpoints:
            stranger = Workload(zone.name, "shop", "stranger")
            assert answer(rendered, stranger, host(mesh, endpoint)).verdict == "denied"
            for caller in mesh.callers:
                if caller.zone == zone.name:
                    workload = Workload(zone.name, caller.namespace, caller.account)
                    assert answer(rendered, workload, host(mesh, endpoint)) == answered(mesh, caller, endpoint)


def test_what_issues_in_a_step_is_trusted_in_the_step_before_and_after() -> None:
    """So no request fails while proxies get their new certificates one after the other."""
    for zone in example().zones:
        for step in (0, 1, 2):
            for one, other in ((step, step + 1), (step + 1, step)):
                selected = [item for item in identities_in(one, zone.name) if item["spec"]["selector"]]
                trusted = {authority(item) for item in identities_in(other, zone.name)}
                assert {authority(item) for item in selected} <= trusted
                assert len({authority(item) for item in selected}) == 1


def test_the_last_step_is_the_next_generation() -> None:
    """A render with it then changes nothing."""
    mesh = example()
    raised = replace(mesh, identity=replace(mesh.identity, generation=2))
    rendered = {file.path: file.documents for file in files([raised])}

    assert {file.path: file.documents for file in rotation_files([mesh], 3)} == {
        path: rendered[path] for path in rendered if path.endswith("20-identity.yaml")
    }
