"""Lists of very many products: in a large shop, how much a list has is estimated from one product in 64 beforehand.

What reads every product once for each part of its answer is quicker then than what keeps them all: counts need few
columns, facets few products, and the best few are found by going through the most popular.
"""

from dataclasses import dataclass, replace
from typing import Any

from app import db
from app.services.search.asked import Words, ask_for, read
from app.services.search.models import LEVELS

MANY = 4_000  # of more products than this, facets are counted from a sample of about so many
LONG = 20_000  # from about so many products on a list is read the quicker in this way
RANKED = 240  # of a search, the best so many by the cheap order are put in the fine one
CHEAP = "tier DESC, popularity DESC, created_at DESC, product_id"
TITLED = "d.heads @@ (SELECT query FROM asked)"
_POPULAR = "popularity DESC, created_at DESC, product_id"
# OFFSET 0 holds the planner to the index: it cannot know that few rows must be gone through.
_IN_ORDER = f"(SELECT * FROM search_documents WHERE is_published ORDER BY {_POPULAR} OFFSET 0) AS d"


@dataclass
class _Shop:
    """About how many products the shop has, as the last list said; in a small one none needs an estimate."""

    size: float = 0


SHOP = _Shop()
SIZE = "(SELECT reltuples FROM pg_class WHERE oid = CAST('search_documents' AS regclass)) AS size"


@dataclass(frozen=True)
class Listed:
    """What a list is of: words, a shelf, or everything; and how much that is.

    Each `level` halves the sample that facets are counted from; 0 is none, the list is short. `in_titles`: very many
    have what is looked for in their titles or labels.
    """

    words: Words | None
    collection_id: str | None
    level: int = 0
    in_titles: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of a statement that reads its rows."""
        return {"collection": self.collection_id} | (self.words.values if self.words else {})


def measure(listed: Listed) -> Listed:
    """Estimate how much a list has."""
    if SHOP.size < LONG:
        return listed
    words = listed.words
    titled = f"count(*) FILTER (WHERE {TITLED})" if words else "0"
    statement = f"SELECT count(*) AS found, {titled} AS titled FROM {rows_of(listed, LEVELS)}"
    [row] = db.orders.rows(read(f"WITH {ask_for(words)} {statement}" if words else statement), listed.values)
    found = row.found << LEVELS
    if found < LONG:
        return listed
    return replace(listed, level=min(LEVELS, (found // MANY).bit_length()), in_titles=row.titled << LEVELS > MANY)


def rows_of(listed: Listed, level: int = 0, *, joined: str = "") -> str:
    """Return where the products of a list are read, in SQL; from a `level` on, those of a sample."""
    if listed.collection_id is not None:
        joined = f"JOIN search_places AS s ON s.product_id = d.product_id AND s.collection_id = :collection{joined}"
    sampled = f"CAST('''~{level}''' AS tsquery)"
    allowed = f" AND d.words @@ {sampled}" if level else ""
    if listed.words and level:  # a code is of few products
        allowed = f" AND d.words @@ ((SELECT query FROM asked) && {sampled})"
    elif listed.words:
        allowed = " AND (d.words @@ (SELECT query FROM asked) OR d.codes @> ARRAY[:code])"
    return f"search_documents AS d {joined} WHERE d.is_published{allowed}"


def best_of_many(listed: Listed) -> str:
    """Return, in SQL, the RANKED best by the cheap order, as they are among all that a search matches."""
    found = ["search_documents AS d WHERE is_published AND product_id IN (SELECT product_id FROM coded)"]
    if listed.in_titles:
        found.append(f"{_IN_ORDER} WHERE {TITLED} LIMIT {RANKED}")
    else:
        titled = f"search_documents AS d WHERE is_published AND {TITLED}"
        found.append(f"{titled} ORDER BY {_POPULAR} LIMIT {RANKED}")
        found.append(f"{_IN_ORDER} WHERE d.words @@ (SELECT query FROM asked) AND NOT {TITLED} LIMIT {RANKED}")
    columns = "product_id, popularity, created_at"
    each = " UNION ALL ".join(
        f"(SELECT {columns}, {tier} AS tier FROM {rows})" for tier, rows in zip((2, 1, 0), found, strict=False)
    )
    return (
        f"SELECT {columns}, max(tier) AS tier FROM ({each}) AS each GROUP BY {columns} ORDER BY {CHEAP} LIMIT {RANKED}"
    )
