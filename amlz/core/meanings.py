"""Meanings of the keys of a stack file: the texts below the fields of the model, read from its source when needed.

pydantic would read them while it builds each model, which takes a fifth of the time of `amlz check`.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """Returns the meaning of each field of a part of the model, by the field's name in Python."""
    found = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel:
            (definition,) = ast.parse(inspect.getsource(part)).body
            assert isinstance(definition, ast.ClassDef)
            for field, text in pairwise(definition.body):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    match text:
                        case ast.Expr(ast.Constant(str() as meaning)):
                            found[field.target.id] = inspect.cleandoc(meaning)
    return found
