"""`__all__`: complete, without repeats, and nothing in it is missing. Ruff keeps it sorted."""

from __future__ import annotations

import ast
import importlib
import inspect
import types

import pytest

MODULES = ["aqdrant", "aqdrant.exceptions", "aqdrant.models", "aqdrant.operations"]


@pytest.mark.parametrize("name", MODULES)
def test_all_is_one_literal_that_ruff_can_sort(name: str) -> None:
    module = importlib.import_module(name)
    assigned = [
        ast.literal_eval(node.value)
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and node.value is not None
        and ast.unparse(node).startswith("__all__")
    ]
    assert assigned == [module.__all__]
    assert len(set(module.__all__)) == len(module.__all__)


@pytest.mark.parametrize("name", MODULES)
def test_all_is_complete(name: str) -> None:
    module = importlib.import_module(name)
    present = {
        attribute
        for attribute, value in vars(module).items()
        if not attribute.startswith("_")
        and not isinstance(value, types.ModuleType)
        and str(getattr(value, "__module__", "")).partition(".")[0] == "aqdrant"
    }
    assert present - set(module.__all__) == set()
    assert [attribute for attribute in module.__all__ if not hasattr(module, attribute)] == []
