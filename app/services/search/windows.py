"""The products that the sections of a page show: two questions to PostgreSQL and one to MongoDB for all of them."""

from collections.abc import Iterable

from sqlalchemy import text

from app import db
from app.services import catalog
from app.services.search.cards import show

SHOWN = 8

_NEWEST = ""  # in the place of a collection's id
_FIRST = text(
    f"""
    SELECT asked.id, CASE WHEN asked.id = '{_NEWEST}' THEN ARRAY(
        SELECT product_id FROM search_documents WHERE is_published ORDER BY created_at DESC, product_id LIMIT {SHOWN}
    ) ELSE ARRAY(
        SELECT d.product_id FROM search_places AS p JOIN search_documents AS d USING (product_id)
        WHERE p.collection_id = asked.id AND d.is_published
        ORDER BY p.position, d.created_at DESC, d.product_id LIMIT {SHOWN}
    ) END FROM unnest(CAST(:shelves AS text[])) AS asked (id)
    """  # noqa: S608 - words and numbers of our own
)


def windows(sections: Iterable[catalog.Section], *, at: catalog.State | None = None) -> dict[str, list[catalog.Card]]:
    """Return the cards of each section of products, by its id: those picked, else its collection's, else the newest.

    `at`: as in cards.show().
    """
    wanted = [section for section in sections if section.kind == "products"]
    shelves = {section.id: _shelf(section) for section in wanted if not section.product_ids}
    first = (
        {row[0]: row[1] for row in db.orders.rows(_FIRST, {"shelves": list({*shelves.values()})})} if shelves else {}
    )
    ids = {
        section.id: list(section.product_ids) if section.product_ids else first[shelves[section.id]]
        for section in wanted
    }
    shown = {card.id: card for card in show([*{each for found in ids.values() for each in found}], at=at)}
    return {section: [shown[each] for each in found if each in shown][:SHOWN] for section, found in ids.items()}


def _shelf(section: catalog.Section) -> str:
    return section.collection_ids[0] if section.collection_ids else _NEWEST
