"""The demo's main job: index the standard library's docstrings in process, then search them.

Called by `aqdrant.__main__`. Each text is embedded twice, by its words (BM25) and by its topic
(LSA); a query asks for both and fuses the two rankings by reciprocal rank.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import anyio.to_thread

from aqdrant import AsyncQdrantClient, models
from aqdrant._demo.corpus import Entry, read_corpus
from aqdrant._demo.lsa import LatentSemanticModel
from aqdrant._demo.show import Hit, Screen
from aqdrant.bm25 import Bm25, TermVector

COLLECTION: Final = "stdlib"
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


async def run_demo(words: str, *, limit: int = 5, screen: Screen | None = None) -> None:
    """Index the docstrings in memory and answer queries.

    Args:
        words: The query; the demo's own three when empty.
        limit: How many results each search shows.
        screen: Where to write; standard output unless told.
    """
    screen = screen or Screen()
    screen.title("aqdrant: hybrid search in the docstrings of the Python standard library")
    index = await build_index(screen)
    async with AsyncQdrantClient(":memory:") as client:
        await upload(client, index, screen)
        for query in [words] if words else QUERIES:
            await search(client, index, query, limit, screen)
    if not words:
        screen.note('Ask your own: python -m aqdrant demo "compare two files line by line"')


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


async def upload(client: AsyncQdrantClient, index: Index, screen: Screen) -> None:
    """Create the collection and put every entry into it, in batches."""
    with screen.phase("uploading points") as phase:
        await client.create_collection(
            COLLECTION,
            vectors_config={
                "dense": models.VectorParams(
                    size=index.lsa.dimensions, distance=models.Distance.COSINE
                )
            },
            sparse_vectors_config={"bm25": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )
        await client.create_payload_index(COLLECTION, "kind", models.PayloadSchemaType.KEYWORD)
        total = len(index.entries)
        for first in range(0, total, _BATCH):
            last = min(first + _BATCH, total)
            await client.upsert(COLLECTION, list(_points(index, first, last)))
            phase.progress(last, total)
        count = (await client.count(COLLECTION)).count
        phase.done = f"uploaded {count:,} points in {-(-total // _BATCH)} batches"


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
    client: AsyncQdrantClient, index: Index, query: str, limit: int, screen: Screen
) -> None:
    """Answer a query from all entries, then from those of one kind."""
    only = models.FieldCondition(key="kind", match=models.MatchValue(value=FILTERED_KIND))
    for heading, condition in (
        (query, None),
        (f"{query} [kind = {FILTERED_KIND}]", models.Filter(must=[only])),
    ):
        started = time.perf_counter()
        hits = await find(client, index, query, limit, condition)
        screen.results(heading, hits, time.perf_counter() - started)


async def find(
    client: AsyncQdrantClient,
    index: Index,
    query: str,
    limit: int,
    condition: models.Filter | None = None,
) -> list[Hit]:
    """Return the best entries for a query: two rankings, fused by reciprocal rank."""
    words = index.bm25.embed_query(query)
    topic = index.lsa.fold_in(index.bm25.terms(query))
    candidates = max(_CANDIDATES, limit)
    prefetch: list[models.Prefetch] = []
    if words.indices:
        sparse = models.SparseVector(indices=words.indices, values=words.values)
        prefetch.append(models.Prefetch(query=sparse, using="bm25", limit=candidates))
    if topic.any():  # no direction, no neighbours: none of the words is known
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
