"""BM25 beside the engine's own, and beside what a server answered."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import qdrant_edge as edge

from aqdrant.bm25 import Bm25
from aqdrant.bm25._stemming import find_stemmer
from aqdrant.bm25._wordlists import LANGUAGES, stopwords_of

RECORDED = Path(__file__).parents[1] / "data" / "bm25_server.jsonl"
SEPARATORS = (*[" "] * 8, ", ", ". ", "-", "_", "'", "\n", " — ", "/", "\u00a0", "\u200b", "\x1f")
ENDINGS = (*["", "s", "'s", "ing", "ed", "edly", "ization", "fulness", "ational", "ies", "y"], "e")
SENTENCES = """
The quick brown foxes were jumping over lazy dogs' backs
Organizations organise internationally; universities' generosity communicates
Naïve cafés in Zürich, déjà-vu, ÀÉÎÕÜ, Straße ẞ, İstanbul, ΣΑΣ ὈΔΥΣΣΕΎΣ
def parse_httpResponse2(XMLHttpRequest, max_tokens=1_000, 0xFF): return __init__.fooBar
हिन्दी में पाठ, 日本語のテキスト, ไทย, עברית, العربية, தமிழ், Ⅷ ² ③ ４２ ᾳ ﬁsh
e\u0301le\u0301gant skiing skies dying news inning exceed succeeded gently cosmos
""".strip().splitlines()


def engine(**options: Any) -> Any:
    """Build the engine's model from the same options as ours."""
    given = dict(options)
    if "tokenizer" in given:
        given["tokenizer"] = getattr(edge.TokenizerType, given["tokenizer"].title())
    if isinstance(given.get("stopwords"), str):
        given["stopwords"] = language(given["stopwords"])
    elif "stopwords" in given:
        sets = given["stopwords"]
        named = {language(name) for name in sets.get("languages", ())}
        given["stopwords"] = edge.StopwordsSet(named, set(sets.get("custom", ())))
    if "stemmer" in given:
        stemmer = given["stemmer"]
        given["stemmer"] = (
            edge.DisabledStemmer()
            if stemmer["type"] == "none"
            else edge.SnowballParams(getattr(edge.SnowballLanguage, stemmer["language"].title()))
        )
    return edge.Bm25(edge.Bm25Config(**given))


def language(name: str) -> Any:
    return getattr(edge.Language, name.title())


def texts(seed: str, words: list[str], count: int) -> list[str]:
    """Make texts of the words, whole and glued, in several cases, between odd separators."""
    random_ = random.Random(seed)
    made = []
    for _ in range(count):
        pieces = []
        for _ in range(random_.choice((0, 1, 3, 10, 40))):
            word = random_.choice(words)
            if random_.random() < 0.4:
                word += random_.choice(words) + random_.choice(ENDINGS)
            pieces += [random_.choice((word, word, word.title(), word.upper()))]
            pieces += [random_.choice(SEPARATORS)]
        made.append("".join(pieces))
    return made


def check_equal(options: dict[str, Any], many: list[str]) -> None:
    ours, theirs = Bm25(**options), engine(**options)
    for text in many:
        document, query = theirs.embed_document(text), theirs.embed_query(text)
        assert ours.embed_document(text) == (list(document.indices), list(document.values)), text
        assert ours.embed_query(text) == (list(query.indices), list(query.values)), text


@pytest.mark.parametrize("name", LANGUAGES)
def test_stopwords_and_stems_of_each_language_are_the_engines(name: str) -> None:
    words = ["habían", "añño", "ééq", "aббa", "1100", "100a", "kííx"]  # letters of no language here
    check_equal({"language": name}, texts(name, sorted(stopwords_of(name)), 150) + words)
    check_equal({"language": name}, list(SENTENCES))


def test_english_texts_are_the_engines() -> None:
    words = sorted(stopwords_of("english")) + " ".join(SENTENCES).split()
    check_equal({}, texts("english texts", words, 3000))


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_stopword_is_one_of_the_engines(name: str) -> None:
    whole = {"tokenizer": "whitespace", "stemmer": {"type": "none"}, "lowercase": False}
    theirs = engine(**whole, stopwords=name)
    assert [word for word in stopwords_of(name) if theirs.embed_query(word).indices] == []


