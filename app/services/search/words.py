"""The words of the catalogue and of what people ask for, and which of the first a misspelt one may mean."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise

from sqlalchemy import text

from app import db

LONGEST_QUERY = 200
_MOST_WORDS = 12  # of a query; the rest is not looked at
_NOT_IN_CODES = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]{4,40}")
_TOKEN = re.compile(r"[^\W_]+")
_TIMES = re.compile(r"(?<=\d)\s*[x×*]\s*(?=\d)", re.IGNORECASE)  # 50x70 is written 50 × 70
_UNIT = re.compile(  # 70cm is written 70 cm; A5m is no size
    r"(?<![^\W_])(\d+)(mm|cm|dm|m|km|mg|g|kg|ml|cl|l|in|inch|ft|oz|lbs?|mb|gb|tb)(?![^\W_])", re.IGNORECASE
)
_SHORTEST, _LONGEST_WORD = 4, 40  # letters of a word that may be taken for another

_NOTE = text(
    """
    INSERT INTO search_words (word, lexeme)
    SELECT word, (tsvector_to_array(to_tsvector('shop', word)))[1]
    FROM (SELECT DISTINCT plain(each) AS word FROM unnest(CAST(:words AS text[])) AS each) AS plain_words
    ORDER BY word ON CONFLICT DO NOTHING
    """
)
_FORGET = text(
    """
    DELETE FROM search_words WHERE lexeme IS NOT NULL AND NOT EXISTS (
        SELECT FROM search_documents
        WHERE is_published AND words @@ CAST(quote_literal(lexeme) AS tsquery)
    )
    """
)
# A row at least for each word that is neither the catalogue's nor a synonym, nor left out of every query.
# What is asked is made plain before it is compared: told to, or PostgreSQL makes it plain again for each word it knows.
_ALIKE = text(
    """
    WITH asked AS MATERIALIZED (
        SELECT token, plain(token) AS plain, (tsvector_to_array(to_tsvector('shop', token)))[1] AS lexeme
        FROM unnest(CAST(:tokens AS text[])) AS token
    )
    SELECT asked.token, asked.plain, known.word, EXISTS (
        SELECT FROM search_documents
        WHERE is_published AND heads @@ CAST(quote_literal(known.lexeme) AS tsquery)
    ) AS is_name FROM asked
    LEFT JOIN search_words AS known
      ON length(known.word) BETWEEN length(asked.plain) - 2 AND length(asked.plain) + 2
     AND levenshtein_less_equal(known.word, asked.plain, 2) <= 2
    WHERE asked.lexeme IS NOT NULL
      AND NOT EXISTS (SELECT FROM search_words WHERE word LIKE asked.plain || '%')
      AND NOT EXISTS (SELECT FROM search_words WHERE lexeme = asked.lexeme)
      AND NOT EXISTS (SELECT FROM search_rewrites WHERE to_tsvector('shop', asked.token) @@ alias)
    """
)
_KNOWN = text(
    """
    SELECT asked.word FROM unnest(CAST(:words AS text[])) AS asked (word)
    WHERE EXISTS (SELECT FROM search_words WHERE lexeme = (tsvector_to_array(to_tsvector('shop', asked.word)))[1])
    """
)


def bare(code: str) -> str:
    """Return a SKU or GTIN without what people add or leave out: case, dashes, spaces, dots."""
    return _NOT_IN_CODES.sub("", code).upper()


def plain_words(*texts: str) -> set[str]:
    """Return the words of texts that are long enough to be misspelt."""
    return {word.lower() for each in texts for word in _WORD.findall(each)}


def tokens_of(asked: str) -> list[str]:
    """Return the words and numbers of a query. What PostgreSQL does not store (NUL, lone surrogates) is dropped."""
    storable = asked.replace("\0", " ").encode("utf-8", "ignore").decode()[:LONGEST_QUERY]
    return searchable(storable).split()[:_MOST_WORDS]


def searchable(text: str) -> str:
    """Return the words and numbers of a text, taken apart as a query is: 50 × 70, A5/A6, 29.7 and 70cm are two each.

    Left to itself PostgreSQL takes such things for sizes, paths and fractions of one piece, which no query has.
    """
    sizes = _TIMES.sub(" ", unicodedata.normalize("NFC", text))
    return " ".join(_TOKEN.findall(_UNIT.sub(r"\1 \2", sizes)))


def note_words(words: Iterable[str]) -> None:
    """Remember words that stand in the catalogue. Inside the transaction that writes the documents."""
    db.orders.session.execute(_NOTE, {"words": sorted(set(words))})


def forget_words() -> None:
    """Forget words that no product has any more."""
    with db.orders.transaction() as session:
        session.execute(_FORGET)


def regroup(tokens: Sequence[str]) -> list[str]:
    """Return the query with words in one or in two where the catalogue has them so: note book, bluehour."""
    joined = {place: "".join(pair) for place, pair in enumerate(pairwise(tokens)) if "".join(pair).isalpha()}
    halves = {token: _halves(token) for token in tokens if token.isalpha() and len(token) <= _LONGEST_WORD}
    asked = {*tokens, *joined.values(), *(half for pairs in halves.values() for pair in pairs for half in pair)}
    known = {row.word for row in db.orders.rows(_KNOWN, {"words": sorted(asked)})}
    regrouped: list[str] = []
    places = iter(enumerate(tokens))
    for place, token in places:
        if joined.get(place) in known:
            regrouped.append(joined[place])
            next(places)
        elif token not in known and (pair := next((each for each in halves.get(token, ()) if known >= {*each}), None)):
            regrouped += pair
        else:
            regrouped.append(token)
    return regrouped


def _halves(word: str) -> list[tuple[str, str]]:
    return [(word[:end], word[end:]) for end in range(_SHORTEST, len(word) - _SHORTEST + 1)]


def correct(tokens: Sequence[str]) -> list[str]:
    """Return the query with each word that the catalogue does not know replaced by the nearest that it does.

    Of words equally near it is one that begins alike, then one of a title or a label.
    One that is near none leaves the query as it was asked: the others would be taken for something else beside it.
    """
    doubtful = [token for token in tokens if _SHORTEST <= len(token) <= _LONGEST_WORD and token.isalpha()]
    if not doubtful:
        return list(tokens)
    rows = db.orders.rows(_ALIKE, {"tokens": doubtful})
    nearest: dict[str, tuple[int, bool, bool, str]] = {}
    for token, plain, word, is_name in rows:
        if word and (cost := _distance(plain, word)) <= (1 if len(plain) < 6 else 2):
            rank = (cost, plain[0] != word[0], not is_name, word)
            nearest[token] = min(nearest.get(token, rank), rank)
    if any(row.token not in nearest for row in rows):
        return list(tokens)
    return [nearest[token][-1] if token in nearest else token for token in tokens]


def _distance(one: str, other: str) -> int:
    """Count the letters to change, add, drop or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
