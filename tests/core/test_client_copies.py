"""Copies of a client: unopened, with everything it was given."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from aqdrant import AsyncQdrantClient, QdrantClient


@pytest.mark.parametrize("kind", [AsyncQdrantClient, QdrantClient])
@pytest.mark.parametrize(
    "back", [copy.copy, copy.deepcopy, lambda client: pickle.loads(pickle.dumps(client))]
)
def test_copy_keeps_the_bound_on_concurrency(kind: Any, back: Callable[[Any], Any]) -> None:
    there = back(kind("http://localhost", max_concurrency=3))
    assert there.init_options["max_concurrency"] == 3
    assert "not opened" in repr(there)
