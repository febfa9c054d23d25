"""The real model, under the name that fastembed knows it by."""

from __future__ import annotations

from tests.fix_models import image_model_folder, model_cache, model_folder

__all__ = ["image_model_folder", "model_cache", "model_folder"]
