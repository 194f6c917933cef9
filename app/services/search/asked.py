"""The words that are looked for, as PostgreSQL reads them: what every search statement begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from app.services.search.words import bare

# A word that is left out of queries may be the beginning of one that is not: "not" of "notebook".
QUERY = (
    "CASE WHEN numnode(to_tsquery('shop', :query)) = 0 THEN to_tsquery('simple', plain(:query)) "
    "ELSE to_tsquery('shop', :query) END"
)
CODED = "coded AS MATERIALIZED (SELECT product_id FROM search_documents WHERE codes @> ARRAY[:code])"


@dataclass(frozen=True)
class Words:
    """What is looked for. `is_any`: one of the words is enough."""

    tokens: Sequence[str]
    whole: str
    is_any: bool = False

    @property
    def query(self) -> str:
        """The words as PostgreSQL reads them; the last may be unfinished."""
        return (" | " if self.is_any else " & ").join(self.tokens) + ":*"

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of a statement that begins with ask_for() them."""
        values = {"query": self.query, "code": bare(self.whole), "whole": " ".join(self.tokens)}
        return values | {"words": list(self.tokens)} if self.is_any else values


def ask_for(words: Words) -> str:
    """Return the parts of a statement that say what is looked for: `asked` (query, whole), `coded`, `each_word`."""
    each_word = (
        "each_word AS MATERIALIZED (SELECT ts_rewrite(to_tsquery('shop', word), 'SELECT alias, meaning FROM "
        "search_rewrites') AS query FROM unnest(CAST(:words AS text[])) AS word), "
    )
    return (each_word if words.is_any else "") + (
        f"asked AS MATERIALIZED (SELECT ts_rewrite({QUERY}, 'SELECT alias, meaning FROM search_rewrites') AS query, "
        f"plain(:whole) AS whole), {CODED}"
    )


@lru_cache(maxsize=256)
def read(statement: str) -> TextClause:
    """Look for the parameters of a statement once: there are about as many statements as combinations of filters."""
    return text(statement)
