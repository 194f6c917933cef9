"""What is bought most, as a figure of each search document. The clock counts; lists only read it."""

from collections.abc import Mapping

from sqlalchemy import func, select, text

from app import db
from app.services import catalog
from app.services.search.indexing import WRITING

_RANK = text(
    """
    UPDATE search_documents AS d SET popularity = counted.bought
    FROM (SELECT product_id, coalesce(b.bought, 0) AS bought FROM search_documents
          LEFT JOIN unnest(CAST(:products AS text[]), CAST(:counts AS bigint[])) AS b (product_id, bought)
          USING (product_id)) AS counted
    WHERE counted.product_id = d.product_id AND d.popularity <> counted.bought
    RETURNING 1
    """
)


def rank(bought: Mapping[str, int]) -> int:
    """Write how often each product was bought, none where `bought` lacks it; return how many figures changed."""
    with db.orders.transaction() as session:
        session.execute(select(func.pg_advisory_xact_lock(WRITING)))
        changed = session.execute(_RANK, {"products": list(bought), "counts": list(bought.values())}).all()
    if changed:
        catalog.raise_generation()
    return len(changed)
