"""Methods on embedding models: what there is, and how long their vectors are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import to_thread

from aqdrant import models
from aqdrant._async.core import ClientCore
from aqdrant.exceptions import ArgumentError

if TYPE_CHECKING:
    from aqdrant.inference.fastembed_models import Family

__all__ = ["InferenceMethods"]


class InferenceMethods(ClientCore):
    """List the embedding models that fastembed runs in this process."""

    @classmethod
    async def list_text_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the dense text models, with size and distance.

        Raises:
            UnsupportedOperation: fastembed is not installed; so it is for all of these methods.
        """
        return await _sized("text")

    @classmethod
    async def list_image_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the image models, with size and distance."""
        return await _sized("image")

    @classmethod
    async def list_late_interaction_text_models(cls) -> dict[str, tuple[int, models.Distance]]:
        """List the late-interaction text models, with size and distance."""
        return await _sized("late")

    @classmethod
    async def list_late_interaction_multimodal_models(
        cls,
    ) -> dict[str, tuple[int, models.Distance]]:
        """List the late-interaction models of text and images, with size and distance."""
        return await _sized("multimodal")

    @classmethod
    async def list_sparse_models(cls) -> dict[str, dict[str, Any]]:
        """List the sparse text models, each with what fastembed tells of it."""
        described = await to_thread.run_sync(_described, "sparse")
        return {model.pop("model"): model for model in described}

    def get_embedding_size(self, model_name: str) -> int:
        """Tell the size of a model's vectors; the first call imports fastembed.

        Raises:
            ArgumentError: it is a sparse model, whose vectors have no size, or none of fastembed's.
        """
        name = model_name.lower()
        families: tuple[Family, ...] = ("text", "image", "late", "multimodal")
        for family in families:
            for model in _described(family):
                if model["model"].lower() == name:
                    return int(model["dim"])
        if any(model["model"].lower() == name for model in _described("sparse")):
            raise ArgumentError(
                f"{model_name!r} makes sparse vectors, which have no size.", parameter="model_name"
            )
        raise ArgumentError(
            f"fastembed has no model {model_name!r}.",
            parameter="model_name",
            fix="The list_..._models() methods tell what there is.",
        )


async def _sized(family: Family) -> dict[str, tuple[int, models.Distance]]:
    described = await to_thread.run_sync(_described, family)
    return {model["model"]: (int(model["dim"]), models.Distance.COSINE) for model in described}


def _described(family: Family) -> list[dict[str, Any]]:
    from aqdrant.inference.fastembed_models import list_models

    return list_models(family)
