"""Finding orders by what staff have at hand: a number, an email, a name, a postcode, or the SKU of a thing.

The one rule: nothing is looked for but along an index. That of the words holds groups of three letters, so a search
without any three letters in a row is not one for words.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select

from app import db
from app.services.orders.models import WORDS, Order, OrderLine

_LEAST = 3
_MOST_WITH_SKU = 1000  # the newest of those with a thing


def matching(q: str, named: Collection[str]) -> ColumnElement[bool]:
    """Return what an order must be: one with each word of `q`, one with that SKU, or one of the ids in `named`."""
    ids = Order.id.in_([*named, *_with_sku(q)])
    words = q.split()
    if all(len(word) < _LEAST for word in words):
        return ids
    return or_(ids, _has_all(words))


def list_ids(q: str, *, limit: int = 1000) -> Sequence[str]:
    """List the ids of the newest orders that `q` finds, for what lists something else by its order."""
    with db.orders.reading() as session:
        return session.scalars(select(Order.id).where(matching(q, ())).order_by(Order.id.desc()).limit(limit)).all()


def _has_all(words: Sequence[str]) -> ColumnElement[bool]:
    return and_(*(WORDS.like(db.anywhere(word)) for word in words))


def _with_sku(q: str) -> Sequence[str]:
    query = select(OrderLine.order_id).distinct().where(func.lower(OrderLine.sku) == q.strip().lower())
    with db.orders.reading() as session:
        return session.scalars(query.order_by(OrderLine.order_id.desc()).limit(_MOST_WITH_SKU)).all()
