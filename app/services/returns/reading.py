"""Reading returns: those of an order, all of a state, one by its id."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select

from app import clock, config, db
from app.errors import NotFound
from app.services import credits, fulfilment
from app.services.accounts import Staff
from app.services.fulfilment import Shipment
from app.services.orders import Order
from app.services.returns.models import Return
from app.services.returns.states import OPEN, ReturnState

_OF_ORDER = select(Return).where(Return.order_id == bindparam("order")).order_by(Return.number)


@dataclass(frozen=True)
class Page:
    """Some returns, newest first; `before` continues after the last, None at the end."""

    returns: Sequence[Return]
    before: str | None


def of_order(order_id: str) -> Sequence[Return]:
    """List an order's returns, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(_OF_ORDER, {"order": order_id}).all()


def returnable(order: Order, *, parcels: Sequence[Shipment] | None = None) -> dict[int, int]:
    """Return how many of each line, by position, the customer may still send back: sent, not given back, in time.

    `parcels` are the order's, for whoever has read them already.
    """
    parcels = fulfilment.shipments_of(order.id) if parcels is None else parcels
    last_day = clock.now() - timedelta(days=config.current().return_days)
    sent = [each for each in parcels if each.label_at]
    if not any((each.moved_at or each.label_at or last_day) > last_day for each in sent):
        return {line.position: 0 for line in order.lines}
    gone = fulfilment.gone_in(parcels)
    balance = credits.balance_of(order, credits.of_order(order.id))
    found = of_order(order.id)
    open_ones, not_there = _pieces_of(each for each in found if each.state in OPEN), _not_there(order, found)
    return {
        position: max(0, min(gone.get(position, 0) - not_there[position], left - open_ones[position]))
        for position, left in balance.pieces.items()
    }


def restockable(order: Order) -> dict[int, int]:
    """Return how many of each line, by position, may go back on the shelf without a return.

    What was sent and has not come back. What is still here is in a parcel that goes out: it is cancelled instead.
    """
    gone, not_there = fulfilment.gone(order.id), _not_there(order, of_order(order.id))
    sent = {
        line.position: gone.get(line.position, 0) if line.requires_shipping else line.quantity for line in order.lines
    }
    return {position: max(0, quantity - not_there[position]) for position, quantity in sent.items()}


def _not_there(order: Order, found: Iterable[Return]) -> Counter[int]:
    """Count the sent pieces, by position, that are here again or announced: they cannot come back once more."""
    back = _pieces_of(each for each in found if not _is_with_customer(each))
    for credit in credits.of_order(order.id):
        if credit.kind == "refund":
            back.update({line.position: line.quantity for line in credit.lines if line.is_restocked})
    return back


def _is_with_customer(found: Return) -> bool:
    """Whether a return left its pieces where they were: declined before they came, or sent back again."""
    has_come = any(line.came is not None for line in found.lines)
    return found.state == ReturnState.DECLINED and (found.sent_back or not has_come)


def _pieces_of(found: Iterable[Return]) -> Counter[int]:
    pieces: Counter[int] = Counter()
    for line in (line for each in found for line in each.lines):
        pieces[line.position] += line.pieces
    return pieces


def list_as_staff(
    staff: Staff,  # noqa: ARG001 - whoever has a Staff may ask
    *,
    state: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> Page:
    """List returns newest first: all, those of a state, or with `open` those that wait for something."""
    query = select(Return)
    if state == "open":
        query = query.where(Return.state.in_(OPEN))
    elif state:
        query = query.where(Return.state == state)
    if before:
        query = query.where(Return.id < before)
    with db.orders.reading() as session:
        found = session.scalars(query.order_by(Return.id.desc()).limit(limit + 1)).all()
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def open_order_ids(*, limit: int = 1000) -> list[str]:
    """Return the ids of orders with a return that waits for something, the newest first."""
    with db.orders.reading() as session:
        found = session.scalars(
            select(Return.order_id).where(Return.state.in_(OPEN)).order_by(Return.id.desc()).limit(limit)
        )
        return list(dict.fromkeys(found))


def get_as_staff(staff: Staff, return_id: str) -> Return:  # noqa: ARG001 - whoever has a Staff may ask
    """Return the return with this id, for somebody signed in as staff."""
    return get_for_job(return_id)


def get_for_job(return_id: str) -> Return:
    """Return the return with this id. For jobs and services, which got the id from a row, never from a person."""
    with db.orders.reading() as session:
        found = session.get(Return, return_id)
    if found is None:
        raise NotFound("There is no such return.")
    return found
