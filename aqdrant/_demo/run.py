"""The demo's main job: index the standard library's docstrings in process, then search them.

Called by `aqdrant.__main__`. Each text is embedded twice, by its words (BM25) and by its topic
(LSA); a query asks for both and fuses the two rankings by reciprocal rank. What a term says about
the topic of a text is kept in a collection too, so a folder holds all that a query needs.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import anyio.to_thread
import numpy as np

from aqdrant import AsyncQdrantClient, models
from aqdrant._demo.corpus import Entry, corpus_state, read_corpus
from aqdrant._demo.keeping import MARK, UNFINISHED, Place, make_mark, open_place, shown
from aqdrant._demo.lsa import Floats, LatentSemanticModel, fold
from aqdrant._demo.show import Hit, Screen
from aqdrant.bm25 import Bm25, TermVector

COLLECTION: Final = "stdlib"
TERMS: Final = "stdlib-terms"
QUERIES: Final = (
    "parse a date string",
    "generate a secure random token",
    "copy a file with its metadata",
)
FILTERED_KIND: Final = "function"
Progress: TypeAlias = Callable[[int, int], None]

_BATCH: Final = 500
_CANDIDATES: Final = 50


@dataclass(frozen=True, slots=True)
class Index:
    """What is searched: the entries, whose ids are their positions, and their embeddings."""

    entries: list[Entry]
    bm25: Bm25
    sparse: list[TermVector]
    lsa: LatentSemanticModel


async def run_demo(
    words: str, *, limit: int = 5, screen: Screen | None = None, place: Place | None = None
) -> None:
    """Index the docstrings, unless an earlier run did, and answer queries.

    Args:
        words: The query; the demo's own three when empty.
        limit: How many results each search shows.
        screen: Where to write; standard output unless told.
        place: The folder that keeps the index; memory unless told.
    """
    screen = screen or Screen()
    screen.title("aqdrant: hybrid search in the docstrings of the Python standard library")
    began = time.perf_counter()
    mark = await anyio.to_thread.run_sync(_current_mark)
    kept = await open_place(place, mark, (COLLECTION, TERMS))
    async with kept.client as client:
        if kept.notice:
            screen.note(kept.notice)
        if kept.is_complete:
            with screen.phase("opening", began) as phase:
                count = (await client.count(COLLECTION)).count
                phase.done = f"opened the {count:,} points that an earlier run indexed"
        else:
            await upload(client, await build_index(screen), screen, mark)
        bm25 = await anyio.to_thread.run_sync(Bm25)
        for query in [words] if words else QUERIES:
            await search(client, bm25, query, limit, screen)
    if place is not None and not kept.notice and not kept.is_complete:
        screen.note(f"Kept in {shown(place.folder)}: the next run only searches.")
    if not words:
        screen.note('Ask your own: python -m aqdrant demo "compare two files line by line"')


def _current_mark() -> str:
    return make_mark(corpus_state())


async def build_index(screen: Screen) -> Index:
    """Read the corpus and embed it, off the event loop."""
    run = anyio.to_thread.run_sync
    with screen.phase("reading docstrings") as phase:
        entries = await run(read_corpus, None, phase.progress, abandon_on_cancel=True)
        modules = len({entry.module for entry in entries})
        phase.done = f"read {len(entries):,} docstrings of {modules} modules"
    bm25 = await run(Bm25)
    # A summary counts twice, here and in the text: it says what the whole is about.
    texts = [f"{entry.name}\n{entry.summary}\n{entry.text}" for entry in entries]
    with screen.phase("embedding words (BM25)") as phase:
        sparse = await run(_embed_words, bm25, texts, phase.progress, abandon_on_cancel=True)
        terms = len({index for vector in sparse for index in vector.indices})
        phase.done = f"embedded words (BM25, {terms:,} terms)"
    with screen.phase("embedding topics (LSA)") as phase:

        def embed_topics() -> LatentSemanticModel:
            return LatentSemanticModel(
                [bm25.terms(text) for text in texts], progress=phase.progress
            )

        lsa = await run(embed_topics, abandon_on_cancel=True)
        phase.done = f"embedded topics (LSA, {lsa.dimensions} dimensions)"
    return Index(entries, bm25, sparse, lsa)


def _embed_words(bm25: Bm25, texts: Sequence[str], progress: Progress) -> list[TermVector]:
    vectors: list[TermVector] = []
    for text in texts:
        vectors.append(bm25.embed_document(text))
        progress(len(vectors), len(texts))
    return vectors


async def upload(client: AsyncQdrantClient, index: Index, screen: Screen, mark: str = "") -> None:
    """Create the collections and put everything into them, in batches; the mark comes last."""
    with screen.phase("uploading points") as phase:
        await _create(client, index.lsa.dimensions)
        total = len(index.entries)
        for first in range(0, total, _BATCH):
            last = min(first + _BATCH, total)
            await client.upsert(COLLECTION, list(_points(index, first, last)))
            phase.progress(last, total)
        terms, directions = index.lsa.terms, index.lsa.directions
        for first in range(0, len(terms), _BATCH):
            part = slice(first, first + _BATCH)
            await client.upsert(TERMS, models.Batch(ids=terms[part], vectors=directions[part]))
        count = (await client.count(COLLECTION)).count
        for name in (COLLECTION, TERMS):
            await client.update_collection(name, metadata={MARK: mark})
        phase.done = f"uploaded {count:,} points in {-(-total // _BATCH)} batches"


async def _create(client: AsyncQdrantClient, dimensions: int) -> None:
    for name in (COLLECTION, TERMS):
        if await client.collection_exists(name):
            await client.delete_collection(name)
    params = models.VectorParams(size=dimensions, distance=models.Distance.COSINE)
    unfinished = {MARK: UNFINISHED}
    await client.create_collection(
        COLLECTION,
        vectors_config={"dense": params},
        sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        metadata=unfinished,
    )
    await client.create_payload_index(COLLECTION, "kind", models.PayloadSchemaType.KEYWORD)
    plain = models.VectorParams(size=dimensions, distance=models.Distance.DOT)
    await client.create_collection(TERMS, vectors_config=plain, metadata=unfinished)


def _points(index: Index, first: int, last: int) -> Iterator[models.PointStruct]:
    for number in range(first, last):
        entry, words = index.entries[number], index.sparse[number]
        yield models.PointStruct(
            id=number,
            vector={
                "dense": index.lsa.vectors[number],
                "bm25": models.SparseVector(indices=words.indices, values=words.values),
            },
            payload={
                "name": entry.name,
                "kind": entry.kind,
                "module": entry.module,
                "summary": entry.summary,
                "length": entry.length,
            },
        )


async def search(
    client: AsyncQdrantClient, bm25: Bm25, query: str, limit: int, screen: Screen
) -> None:
    """Answer a query from all entries, then from those of one kind."""
    only = models.FieldCondition(key="kind", match=models.MatchValue(value=FILTERED_KIND))
    for heading, condition in (
        (query, None),
        (f"{query} [kind = {FILTERED_KIND}]", models.Filter(must=[only])),
    ):
        started = time.perf_counter()
        hits = await find(client, bm25, query, limit, condition)
        screen.results(heading, hits, time.perf_counter() - started)


async def find(
    client: AsyncQdrantClient,
    bm25: Bm25,
    query: str,
    limit: int,
    condition: models.Filter | None = None,
) -> list[Hit]:
    """Return the best entries for a query: two rankings, fused by reciprocal rank."""
    words = bm25.embed_query(query)
    topic = await _topic(client, bm25.terms(query))
    candidates = max(_CANDIDATES, limit)
    prefetch: list[models.Prefetch] = []
    if words.indices:
        sparse = models.SparseVector(indices=words.indices, values=words.values)
        prefetch.append(models.Prefetch(query=sparse, using="bm25", limit=candidates))
    if topic is not None and topic.any():  # no direction, no neighbours
        prefetch.append(models.Prefetch(query=topic, using="dense", limit=candidates))
    if not prefetch:
        return []
    response = await client.query_points(
        COLLECTION,
        prefetch=prefetch,
        query=models.FusionQuery(fusion=models.Fusion.RRF),
        query_filter=condition,
        limit=limit,
        with_payload=["name", "summary"],
    )
    return [
        Hit(str(payload["name"]), str(payload["summary"]), point.score)
        for point in response.points
        if (payload := point.payload) is not None
    ]


async def _topic(client: AsyncQdrantClient, terms: Sequence[int]) -> Floats | None:
    """Return a query's unit vector; None where none of its terms is known."""
    counts = Counter(terms)
    found = await client.retrieve(TERMS, list(counts), with_vectors=True, with_payload=False)
    if not found:
        return None
    directions = np.array([record.vector for record in found], dtype=np.float32)
    return fold([counts[int(record.id)] for record in found], directions)
