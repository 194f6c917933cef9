"""Orders: what was bought, their states, their timeline.

The one rule: an order is reached through the person asking: by a signed link, by the cart that it came of, as staff, or
by a job with its id.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import joinedload

from app import clock, config, db
from app.errors import Conflict, NotFound
from app.services.accounts import Staff
from app.services.orders.back_office import (
    contact_read,
    correct,
    deal_with_as_staff,
    end_attention,
    note_as_staff,
    refund_again_as_staff,
    refund_as_staff,
)
from app.services.orders.fsck import examine, mend_by
from app.services.orders.listing import Page, list_as_staff
from app.services.orders.models import Order, OrderEvent, OrderLine
from app.services.orders.searching import list_ids
from app.services.orders.states import ATTENTION, MOVES, OrderState

__all__ = [
    "ATTENTION",
    "LinkTooOld",
    "Order",
    "OrderEvent",
    "OrderLine",
    "OrderState",
    "Page",
    "add",
    "alerts_of",
    "confirmed_ids",
    "contact_read",
    "correct",
    "count_bought",
    "deal_with_as_staff",
    "end_attention",
    "examine",
    "find_by_number",
    "find_just_ordered",
    "find_of_cart",
    "get_as_staff",
    "get_by_token",
    "get_for_job",
    "has_ordered",
    "is_cancelled_by_person",
    "link_of",
    "list_as_staff",
    "list_ids",
    "lock",
    "mend_by",
    "move",
    "note",
    "note_as_staff",
    "numbers_of",
    "read_number",
    "refund_again_as_staff",
    "refund_as_staff",
    "timeline",
    "token_of",
]

LINK_SECONDS = 180 * 24 * 3600  # then the look-up page mails a fresh one
_JUST_NOW = timedelta(hours=1)  # an order is told to whoever has its cart's cookie, and who else sits there later?
_ONE = select(Order).where(Order.id == bindparam("order")).options(joinedload(Order.lines, innerjoin=True))
# Not against those who only refer to it: a job that holds a parcel or a mail writes into the timeline.
_LOCKED = _ONE.with_for_update(key_share=True, of=Order).execution_options(populate_existing=True)
_OF_CART = select(Order.id).where(Order.cart_id == bindparam("cart"))
_WAITING_IN_CART = _OF_CART.where(Order.state == OrderState.PLACED, Order.left_cart_at.is_(None))
_OF_REVISION = _OF_CART.where(Order.cart_revision == bindparam("revision"), Order.state != OrderState.CANCELLED)
_LEFT_CART = (
    _OF_CART.where(Order.state != OrderState.CANCELLED, Order.left_cart_at > bindparam("since"))
    .order_by(Order.left_cart_at.desc())
    .limit(1)
)
_TIMELINE = select(OrderEvent).where(OrderEvent.order_id == bindparam("order")).order_by(OrderEvent.id)
_NOTE = insert(db.table_of(OrderEvent))
_NUMBER_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0/O and no 1/I: numbers are read out on the phone


class LinkTooOld(NotFound):
    """The link to an order is false, incomplete or too old. Which of them is not told."""

    def __init__(self) -> None:
        super().__init__(
            "This link is incomplete or too old. Enter your order number, and we will email you a new one."
        )


def add(values: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Order:
    """Write a placed order with its lines in the open transaction; the caller holds the cart's lock."""
    session = db.orders.session
    order = Order(
        id=db.new_id(), number=_new_number(), state=OrderState.PLACED, placed_at=clock.now(),
        left_cart_at=None, confirmed_at=None, cancelled_at=None, **values,
    )  # fmt: skip
    order.lines = [
        OrderLine(order_id=order.id, position=position, currency=order.currency, **line)
        for position, line in enumerate(lines, start=1)
    ]
    session.add(order)
    session.flush()
    note(order.id, "placed", "The order was placed.", actor="customer")
    return order


def find_of_cart(cart_id: str, *, revision: int | None = None) -> Order | None:
    """Return the order that came of a cart at `revision`; without one, the order in it that waits for its money."""
    wanted = _WAITING_IN_CART if revision is None else _OF_REVISION
    order_id = db.orders.value(wanted, {"cart": cart_id, "revision": revision})  # mostly there is none
    return get_for_job(order_id) if order_id else None


def find_just_ordered(cart_id: str) -> Order | None:
    """Return the newest order that took its things out of a cart within the last hour, for whoever has that cart."""
    order_id = db.orders.value(_LEFT_CART, {"cart": cart_id, "since": clock.now() - _JUST_NOW})
    return get_for_job(order_id) if order_id else None


def find_by_number(number: str) -> Order | None:
    """Return the order with this number. For jobs and services, which see to it that whoever asks may have it."""
    with db.orders.reading() as session:
        return session.scalars(select(Order).where(Order.number == number)).one_or_none()


def has_ordered(email: str) -> bool:
    """Whether this email address has an order that was paid."""
    query = select(Order.id).where(func.lower(Order.email) == email.lower(), Order.confirmed_at.is_not(None)).limit(1)
    with db.orders.reading() as session:
        return session.scalar(query) is not None