def test_words_of_one_language_are_stopwords_of_another_only_where_the_engine_says_so() -> None:
    everything = {word for name in LANGUAGES for word in stopwords_of(name)}
    whole = {"tokenizer": "whitespace", "stemmer": {"type": "none"}, "lowercase": False}
    for name in LANGUAGES:
        theirs = engine(**whole, stopwords=name)
        theirs_drops = {word for word in everything if not theirs.embed_query(word).indices}
        assert theirs_drops == stopwords_of(name)


@pytest.mark.parametrize(
    "options",
    [
        {"k": 0.0},
        {"k": 2.0, "b": 0.5, "avg_len": 5.0},
        {"b": 0.0},
        {"lowercase": False},
        {"ascii_folding": True},
        {"ascii_folding": True, "lowercase": False, "stemmer": {"type": "none"}},
        {"tokenizer": "whitespace"},
        {"tokenizer": "prefix"},
        {"tokenizer": "prefix", "min_token_len": 2, "max_token_len": 4},
        {"tokenizer": "prefix", "min_token_len": 0, "max_token_len": 3},
        {"tokenizer": "code"},
        {"tokenizer": "code", "lowercase": False, "stopwords": {"custom": ["Foo", "bar"]}},
        {"stopwords": {}, "stemmer": {"type": "none"}},
        {"stopwords": "german"},
        {"stopwords": {"languages": ["german", "french"], "custom": ["Quick", "DOGS"]}},
        {"stemmer": {"type": "snowball", "language": "german"}},
        {"min_token_len": 4, "max_token_len": 5},
        {"max_token_len": 0},
        {"language": "fr"},
        {"language": "russian", "stopwords": {"custom": []}},
    ],
    ids=str,
)
def test_each_option_is_the_engines(options: dict[str, Any]) -> None:
    words = " ".join(SENTENCES).split() + sorted(stopwords_of("english"))
    check_equal(options, texts(str(options), words, 150) + SENTENCES)


@pytest.mark.parametrize("code_points", [range(0x80, 0x3100), range(0xA000, 0x10000)], ids=str)
def test_characters_are_letters_where_the_engine_says_so(code_points: range) -> None:
    characters = [chr(code) for code in code_points if not 0xD800 <= code < 0xE000]
    plain = {"stopwords": {}, "stemmer": {"type": "none"}}
    check_equal(plain, [f"a{character}b" for character in characters])
    check_equal(plain | {"ascii_folding": True}, [f"x{character}" for character in characters])


def test_answers_of_a_server_are_ours() -> None:
    rows = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 15
    for row in rows:
        ours = Bm25(**row["options"]).embed_document(row["text"])
        assert ours.indices == row["indices"], row
        assert ours.values == pytest.approx(row["values"], rel=1e-6), row


def test_language_none_neither_drops_nor_stems() -> None:
    neutral = Bm25(stopwords={}, stemmer={"type": "none"})
    assert Bm25(language="none").embed_document("The foxes") == neutral.embed_document("The foxes")
    assert len(Bm25(language="none").embed_query("The foxes").indices) == 2


def test_english_stems() -> None:
    words = "running flies generically happiness relational sky 'tis saying cry hopping"
    stems = "run fli generic happi relat sky tis say cri hop"
    assert [find_stemmer("english")(word) for word in words.split()] == stems.split()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"k": -1.0}, "k must be finite and 0 or more, got -1.0"),
        ({"k": float("inf")}, "k must be finite"),
        ({"b": 2.0}, "b must be finite and from 0 to 1, got 2.0"),
        ({"avg_len": 0.0}, "avg_len must be finite and above 0, got 0.0"),
        ({"language": "germen"}, "did you mean 'german'"),
        ({"stopwords": "klingon"}, "stopwords has no language 'klingon'"),
        ({"stopwords": ["a"]}, "got list"),
        (
            {"tokenizer": "words"},
            "tokenizer must be one of code, multilingual, prefix, whitespace, word",
        ),
        ({"stemmer": {"type": "porter"}}, "got 'porter'"),
        ({"stemmer": {"type": "snowball", "language": "basque"}}, "got 'basque'"),
    ],
    ids=str,
)
def test_bad_options_are_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Bm25(**options)


