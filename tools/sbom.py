"""Writes the software bill of materials of a lock file: CycloneDX 1.6 in JSON, by cyclonedx-python-lib.

    .tools/scanners/bin/python tools/sbom.py requirements.lock FILE

Components are the locked packages with their versions, purls and SHA-256 digests, and the package itself. It has no
serial number and no time: the same lock gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\\n]*?))?\s*\\?$", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def packages(lock: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Name, version and digests of each package of a lock file."""
    starts = list(_PINNED.finditer(lock))
    ends = [match.start() for match in starts[1:]] + [len(lock)]
    return [
        (match[1], match[2], tuple(sorted(_DIGEST.findall(lock[match.end() : end]))))
        for match, end in zip(starts, ends, strict=True)
    ]


def bill(lock: Path) -> dict[str, Any]:
    """Returns the bill of materials as JSON."""
    from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bom = Bom()
    bom.metadata.component = Component(
        name=project["name"], version=project["version"], type=ComponentType.APPLICATION, bom_ref="root"
    )
    components = []
    for name, version, digests in packages(lock.read_text(encoding="utf-8")):
        purl = PackageURL("pypi", None, name.lower(), version)
        files = [
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(str(purl)),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            )
            for digest in digests
        ]
        components.append(
            Component(
                name=name, version=version, type=ComponentType.LIBRARY, purl=purl, bom_ref=str(purl),
                external_references=files,
            )
        )  # fmt: skip
        bom.components.add(components[-1])
    bom.register_dependency(bom.metadata.component, components)
    result: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    for component in result["components"]:  # the library has them in sets
        component["externalReferences"].sort(key=lambda reference: reference["hashes"][0]["content"])
    result.pop("serialNumber", None)
    result["metadata"].pop("timestamp", None)
    return result


def main() -> None:
    """Writes the bill to a file."""
    lock, output = map(Path, sys.argv[1:3])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(bill(lock), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