def token_of(order_id: str) -> str:
    """Return the secret part of an order's link: whoever has it may see the order."""
    return _links().dumps(order_id)


def link_of(order_id: str) -> str:
    """Return the whole address of an order's page, for mails and for the way back from the payment page."""
    return f"{config.current().origin}/orders/{token_of(order_id)}"


def get_by_token(token: str) -> Order:
    """Return the order a link belongs to; raise LinkTooOld for a false or old one."""
    try:
        order_id = _links().loads(token, max_age=LINK_SECONDS)
    except BadSignature as error:
        raise LinkTooOld from error
    return get_for_job(order_id)


def get_for_job(order_id: str) -> Order:
    """Return the order with this id. For jobs and services, which got the id from a row, never from a person."""
    with db.orders.reading() as session:
        order = session.scalars(_ONE, {"order": order_id}).unique().one_or_none()
    if order is None:
        raise NotFound
    return order


def get_as_staff(staff: Staff, number: str) -> Order:  # noqa: ARG001 - whoever has a Staff may ask
    """Return the order with this number, for somebody signed in as staff."""
    order = find_by_number(number)
    if order is None:
        raise NotFound(f"There is no order {number}.")
    return order


def confirmed_ids(*, at_once: int = 1000) -> Iterator[Sequence[str]]:
    """Yield the ids of all orders that were ever confirmed, oldest first, some at a time. For jobs and commands."""
    after = ""
    while True:
        with db.orders.reading() as session:
            found = session.scalars(
                select(Order.id)
                .where(Order.confirmed_at.is_not(None), Order.id > after)
                .order_by(Order.id)
                .limit(at_once)
            ).all()
        if not found:
            return
        yield found
        after = found[-1]


def count_bought(*, days: int) -> dict[str, int]:
    """Return in how many orders that were confirmed in so many days each product stands. For jobs."""
    since = clock.now() - timedelta(days=days)
    query = (
        select(OrderLine.product_id, func.count(OrderLine.order_id.distinct()))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.state == OrderState.CONFIRMED, Order.confirmed_at >= since)
        .group_by(OrderLine.product_id)
    )
    with db.orders.reading() as session:
        return {row[0]: row[1] for row in session.execute(query)}


def numbers_of(order_ids: Iterable[str]) -> dict[str, str]:
    """Return the numbers of many orders by their ids."""
    with db.orders.reading() as session:
        rows = session.execute(select(Order.id, Order.number).where(Order.id.in_(set(order_ids))))
        return {row.id: row.number for row in rows}


def lock(order_id: str) -> Order:
    """Return the order with its row locked until the open transaction ends."""
    order = db.orders.session.scalars(_LOCKED, {"order": order_id}).unique().one_or_none()
    if order is None:
        raise NotFound
    return order


def move(order: Order, to: OrderState, why: str, *, actor: str = "shop") -> None:
    """Move a locked order to another state, with a line in its timeline; Conflict when the table has no such move."""
    if to not in MOVES[OrderState(order.state)]:
        raise Conflict(f"The order is {order.state}, so it cannot become {to}.")
    order.state = to
    if to == OrderState.CONFIRMED:
        order.confirmed_at = clock.now()
    if to == OrderState.CANCELLED:
        order.cancelled_at = clock.now()
    note(order.id, to, why, actor=actor)


def note(order_id: str, kind: str, text: str, *, actor: str = "shop") -> None:
    """Add a line to the order's timeline; of some kinds it also puts the order on staff's list."""
    with db.orders.transaction() as session:
        said = {"id": db.new_id(), "order_id": order_id, "at": clock.now(), "kind": kind, "text": text, "actor": actor}
        session.execute(_NOTE, said | {"needs_attention": kind in ATTENTION})


def timeline(order_id: str) -> Sequence[OrderEvent]:
    """List what happened to an order, oldest first."""
    with db.orders.reading() as session:
        return session.scalars(_TIMELINE, {"order": order_id}).all()


def alerts_of(order_ids: Iterable[str]) -> dict[str, str]:
    """Return, by order, the newest of what staff have yet to deal with, in words; in one query."""
    query = select(OrderEvent.order_id, OrderEvent.text).where(
        OrderEvent.needs_attention, OrderEvent.order_id.in_(list(order_ids))
    )
    with db.orders.reading() as session:
        return {row.order_id: row.text for row in session.execute(query.order_by(OrderEvent.id))}


def is_cancelled_by_person(order_id: str) -> bool:
    """Whether the customer or staff cancelled an order, rather than its time."""
    return any(each.kind == OrderState.CANCELLED and each.actor != "shop" for each in timeline(order_id))


def _new_number() -> str:
    """Return a number that nobody can guess: 50 random bits, in groups to read out."""
    letters = "".join(secrets.choice(_NUMBER_ALPHABET) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def read_number(text: str) -> str:
    """Return an order's number as it is kept, however somebody wrote it down."""
    plain = "".join(mark for mark in text.upper() if mark.isalnum())
    return f"{plain[:5]}-{plain[5:]}"


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(config.current().secret_key, salt="order-link")
