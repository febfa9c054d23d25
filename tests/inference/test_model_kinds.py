"""Models of images and of tokens, with real weights: what is stored is found again.

No package ships a late-interaction model of texts and images together, so of that kind the files
before the weights are real, and the weights are missing.
"""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from aqdrant import AsyncQdrantClient, models
from aqdrant.exceptions import ArgumentError, InferenceError
from aqdrant.inference import FastEmbed, Inputs
from tests.fix_models import DIMENSIONS, IMAGES, lay_out_model

TOKENS = "jinaai/jina-embeddings-v2-small-en-tokens"
MULTIMODAL = "Qdrant/colpali-v1.3-fp16"


def line(text: str, *, is_upright: bool = True) -> Image.Image:
    """An image of a line of text."""
    image = Image.new("RGB", (320, 160), "white")
    ImageDraw.Draw(image).text((10, 50), text, fill="black", font=ImageFont.load_default(60))
    return image if is_upright else image.rotate(180)


def png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def in_base64(image: Image.Image) -> str:
    return base64.b64encode(png(image)).decode()


def in_file(image: Image.Image, folder: Path) -> Path:
    (folder / "line.png").write_bytes(png(image))
    return folder / "line.png"


@pytest.fixture
def images(image_model_folder: Path) -> FastEmbed:
    return FastEmbed(models={IMAGES: {"specific_model_path": str(image_model_folder)}}, threads=1)


async def embed_image(embedder: FastEmbed, value: Any) -> Any:
    return (await embedder.embed(Inputs(model=IMAGES, values=[value], kind="image")))[0]


async def test_images_are_found_by_what_they_show(images: FastEmbed) -> None:
    def image(text: str, *, is_upright: bool) -> models.Image:
        return models.Image(image=line(text, is_upright=is_upright), model=IMAGES)

    async with AsyncQdrantClient(":memory:", embedders={"*": images}) as client:
        params = models.VectorParams(size=2, distance=models.Distance.COSINE)
        await client.create_collection("lines", params)
        points = [
            {"id": n, "vector": image(text, is_upright=n % 2 == 0)}
            for n, text in enumerate(["Hello world", "Invoice 42", "Total sum", "Page three"])
        ]
        await client.upload_points("lines", points)
        for is_upright, ids in ((True, {0, 2}), (False, {1, 3})):
            query = image("Something else", is_upright=is_upright)
            found = await client.query_points("lines", query, limit=2)
            assert {point.id for point in found.points} == ids
            assert all(point.score > 0.99 for point in found.points)


@pytest.mark.parametrize(
    "given",
    [
        lambda image, _: image,
        lambda image, _: png(image),
        lambda image, _: bytearray(png(image)),
        lambda image, _: in_base64(image),
        lambda image, _: f"data:image/png;base64,{in_base64(image)}",
        in_file,
        lambda image, folder: str(in_file(image, folder)),
    ],
    ids=["PIL", "bytes", "bytearray", "base64", "data URI", "path", "path as text"],
)
async def test_images_come_as_files_bytes_or_objects(
    images: FastEmbed, given: Callable[[Image.Image, Path], Any], tmp_path: Path
) -> None:
    upright, turned = line("Hello"), line("Hello", is_upright=False)
    assert np.argmax(await embed_image(images, given(upright, tmp_path))) == 0
    assert np.argmax(await embed_image(images, given(turned, tmp_path))) == 1


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("https://example.org/cat.png", "does not fetch images"),
        ("cat.png", "no image file 'cat.png', and it is no base64"),
        ("A" * 10_000, "image of these bytes cannot be read"),
        ("~" * 9999, r"no image file '~~~.*~' and so on"),
        ("data:image/png;base64,***", "data URI cannot be read"),
        ("data:image/png,x", "data URI is not base64"),
        (b"text", "image of these bytes cannot be read"),
        (png(line("cut off"))[:500], "image of these bytes cannot be read"),
        (Path(__file__), r"image file '.*test_model_kinds.py' cannot be read"),
        (5, "image: int 5, wanted a path, bytes, base64 or a PIL image"),
    ],
)
async def test_what_is_no_image_is_refused(images: FastEmbed, value: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message) as caught:
        await embed_image(images, value)
    assert caught.value.parameter == "image"


async def test_image_model_takes_no_text(images: FastEmbed) -> None:
    with pytest.raises(ArgumentError, match="embeds image, and this is text"):
        await images.embed(Inputs(model=IMAGES, values=["a"]))


@pytest.fixture
def tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastEmbed:
    """fastembed's class of token vectors, which it has and does not list, and real weights."""
    from fastembed import LateInteractionTextEmbedding as Late
    from fastembed.late_interaction.token_embeddings import TokenEmbeddingsModel

    monkeypatch.setattr(Late, "EMBEDDINGS_REGISTRY", [TokenEmbeddingsModel])
    lay_out_model(tmp_path / "onnx")
    for name in ("tokenizer", "config", "tokenizer_config", "special_tokens_map"):
        (tmp_path / "onnx" / f"{name}.json").rename(tmp_path / f"{name}.json")
    return FastEmbed(models={TOKENS: {"specific_model_path": str(tmp_path)}}, threads=1)


async def test_texts_become_one_vector_for_each_token(tokens: FastEmbed) -> None:
    texts = ["A cat sleeps on the sofa.", "Stocks fell on Monday.", "Kittens nap all day."]

    def document(text: str) -> models.Document:
        return models.Document(text=text, model=TOKENS)

    async with AsyncQdrantClient(":memory:", embedders={"*": tokens}) as client:
        params = models.VectorParams(
            size=DIMENSIONS,
            distance=models.Distance.COSINE,
            multivector_config=models.MultiVectorConfig(
                comparator=models.MultiVectorComparator.MAX_SIM
            ),
        )
        await client.create_collection("texts", params)
        await client.upload_collection("texts", map(document, texts), ids=range(3))
        records = await client.retrieve("texts", [0, 1, 2], with_vectors=True)
        counts = [len(record.vector or ()) for record in records]
        assert counts == [9, 7, 8]  # parts of words, full stops, and the two tokens around them
        found = await client.query_points("texts", document("the stock market"), limit=1)
        assert found.points[0].id == 1
        found = await client.query_points("texts", document("pets that rest"), limit=2)
        assert {point.id for point in found.points} == {0, 2}


async def test_multimodal_model_without_weights_is_told_of_for_texts_and_images(
    model_folder: Path, tmp_path: Path
) -> None:
    for name in ("tokenizer", "config", "tokenizer_config", "special_tokens_map"):
        shutil.copyfile(model_folder / f"{name}.json", tmp_path / f"{name}.json")
    options = {"specific_model_path": str(tmp_path), "lazy_load": True}
    embedder = FastEmbed(models={MULTIMODAL: options})
    for kind, value in (("text", "a cat"), ("image", line("a cat"))):
        inputs = Inputs(model=MULTIMODAL, values=[value], kind=kind)  # type: ignore[arg-type]
        with pytest.raises(InferenceError, match=r"model.onnx") as caught:
            await embedder.embed(inputs)
        assert caught.value.model == MULTIMODAL
    with pytest.raises(ArgumentError, match="embeds image or text, and this is an object"):
        await embedder.embed(Inputs(model=MULTIMODAL, values=[5], kind="object"))
