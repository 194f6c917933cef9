"""Suggestions while somebody types: a few products by their titles and labels, cheaply."""

from sqlalchemy import text

from app import db
from app.services import catalog
from app.services.search.asked import CODED, QUERY
from app.services.search.cards import show
from app.services.search.words import bare, correct, regroup, tokens_of

_SHOWN = 6
_LOOKED_AT = 500  # of very many, so that one letter more or less costs the same
_SHORTEST = 2  # letters before anything is suggested

_SUGGEST = text(
    f"""
    WITH {CODED},
    near AS (
        SELECT product_id, title, popularity, created_at FROM search_documents
        WHERE is_published AND (
            heads @@ (SELECT ts_rewrite({QUERY}, 'SELECT alias, meaning FROM search_rewrites'))
            OR codes @> ARRAY[:code]
        )
        LIMIT {_LOOKED_AT}
    )
    SELECT product_id FROM near
    ORDER BY product_id IN (SELECT product_id FROM coded) DESC,
        (starts_with(plain(title), plain(:whole))) DESC, popularity DESC, created_at DESC, product_id
    LIMIT {_SHOWN}
    """  # noqa: S608 - words and numbers of our own
)


def suggest(asked: str, *, at: catalog.State | None = None) -> list[catalog.Card]:
    """Return the cards of a few products whose title or labels begin so, also when words are misspelt or in one.

    `at`: as in cards.show().
    """
    tokens = tokens_of(asked)
    if not tokens or len("".join(tokens)) < _SHORTEST:
        return []
    ids = _ids(tokens, asked)
    for guess in (regroup, correct):
        if not ids and (guessed := guess(tokens)) != tokens:
            ids = _ids(guessed, "")
    return show(ids, at=at)


def _ids(tokens: list[str], asked: str) -> list[str]:
    values = {"query": " & ".join(tokens) + ":*", "code": bare(asked), "whole": " ".join(tokens)}
    return [row.product_id for row in db.orders.rows(_SUGGEST, values)]