SCRIPTS = {
    "latin": "Hello naïve Ünïcode straße ŒUVRE Æsir đakovo Łódź Việt ñandú İzmir ǅ ﬁne e\u0301clair"
    " x² V2 3D 10kg ŀ K Å don't foo_bar e-mail a+b x=y C++ 3.14 2024-01-01 Ａｂ",
    "cyrillic": "Привет ёжик йод Їжак Ґанок ў Ќерка и\u0306 ЩУКА кое-что",
    "greek": "Γειά ΣΊΣΥΦΟΣ λόγος ΰ ας Ώρα αςας",
    "hebrew": 'שלום שָׁלוֹם אֱלֹהִים ג׳ צה"ל',
    "arabic": "مرحبا الله السَّلَام ساعة أبو ـعـ ؟ ٣",
    "korean": "안녕하세요 세계 각 ㄱ 가 한국어",
    "indic": "हिन्दी ह क़लम ड़ বাংলা தமிழ் తెలుగు ಕನ್ನಡ മലയാളം සිංහල ગુજરાતી ਪੰਜਾਬੀ ଓଡ଼ିଆ",
    "symbols": "😀 👍🏽 5€ $9 33 ½ ① Ⓐ = ~ ∑ ± ° © ™ № … — • · ′ « » “ ’ \\ | ^ `"
    " \u00a0 \u200b \u00ad",
}


@pytest.mark.parametrize("script", [*SCRIPTS, "all"])
@pytest.mark.parametrize("options", [{}, {"lowercase": False}, {"min_token_len": 3}], ids=str)
def test_words_in_many_scripts_are_cut_as_the_engine_cuts_them(
    script: str, options: dict[str, Any]
) -> None:
    plain: dict[str, Any] = {"stopwords": {"custom": []}, "stemmer": {"type": "none"}, **options}
    mine = Bm25(tokenizer="multilingual", **plain)
    theirs = engine(tokenizer="multilingual", **plain)
    # The engine may take a text for Persian that is mostly Arabic, and more so a short one.
    names = [name for name in SCRIPTS if name != "arabic"] if script == "all" else [script]
    words = [word for name in names for word in SCRIPTS[name].split(" ")]
    random_ = random.Random(script)
    for _ in range(600):
        pieces = [random_.choice(words) for _ in range(random_.randrange(1, 7))]
        text = "".join(piece + random_.choice(["", " ", ", ", "\n", "-"]) for piece in pieces)
        assert mine.embed_document(text).indices == list(theirs.embed_document(text).indices), text


def test_what_dictionaries_would_cut_stays_together() -> None:
    mine = Bm25(tokenizer="multilingual", language="none")
    text = "你好世界，今天 日本語のテキスト สวัสดีชาวโลก ok"
    assert mine.tokens(text) == ["你好世界", "今天", "日本語のテキスト", "สวสดชาวโลก", "ok"]


def test_many_texts_are_cut_as_each_by_itself(seed: int) -> None:
    chance = random.Random(seed)
    options: list[dict[str, Any]] = [
        {}, {"language": "english"}, {"ascii_folding": True}, {"tokenizer": "whitespace"},
        {"tokenizer": "prefix", "min_token_len": 2, "max_token_len": 4},
    ]  # fmt: skip
    for _ in range(200):
        letters = chance.choice(["ab XY_9.-", "the a b", "aé\0\u0301ß "])
        texts = [
            "".join(chance.choices(letters, k=chance.randrange(12)))
            for _ in range(chance.randrange(6))
        ]
        for chosen in options:
            given: dict[str, Any] = {"language": "none", **chosen}
            bm25 = Bm25(**given)
            tokens: list[str | None] = []
            for text in texts:
                tokens += [*bm25.tokens(text), None]
            assert bm25.tokens_of_all(texts) == tokens
