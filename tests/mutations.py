"""Documents with one thing wrong: any value replaced by any JSON value, any key or item taken out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Raises TimeoutError in what takes longer, as nothing may that reads one file."""

    def late(_number: int, _frame: object) -> None:
        raise TimeoutError(f"it takes more than {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


#: Values that are right somewhere and wrong elsewhere.
ODD = [
    "",
    "[parameters('x')]",
    "[[",
    "[]",
    "[concat(",
    "/a/b",
    "*",
    "ä\ud800",
    "deny",
    [],
    {},
    [None],
    {"": None},
    1e999,
    10**400,
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(ODD).map(deepcopy),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(document: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document, the document itself first."""
    yield ()
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in items:
        yield from ((key, *path) for path in places(value))


@st.composite
def mutated(draw: st.DrawFn, *documents: Any) -> Any:
    """One of the documents, with one to three things wrong."""
    document = deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(document))))
        if not path:
            document = draw(st.just(document) | JSON)
            continue
        *above, last = path
        holder = document
        for key in above:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = draw(JSON)
        elif draw(st.booleans()) and isinstance(holder, dict):
            holder[draw(st.text(max_size=6)) or last.swapcase()] = holder.pop(last)
        else:
            del holder[last]
    return document
