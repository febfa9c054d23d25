"""Points carried from one collection to another, reads and writes overlapping; the copy verified.

Called by `aqdrant._async.migration`.
"""

from __future__ import annotations

import math
import random
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from anyio.lowlevel import checkpoint

from aqdrant import models
from aqdrant.exceptions import BadRequest, MigrationFailed
from aqdrant.migration.planning import MigrationResult, Plan
from aqdrant.models._scalars import is_mapping
from aqdrant.uploads.bars import tell
from aqdrant.uploads.fitting import Fit
from aqdrant.uploads.report import UploadResult

if TYPE_CHECKING:
    from aqdrant._async.client import AsyncQdrantClient

__all__ = ["Copy"]

_SAMPLE: Final = 32
"""Points whose content is compared in the end."""
_NUMBERS: Final = 32_768
"""Numbers of vectors in a page, about: the garbage collector goes through those of some pages."""
_IDS: Final = 1000
"""Points of a page of which the ids alone are read."""
_TOLERANCE: Final = 1e-4
"""Of a vector's numbers: the target may normalise anew what was normalised."""


class Copy:
    """One collection under way.

    Args:
        source: where it is.
        target: where it goes.
        plan: which one.
        resume: leave out points that the target has.
        on_progress: called with the result so far.
    """

    def __init__(
        self,
        source: AsyncQdrantClient,
        target: AsyncQdrantClient,
        plan: Plan,
        *,
        resume: bool,
        on_progress: Callable[[MigrationResult], object] | None,
    ) -> None:
        self._source = source
        self._target = target
        self._name = plan.name
        self._numbers = Fit(plan.info.config.params).numbers
        strict = plan.info.config.strict_mode_config  # the copy's, too
        limits = strict if strict and strict.enabled else models.StrictModeConfigOutput()
        self._most_read = limits.max_query_limit or sys.maxsize
        self._most_written = limits.upsert_max_batchsize or sys.maxsize
        self._resume = resume and plan.is_there
        self._on_progress = on_progress
        self._shard_keys: list[models.ShardKey | None] = [*plan.shard_keys] or [None]
        self._sample: list[tuple[models.ShardKey | None, models.Record]] = []
        self._read = 0
        self._began = time.monotonic()
        self.result = MigrationResult(
            collection=plan.name, indexes=sorted(plan.info.payload_schema)
        )

    async def carry(self, batch_size: int, parallel: int) -> None:
        """Carry the points."""
        self.result.total = await self._exact_count(self._source)
        if self.result.total is None:
            self.result.total = (await self._source.count(self._name, exact=False)).count
        for key in self._shard_keys:
            before = self.result.points, self.result.bytes
            note = partial(self._note, before)
            records = self._records(batch_size, key)
            async with aclosing(records):
                await self._target.upload_points(
                    self._name,
                    records,
                    batch_size=min(batch_size, self._most_written),
                    parallel=parallel,
                    wait=True,
                    shard_key_selector=key,
                    on_progress=note,
                )

    async def verify(self) -> None:
        """Compare the numbers of points, and the content of some.

        Raises:
            MigrationFailed: they differ.
        """
        here, there = await self._counted(self._source), await self._counted(self._target)
        if here != there:
            raise MigrationFailed(
                f"the source has {here} points and the copy {there}.",
                target=f"collection {self._name!r}",
                fix="Was the source written to meanwhile? resume=True carries what is missing."
                if there < here
                else "The copy had, or got, points of its own: recreate_on_collision=True replaces"
                " it.",
            )
        for key in self._shard_keys:
            await self._compare(key, [record for of, record in self._sample if of == key])
        self.result.is_verified = True

    async def _exact_count(self, client: AsyncQdrantClient) -> int | None:
        """How many points there are; None where a strict collection does not tell exactly."""
        try:
            return (await client.count(self._name, exact=True)).count
        except BadRequest:
            return None

    async def _counted(self, client: AsyncQdrantClient) -> int:
        count = await self._exact_count(client)
        if count is not None:
            return count
        size = min(_IDS, self._most_read)
        pages = client.scroll_pages(self._name, page_size=size, with_payload=False)
        async with aclosing(pages):
            return sum([len(page.points) async for page in pages])

    async def _compare(self, key: models.ShardKey | None, sample: list[models.Record]) -> None:
        ids = [record.id for record in sample]
        copies = await self._target.retrieve(self._name, ids, True, True, shard_key_selector=key)
        found = {record.id: record for record in copies}
        for record in sample:
            await checkpoint()
            copy = found.get(record.id)
            if copy is None or not _is_same(record, copy):
                raise MigrationFailed(
                    f"point {record.id!r} is not what it is in the source.",
                    target=f"collection {self._name!r}",
                )

    async def finish(self) -> None:
        """Note that all is there."""
        self.result.is_finished = True
        await tell(self._watched, self.result)

    async def _records(
        self, page_size: int, key: models.ShardKey | None
    ) -> AsyncGenerator[models.Record]:
        at_once = min(_NUMBERS // max(1, self._numbers), self._most_read)
        pages = self._source.scroll_pages(
            self._name,
            page_size=max(1, min(page_size, at_once)),
            with_payload=True,
            with_vectors=True,
            shard_key_selector=key,
        )
        async with aclosing(pages):
            async for page in pages:
                points = await self._missing(page.points, key) if self._resume else page.points
                for record in page.points:
                    self._pick(key, record)
                for record in points:
                    yield record

    async def _missing(
        self, points: list[models.Record], key: models.ShardKey | None
    ) -> list[models.Record]:
        ids = [point.id for point in points]
        found = await self._target.retrieve(self._name, ids, False, shard_key_selector=key)
        there = {point.id for point in found}
        self.result.skipped += len(there)
        return [point for point in points if point.id not in there]

    def _pick(self, key: models.ShardKey | None, record: models.Record) -> None:
        """Keep a sample in which every point is as likely as any other."""
        self._read += 1
        if len(self._sample) < _SAMPLE:
            self._sample.append((key, record))
            return
        place = random.randrange(self._read)
        if place < _SAMPLE:
            self._sample[place] = key, record

    def _note(self, before: tuple[int, int], uploaded: UploadResult) -> object:
        self.result.points = before[0] + uploaded.points
        self.result.bytes = before[1] + uploaded.bytes
        return self._watched(self.result)

    def _watched(self, result: MigrationResult) -> object:
        result.seconds = time.monotonic() - self._began
        return None if self._on_progress is None else self._on_progress(result)


def _is_same(one: models.Record, other: models.Record) -> bool:
    if (one.payload or {}) != (other.payload or {}):
        return False
    pairs = zip(_numbers(one.vector), _numbers(other.vector), strict=True)
    try:
        return all(math.isclose(a, b, rel_tol=_TOLERANCE, abs_tol=1e-6) for a, b in pairs)
    except ValueError:  # one has more numbers
        return False


def _numbers(vector: Any) -> Iterator[float]:
    if is_mapping(vector):
        for name in sorted(vector):
            yield from _numbers(vector[name])
    elif isinstance(vector, models.SparseVector):
        yield from _numbers(vector.indices)
        yield from _numbers(vector.values)
    elif hasattr(vector, "__iter__"):
        for element in vector:
            yield from _numbers(element)
    elif vector is not None:
        yield float(vector)
