"""The middleware of the slot "inference": below it there are vectors, and what a server embeds.

Built by the client around everything that runs operations. A call without documents pays for a
look at the classes of what it holds.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar, cast

import anyio
import msgspec
from msgspec.structs import replace

from aqdrant import models
from aqdrant.exceptions import AqdrantError, InferenceError
from aqdrant.inference.choosing import Embedders
from aqdrant.inference.protocol import Embedder, Inputs, Kind, Vectors
from aqdrant.inference.terms import TERMS
from aqdrant.inference.walking import Raw, Visit, visit_of
from aqdrant.middleware import ForwardingTransport
from aqdrant.models._reading import STRICT, read, reader
from aqdrant.models._scalars import Mismatch
from aqdrant.operations import Operation
from aqdrant.transport import DEFAULT_OPTIONS, CallOptions, Encoded, Transport

__all__ = ["Inference"]

R = TypeVar("R")
_LEAST = 0.001
_NOTHING: Mapping[str, Any] = {}


class Inference(ForwardingTransport):
    """Embed the documents, images and objects of a call before it goes on.

    Args:
        inner: the next layer.
        embedders: which embedder serves which model.
    """

    def __init__(self, inner: Transport, embedders: Embedders) -> None:
        super().__init__(inner)
        self._embedders = embedders

    async def execute(
        self, operation: Operation[R], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> R:
        """Embed, within the call's timeout, and run the operation with what is left of it."""
        encoded = options.encoded
        if encoded is not None and encoded.fits(operation, self):
            filled: Encoded = encoded.content
            return await self.inner.execute(
                cast("Operation[R]", filled.operation), replace(options, encoded=filled)
            )
        plan = self._plan(operation)
        if plan is None:
            return await self.inner.execute(operation, options)
        began = time.monotonic()
        await _each([plan.embed(job) for job in plan.jobs])
        return await self.inner.execute(plan.filled(operation), _rest_of(options, began))

    async def prepare(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Encoded | None:
        """Embed, and have the operation encoded, so that neither is done anew in a further try."""
        if self._prepare_inner is None or (plan := self._plan(operation)) is None:
            return await super().prepare(operation, options)
        began = time.monotonic()
        await _each([plan.embed(job) for job in plan.jobs])
        filled = await super().prepare(plan.filled(operation), _rest_of(options, began))
        return None if filled is None else Encoded(operation, self, filled)

    def try_execute(
        self, operation: Operation[Any], options: CallOptions = DEFAULT_OPTIONS, /
    ) -> Any:
        """Run at once what needs no model; models have to be awaited."""
        if self._try_inner is None:
            return NotImplemented
        plan = self._plan(operation)
        if plan is None:
            return self._try_inner(operation, options)
        if any(job.embedder is not TERMS for job in plan.jobs):
            return NotImplemented
        for job in plan.jobs:
            plan.take(job, TERMS.embed_now(job.inputs(plan.is_query)))
        return self._try_inner(plan.filled(operation), options)

    def _plan(self, operation: Operation[Any]) -> _Plan | None:
        visit = visit_of(type(operation))
        if visit is None:
            return None
        found: list[Raw] = []

        def note(raw: Raw) -> Raw:
            found.append(raw)
            return raw

        visit(cast("Any", operation).body, note)
        if not found:
            return None
        plan = _Plan(visit, is_query=not type(operation).writes)
        for raw in found:
            plan.add(raw, self._embedders.find(raw.model))
        return plan if plan.jobs else None


class _Job:
    """The inputs of one call for one model with one set of options."""

    def __init__(
        self, embedder: Embedder, model: str, kind: Kind, options: Mapping[str, Any]
    ) -> None:
        self.embedder = embedder
        self.model = model
        self.kind: Kind = kind
        self.options = options
        self.values: list[Any] = []
        self.places: list[list[int]] = []
        """For each value, the places in the body that want its vector."""
        self._known: dict[str, int] = {}

    def fits(self, embedder: Embedder, model: str, kind: Kind, options: Mapping[str, Any]) -> bool:
        same = self.embedder is embedder and self.model == model and self.kind == kind
        return same and (self.options is options or self.options == options)

    def add(self, value: Any, place: int) -> None:
        if isinstance(value, str):
            at = self._known.setdefault(value, len(self.values))
            if at < len(self.values):
                self.places[at].append(place)
                return
        self.values.append(value)
        self.places.append([place])

    def inputs(self, is_query: bool) -> Inputs:
        return Inputs(
            model=self.model,
            values=self.values,
            kind=self.kind,
            options=self.options,
            is_query=is_query,
        )


class _Plan:
    """What has to be embedded for one operation, and the vectors by their places."""

    def __init__(self, visit: Visit, *, is_query: bool) -> None:
        self._visit = visit
        self.is_query = is_query
        self.jobs: list[_Job] = []
        self._in_place: list[Any] = []

    def add(self, raw: Raw, embedder: Embedder | None) -> None:
        """Note what was found; it stays in its place where there is no embedder for it."""
        kind, value = _content(raw)
        place = len(self._in_place)
        self._in_place.append(raw)
        if embedder is None:
            if kind != "text":
                read(value, Any, kind)  # a server takes what JSON has, and no objects of ours
            return
        options = _plain_options(raw)
        job = next((j for j in self.jobs if j.fits(embedder, raw.model, kind, options)), None)
        if job is None:
            job = _Job(embedder, raw.model, kind, options)
            self.jobs.append(job)
        job.add(value, place)

    async def embed(self, job: _Job) -> None:
        try:
            vectors = await job.embedder.embed(job.inputs(self.is_query))
        except AqdrantError:
            raise
        except Exception as error:
            raise InferenceError(
                f"the embedder of model {job.model!r} failed: {type(error).__name__}: {error}",
                model=job.model,
            ) from error
        self.take(job, vectors)

    def take(self, job: _Job, vectors: Vectors) -> None:
        """Keep the vectors of a job.

        Raises:
            InferenceError: they are not as many as its inputs, or no vectors.
        """
        listed = _listed(vectors, job)
        read_vector = reader(models.Vector, STRICT)
        for index, (vector, places) in enumerate(zip(listed, job.places, strict=True)):
            try:
                taken = read_vector(vector)
            except Mismatch as mismatch:
                error = mismatch.inside(index).error(f"the vectors of model {job.model!r}")
                raise InferenceError(error.message, model=job.model) from None
            for place in places:
                self._in_place[place] = taken

    def filled(self, operation: Operation[R]) -> Operation[R]:
        """The operation with vectors in the places of documents."""
        ready = iter(self._in_place)
        body = self._visit(cast("Any", operation).body, lambda _raw: next(ready))
        return cast("Operation[R]", replace(cast("msgspec.Struct", operation), body=body))


def _content(raw: Raw) -> tuple[Kind, Any]:
    if isinstance(raw, models.Document):
        return "text", raw.text
    return ("image", raw.image) if isinstance(raw, models.Image) else ("object", raw.object)


def _plain_options(raw: Raw) -> Mapping[str, Any]:
    options = raw.options
    if isinstance(options, models.Bm25Config):
        return options.model_dump(exclude_none=True)
    return _NOTHING if options is None else options


def _listed(vectors: Vectors, job: _Job) -> Sequence[Any]:
    count = len(vectors) if hasattr(vectors, "__len__") else -1
    if count != len(job.values):
        found = f"{count} vectors" if count >= 0 else f"a {type(vectors).__name__}"
        raise InferenceError(
            f"the embedder of model {job.model!r} gave {found} for {len(job.values)} inputs.",
            model=job.model,
            fix="It has to return one vector for each input, in their order.",
        )
    return cast("Sequence[Any]", vectors)


def _rest_of(options: CallOptions, began: float) -> CallOptions:
    if options.timeout is None:
        return options
    # The deadline layer outside ends the call; the transport below tells a server what is left.
    return replace(options, timeout=max(_LEAST, options.timeout - (time.monotonic() - began)))


async def _each(works: Sequence[Awaitable[None]]) -> None:
    """Await all at once; of several errors the first one that came is raised."""
    if len(works) == 1:
        await works[0]
        return
    errors: list[Exception] = []
    async with anyio.create_task_group() as tasks:

        async def run(work: Awaitable[None]) -> None:
            try:
                await work
            except Exception as error:  # noqa: BLE001  # raised below, out of its group
                errors.append(error)
                tasks.cancel_scope.cancel()

        for work in works:
            tasks.start_soon(run, work)
    if errors:
        raise errors[0]
