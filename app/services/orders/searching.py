"""Finding orders by what staff have at hand: a number, an email, a name, a postcode, or the SKU of a thing.

The one rule: nothing is looked for but along an index. That of the words holds groups of three letters, so a search
without any three letters in a row is not one for words.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select

from app import db
from app.services.orders.models import WORDS, Order, OrderLine

_LEAST = 3
_MOST_WITH_SKU = 1000  # that are looked at for one page


def matching(q: str, named: Collection[str], *, before: str | None = None) -> tuple[ColumnElement[bool], str | None]:
    """Return what an order must be: one with each word of `q`, one with that SKU, or one of the ids in `named`.

    Of a thing that was sold very often only the newest orders are looked for, of those older than `before`: then the
    last of them is returned too, from which on the search is whole.
    """
    with_sku = _with_sku(q, before)
    found = with_sku[:_MOST_WITH_SKU]
    last = found[-1] if len(with_sku) > _MOST_WITH_SKU else None
    ids = Order.id.in_([*named, *found])
    words = q.split()
    if all(len(word) < _LEAST for word in words):
        return ids, last
    return or_(ids, _has_all(words)), last


def list_ids(q: str, *, limit: int = 1000) -> Sequence[str]:
    """List the ids of the newest orders that `q` finds, for what lists something else by its order."""
    is_found, _ = matching(q, ())
    with db.orders.reading() as session:
        return session.scalars(select(Order.id).where(is_found).order_by(Order.id.desc()).limit(limit)).all()


def _has_all(words: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(WORDS.like(db.anywhere(word)) for word in words))


def _with_sku(q: str, before: str | None) -> Sequence[str]:
    """List the newest orders with that SKU, and one more where there are more than are looked at."""
    query = select(OrderLine.order_id).distinct().where(func.lower(OrderLine.sku) == q.strip().lower())
    if before:
        query = query.where(OrderLine.order_id < before)
    with db.orders.reading() as session:
        return session.scalars(query.order_by(OrderLine.order_id.desc()).limit(_MOST_WITH_SKU + 1)).all()
