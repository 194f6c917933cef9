"""The products that the sections of a page show: two questions to PostgreSQL and one to MongoDB for all of them."""

from collections.abc import Iterable

from sqlalchemy import literal, select, union_all

from app import db
from app.services import catalog, inventory
from app.services.search.cards import told
from app.services.search.models import SearchDocument, SearchPlace

SHOWN = 8


def windows(sections: Iterable[catalog.Section], *, at: str | None = None) -> dict[str, list[catalog.Card]]:
    """Return the cards of each section of products, by its id: those picked, else its collection's, else the newest.

    `at`: as in catalog.cards().
    """
    wanted = [section for section in sections if section.kind == "products"]
    ids = {section.id: list(section.product_ids) for section in wanted}
    asked = [section for section in wanted if not section.product_ids]
    with db.orders.reading() as session:
        if asked:
            for place, product in session.execute(union_all(*map(_first, range(len(asked)), asked))):
                ids[asked[place].id].append(product)
        cards = {card.id: card for card in catalog.cards([each for found in ids.values() for each in found], at=at)}
        levels = inventory.levels(variant for card in cards.values() for variant in card.variant_ids)
    shown = {card.id: card for card in told(cards.values(), levels)}
    return {section: [shown[each] for each in found if each in shown][:SHOWN] for section, found in ids.items()}


def _first(place: int, section: catalog.Section):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQLAlchemy's own
    query = select(literal(place), SearchDocument.product_id).where(SearchDocument.is_published)
    newest = SearchDocument.created_at.desc()
    if not section.collection_ids:
        return query.order_by(newest, SearchDocument.product_id).limit(SHOWN).subquery().select()
    query = query.join(SearchPlace, SearchPlace.product_id == SearchDocument.product_id)
    query = query.where(SearchPlace.collection_id == section.collection_ids[0])
    return query.order_by(SearchPlace.position, newest, SearchDocument.product_id).limit(SHOWN).subquery().select()
