"""Archives of previews with damaged bytes: each is read, or refused in one sentence.

AMLZ_SLOW=all damages twelve thousand archives in place of two thousand.
"""

from __future__ import annotations

import io
import json
import random
import zipfile

from amlz.integrations.pipelines import bundle
from amlz.integrations.pipelines.problems import PipelineError
from tests.integrations.pipelines.test_bundle import ABOUT, SARIF
from tests.layers import MUCH
from tests.mutations import within

ARCHIVES = 12_000 if MUCH else 2_000
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
FILES = {"about.json": ABOUT, "comment.md": "## ✅ dev\n".encode() * 3, "dev.sarif": SARIF}


def packed(method: int) -> bytes:
    """A small bundle, packed in one of four ways."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return memory.getvalue()


def damaged(archive: bytes, dice: random.Random) -> bytes:
    """An archive with one to four bytes changed, or bytes added or taken away."""
    content = bytearray(archive)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(content))
        match dice.randrange(8):
            case 0:
                del content[at : at + dice.randint(1, 8)]
            case 1:
                content[at:at] = dice.randbytes(dice.randint(1, 8))
            case _:
                content[at] = dice.randrange(256)
    return bytes(content)


def test_a_damaged_archive_is_read_or_refused_in_a_sentence() -> None:
    """PipelineError is the only exception for any damage; each way of packing is refused at times."""
    refused = dict.fromkeys(METHODS, 0)
    wrong = []
    archives = {method: packed(method) for method in METHODS}
    for seed in range(ARCHIVES):
        method, dice = METHODS[seed % 4], random.Random(seed)
        try:
            with within(10):
                bundle.read(damaged(archives[method], dice))
        except PipelineError as problem:
            refused[method] += 1
            if not str(problem).startswith("the artifact of the preview\n  It is not what a preview writes: "):
                wrong.append(f"seed {seed}: {problem}")
        except Exception as error:
            wrong.append(f"seed {seed}: {type(error).__name__}: {error}")

    assert wrong == []
    assert min(refused.values()) > ARCHIVES // 10


def test_an_intact_archive_of_each_way_of_packing_is_read() -> None:
    """So that a damaged one is refused for the damage."""
    for method in METHODS:
        result = bundle.read(packed(method))
        assert (result.number, json.loads(result.findings["dev.sarif"])) == (7, json.loads(SARIF))
