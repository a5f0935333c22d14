"""Meanings of the keys of a stack file: the texts below the fields of the model, read from its source when needed.

pydantic would read them while it builds each model, which takes a fifth of the time of `amlz check`.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def meanings(model: type[BaseModel]) -> Mapping[str, str]:
    """Returns the meaning of each field of a part of the model, by the field's name in Python."""
    by_field: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel:
            if part.__base__ is not None and part.__qualname__ == part.__base__.__qualname__:  # keys of capabilities
                by_field |= {name: field.description for name, field in part.model_fields.items() if field.description}
                continue
            for field, text in pairwise(_definitions(part.__module__)[part.__qualname__].body):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    match text:
                        case ast.Expr(ast.Constant(str() as meaning)):
                            by_field[field.target.id] = inspect.cleandoc(meaning)
    return by_field


@cache
def _definitions(module: str) -> Mapping[str, ast.ClassDef]:
    """Returns the classes of a module by name. `inspect.getsource` of a class would read the module for each class."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
