"""The real model, under the name that fastembed knows it by."""

from __future__ import annotations

from tests.fix_models import model_cache, model_folder

__all__ = ["model_cache", "model_folder"]
