"""Models that fastembed runs: found by name, loaded once a process, each in a lane of its own.

Imports fastembed, in the lane's thread, when the first document comes that needs it.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import io
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from aqdrant import models
from aqdrant.exceptions import (
    ArgumentError,
    InferenceError,
    UnsupportedOperation,
)
from aqdrant.inference.lane import Lane
from aqdrant.inference.protocol import Inputs, Kind
from aqdrant.models._scalars import kind_of

__all__ = ["FAMILIES", "Family", "FastEmbed", "list_models"]

Family: TypeAlias = Literal["text", "image", "sparse", "late", "multimodal"]
FAMILIES: Final[Mapping[Family, str]] = {
    "text": "TextEmbedding",
    "sparse": "SparseTextEmbedding",
    "late": "LateInteractionTextEmbedding",
    "image": "ImageEmbedding",
    "multimodal": "LateInteractionMultimodalEmbedding",
}
"""Kind of model → the class of fastembed that runs it."""

_BATCH_SIZE: Final = 32
_LONGEST_PATH: Final = 4096
_SHOWN: Final = 80
_lanes: dict[tuple[str, str], Lane] = {}
_lock = threading.Lock()


class FastEmbed:
    """Embeds by fastembed: dense, sparse, late-interaction, image and multimodal models.

    A model is loaded when its first document comes, once a process for the same options, and stays.
    It runs in a thread of its own, for all clients, event loops and tasks together.

    Args:
        batch_size: inputs of one run; 32 by default.
        window: seconds to wait for other callers' inputs, where the last run had several.
        models: model name → options of that model alone, for example its ``specific_model_path``, a
            folder with its files.
        **options: options of every model: ``cache_dir``, ``threads``, ``providers``, ``cuda``,
            ``device_ids``, ``local_files_only`` and what else fastembed takes. A document's own
            options go before these.

    Example:
        >>> embedders = {"*": FastEmbed(cache_dir="./models", threads=2)}
        >>> client = AsyncQdrantClient(":memory:", embedders=embedders)
    """

    def __init__(
        self,
        *,
        batch_size: int | None = None,
        window: float = 0.001,
        models: Mapping[str, Mapping[str, Any]] | None = None,
        **options: Any,
    ) -> None:
        self._batch_size = _BATCH_SIZE if batch_size is None else batch_size
        self._window = window
        self._options = options
        self._by_model = {name.lower(): dict(own) for name, own in (models or {}).items()}

    async def embed(self, inputs: Inputs, /) -> list[Any]:
        """Embed the values in the model's own thread.

        Raises:
            UnsupportedOperation: fastembed is not installed.
            ArgumentError: it has no such model, or the model takes no inputs of this kind.
            InferenceError: the model cannot be loaded, or failed.
        """
        own = self._by_model.get(inputs.model.lower(), {})
        options = {**self._options, **own, **inputs.options}
        lane = self._lane(inputs.model, options)
        return await lane.submit(inputs.kind, inputs.is_query, inputs.values)

    def _lane(self, model: str, options: Mapping[str, Any]) -> Lane:
        key = (model.lower(), repr(sorted(options.items())))
        lane = _lanes.get(key)
        if lane is None:
            with _lock:
                lane = _lanes.get(key)
                if lane is None:
                    runner = _Runner(model, options)
                    lane = _lanes[key] = Lane(
                        runner.run,
                        runner.load,
                        batch_size=self._batch_size,
                        window=self._window,
                    )
        return lane


def list_models(family: Family) -> list[dict[str, Any]]:
    """List what fastembed knows of one kind of model, its custom models included."""
    described: list[dict[str, Any]] = _class_of(family).list_supported_models()
    return described


class _Runner:
    """One model, loaded by its first run. Used by the thread of its lane alone."""

    def __init__(self, model: str, options: Mapping[str, Any]) -> None:
        self._name = model
        self._options = options
        self._loaded: _Loaded | None = None

    def load(self) -> _Loaded:
        """Load the model; where that failed, the next run tries again."""
        if self._loaded is None:
            self._loaded = _load(self._name, self._options)
        return self._loaded

    def run(self, kind: Kind, is_query: bool, values: Sequence[Any]) -> Sequence[Any]:
        loaded = self.load()
        embed = _method(self._name, loaded, kind, values, is_query)
        if kind != "text" and loaded.family in ("image", "multimodal"):
            values = [_image(value, self._name) for value in values]
        try:
            found: Iterable[Any] = embed(values)
            return [_vector(one) for one in found]
        except Exception as error:
            raise InferenceError(
                f"model {self._name!r} failed: {type(error).__name__}: {error}", model=self._name
            ) from error


class _Loaded(NamedTuple):
    family: Family
    model: Any


def _load(name: str, options: Mapping[str, Any]) -> _Loaded:
    family = _family(name)
    try:
        return _Loaded(family, _class_of(family)(model_name=name, **options))
    except TypeError as error:
        raise ArgumentError(
            f"model {name!r} does not take these options: {error}.", parameter="options"
        ) from error
    except Exception as error:
        raise InferenceError(
            f"model {name!r} cannot be loaded: {type(error).__name__}: {error}",
            model=name,
            fix="Fetching it needs the network once. Without: a folder with its files, as option"
            " specific_model_path, or a cache_dir that has it.",
        ) from error


def _family(name: str) -> Family:
    known: list[str] = []
    for family in FAMILIES:
        names = [str(described["model"]) for described in list_models(family)]
        if name.lower() in (known_name.lower() for known_name in names):
            return family
        known += names
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    raise ArgumentError(
        f"fastembed has no model {name!r}.",
        parameter="model",
        fix=(f"Did you mean {near[0]!r}? " if near else "")
        + "The client's list_..._models() tell what there is; embedders= takes models of your own;"
        " with cloud_inference=True the server embeds.",
    )


def _class_of(family: Family) -> Any:
    try:
        import fastembed
    except ImportError as error:
        raise UnsupportedOperation(
            f"fastembed is not here: {error}.",
            fix="pip install 'aqdrant[fastembed]'; or pass embedders= of your own, or"
            " cloud_inference=True where the server embeds.",
        ) from error
    return getattr(fastembed, FAMILIES[family])


def _method(
    name: str, loaded: _Loaded, kind: Kind, values: Sequence[Any], is_query: bool
) -> Callable[[Sequence[Any]], Iterable[Any]]:
    """The method of the model that embeds inputs of this kind."""
    model = loaded.model
    takes: dict[str, Callable[[Sequence[Any]], Iterable[Any]]]
    if loaded.family == "multimodal":
        takes = {"text": model.embed_text, "image": model.embed_image}
    elif loaded.family == "image":
        takes = {"image": model.embed, "object": model.embed}
    else:
        texts = model.query_embed if is_query else model.embed
        takes = {"text": texts, "object": texts}
    if kind in takes and not (kind == "object" and _is_odd(loaded.family, values)):
        return takes[kind]
    wanted = " or ".join(sorted(takes.keys() - {"object"}))
    raise ArgumentError(
        f"model {name!r} embeds {wanted}, and this is an {kind}."
        if kind != "text"
        else f"model {name!r} embeds {wanted}, and this is text.",
        parameter="model",
    )


def _is_odd(family: Family, values: Sequence[Any]) -> bool:
    """Whether an object is no text for a model of texts."""
    return family != "image" and not all(isinstance(value, str) for value in values)


def _vector(found: Any) -> Any:
    if hasattr(found, "indices") and hasattr(found, "values"):
        return models.SparseVector(indices=found.indices, values=found.values)
    return found


def _image(value: Any, model: str) -> Any:
    """An image as fastembed takes it, its content read; PIL's own go through as they are."""
    from PIL.Image import Image  # fastembed brings it

    given: Any = _source(value, model) if isinstance(value, str) else value
    if isinstance(given, Path):
        return _opened(given, f"image file {str(given)!r}")
    if isinstance(given, bytes | bytearray | memoryview):
        return _opened(io.BytesIO(cast("bytes", given)), "image of these bytes")
    if not isinstance(given, Image):
        raise ArgumentError(
            f"image: {kind_of(value)}, wanted a path, bytes, base64 or a PIL image.",
            parameter="image",
        )
    return given


