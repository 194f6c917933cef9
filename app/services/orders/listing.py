"""The list of orders for staff: newest first, a queue oldest first; by keyset, never counted, along an index each.

The one rule: a page costs the same whatever the shop has sold. Where a filter can only be looked for, a page looks at
so many orders at most; it may then show few, and says where the next one goes on.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from app import db
from app.services import payments
from app.services.accounts import Staff
from app.services.orders.models import Order, OrderEvent
from app.services.orders.searching import matching

_AT_ONCE = 200
_LOOKS = 5  # so many times _AT_ONCE orders are looked at for one page


@dataclass(frozen=True)
class Page:
    """Some orders; `before` continues after the last one looked at, None at the end."""

    orders: Sequence[Order]
    before: str | None


def list_as_staff(
    staff: Staff,  # noqa: ARG001 - whoever has a Staff may ask
    *,
    state: str | None = None,
    pay_state: str | None = None,
    q: str | None = None,
    named: Collection[str] = (),
    needs_attention: bool = False,
    among: Collection[str] | None = None,
    is_queue: bool = False,
    before: str | None = None,
    limit: int = 50,
) -> Page:
    """List orders newest first, by state, pay state, and what `q` finds. `before` is the last page's continuation.

    A queue is worked off from its oldest order on; it is listed so, `among` its ids.

    It finds `named` too, the ids of orders that others know by it. With `needs_attention` only those with something
    that staff have yet to deal with, with `among` only of these ids.
    """
    query, last = _filtered(state, among, needs_attention=needs_attention), None
    if q:
        is_found, last = matching(q, named, before=None if is_queue else before)
        query = query.where(is_found if last is None or is_queue else is_found & (Order.id >= last))
    if pay_state is None:
        page = _page(query, before, limit, is_queue=is_queue)
    elif pay_state in payments.PAY_STATES:
        is_narrow = bool(q) or among is not None or needs_attention
        page = _look(query, pay_state, before, limit, by_order=is_narrow, is_queue=is_queue)
    else:
        return Page([], None)
    return page if page.before or is_queue else replace(page, before=last)


def _filtered(state: str | None, among: Collection[str] | None, *, needs_attention: bool) -> Select[Order]:
    query = select(Order)
    if needs_attention:
        query = query.where(Order.id.in_(select(OrderEvent.order_id).where(OrderEvent.needs_attention)))
    if among is not None:
        query = query.where(Order.id.in_(among))
    if state:
        query = query.where(Order.state == state)
    return query


def _page(query: Select[Order], before: str | None, limit: int, *, is_queue: bool = False) -> Page:
    if before:
        query = query.where(Order.id > before if is_queue else Order.id < before)
    with db.orders.reading() as session:
        ordered = query.order_by(Order.id if is_queue else Order.id.desc())
        found = session.scalars(ordered.limit(limit + 1)).all()
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def _look(
    query: Select[Order], pay_state: str, before: str | None, limit: int, *, by_order: bool, is_queue: bool
) -> Page:
    """Look for orders in a pay state: among the few that `query` finds, or along the index of the state's mark."""
    shown: list[Order] = []
    for _ in range(_LOOKS):
        if by_order:
            found = _page(query, before, _AT_ONCE, is_queue=is_queue)
            before = found.before
            wanted = _in_state([order.id for order in found.orders], pay_state)
            fitting = [order for order in found.orders if order.id in wanted]
        else:
            ids = payments.list_candidates(pay_state, before=before, limit=_AT_ONCE)
            before = ids[-1] if len(ids) == _AT_ONCE else None
            wanted = _in_state(ids, pay_state)
            fitting = list(_page(query.where(Order.id.in_(wanted)), None, _AT_ONCE).orders) if wanted else []
        for order in fitting:
            if len(shown) == limit:
                return Page(shown, shown[-1].id)
            shown.append(order)
        if before is None:
            return Page(shown, None)
    return Page(shown, before)


def _in_state(order_ids: Sequence[str], pay_state: str) -> set[str]:
    """Return which of some orders are in a pay state."""
    if pay_state == payments.DISPUTED:
        return payments.disputed_among(order_ids)
    return {id_ for id_, paid in payments.of_orders(order_ids).items() if payments.state_of(paid) == pay_state}
