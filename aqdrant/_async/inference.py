"""Methods on embedding models, and the one that moves collections.

They have their final signatures; what they need to run is not part of this version.
"""

from __future__ import annotations

from typing import Any, NoReturn

from aqdrant import models
from aqdrant._async.core import ClientCore
from aqdrant.exceptions import UnsupportedOperation

__all__ = ["InferenceMethods"]


class InferenceMethods(ClientCore):
    """List embedding models; migrate collections."""

    @classmethod
    async def list_text_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the dense text models, with size and distance."""
        _refuse("list_text_models")

    @classmethod
    async def list_image_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the image models, with size and distance."""
        _refuse("list_image_models")

    @classmethod
    async def list_late_interaction_text_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the late-interaction text models, with size and distance."""
        _refuse("list_late_interaction_text_models")

    @classmethod
    async def list_late_interaction_multimodal_models(
        cls,
    ) -> dict[str, tuple[int, models.Distance]]:
        """List the late-interaction models of text and images, with size and distance."""
        _refuse("list_late_interaction_multimodal_models")

    @classmethod
    async def list_sparse_models(cls) -> dict[str, dict[str, Any]]:
        """List the sparse text models."""
        _refuse("list_sparse_models")

    def get_embedding_size(self, model_name: str) -> int:
        """Tell the size of a model's vectors."""
        _refuse("get_embedding_size")

    async def migrate(
        self,
        dest_client: Any,
        collection_names: list[str] | None = None,
        batch_size: int = 100,
        recreate_on_collision: bool = False,
    ) -> None:
        """Copy collections to another client."""
        _refuse("migrate")


def _refuse(name: str) -> NoReturn:
    raise UnsupportedOperation("this version has no such function yet.", operation=name)