def _source(text: str, model: str) -> Path | bytes:
    """What a text stands for: a file, a data URI or base64."""
    if text.startswith(("http://", "https://")):
        raise ArgumentError(
            f"model {model!r} does not fetch images: {text!r} is an address.",
            parameter="image",
            fix="Pass its bytes, a path, or a data URI.",
        )
    if text.startswith("data:"):
        header, _, content = text.partition(",")
        if not header.endswith(";base64"):
            raise ArgumentError("the data URI is not base64.", parameter="image")
        return _decoded(content, "the data URI cannot be read")
    path = Path(text)
    if len(text) <= _LONGEST_PATH and path.is_file():
        return path
    shown = repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r} and so on"
    return _decoded(text, f"there is no image file {shown}, and it is no base64 either")


def _decoded(content: str, wrong: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ArgumentError(f"{wrong}: {error}.", parameter="image") from error


def _opened(source: Any, what: str) -> Any:
    from PIL import Image

    try:
        image = Image.open(source)
        image.load()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ArgumentError(f"the {what} cannot be read: {error}.", parameter="image") from error
    return image


def _in_forked_child() -> None:
    global _lock  # noqa: PLW0603
    # Threads do not come along with a fork, and those of ONNX are none of ours: models load anew.
    _lanes.clear()
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_forked_child)
