# Generated from _async/inference.py by `python -m aqdrant._tools.generate_sync`; do not edit.
"""The sync side of `aqdrant._async.inference`."""

from __future__ import annotations

from typing import Any

from aqdrant import models
from aqdrant._async.inference import InferenceMethods as AsyncMethods
from aqdrant._sync._facade import drive_alone
from aqdrant._sync.core import ClientCore

__all__ = ["InferenceMethods"]


class InferenceMethods(ClientCore):
    """List the embedding models that fastembed runs in this process."""

    @classmethod
    def list_text_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the dense text models, with size and distance.

        Raises:
            UnsupportedOperation: fastembed is not installed; so it is for all of these methods.
        """
        return drive_alone(AsyncMethods.list_text_models())

    @classmethod
    def list_image_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the image models, with size and distance."""
        return drive_alone(AsyncMethods.list_image_models())

    @classmethod
    def list_late_interaction_text_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the late-interaction text models, with size and distance."""
        return drive_alone(AsyncMethods.list_late_interaction_text_models())

    @classmethod
    def list_late_interaction_multimodal_models(
        cls,
    ) -> dict[str, tuple[int, models.Distance]]:
        """List the late-interaction models of text and images, with size and distance."""
        return drive_alone(AsyncMethods.list_late_interaction_multimodal_models())

    @classmethod
    def list_sparse_models(cls) -> dict[str, dict[str, Any]]:
        """List the sparse text models, each with what fastembed tells of it."""
        return drive_alone(AsyncMethods.list_sparse_models())

    def get_embedding_size(self, model_name: str) -> int:
        """Tell the size of a model's vectors; the first call imports fastembed.

        Raises:
            ArgumentError: it is a sparse model, whose vectors have no size, or none of fastembed's.
        """
        return self._async.get_embedding_size(model_name)
