"""Shipments: made once for a paid order, moved by the table of states, read by the order's page and by staff."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import lazyload, selectinload

from app import clock, db, stores
from app.errors import Conflict, NotFound
from app.queue import done, later
from app.services import credits, inventory, orders, payments, shipping
from app.services.accounts import Staff
from app.services.fulfilment.models import Shipment, ShipmentLine
from app.services.fulfilment.states import HERE, MOVES, ShipmentState

_ONE = select(Shipment).where(Shipment.id == bindparam("shipment"))
_LOCKED = _ONE.options(lazyload(Shipment.lines)).with_for_update().execution_options(populate_existing=True)
_OF_ORDER = (
    select(Shipment)
    .where(Shipment.order_id == bindparam("order"))
    .order_by(Shipment.number)
    .options(selectinload(Shipment.events))
)
_TO_PRINT = and_(
    Shipment.state == ShipmentState.LABEL_BOUGHT, Shipment.label_key.is_not(None), Shipment.problem.is_(None)
)
_CARRIER_MAY_MOVE = {ShipmentState.LABEL_BOUGHT, ShipmentState.IN_TRANSIT, ShipmentState.EXCEPTION}


def start(order_id: str) -> None:
    """Make the shipment of a paid order, with all that needs shipping, and have its label bought; only once.

    An order that is owed something waits: this is asked for again when some of it has come. So it is when an order is
    paid again: a parcel that waited for that has its label bought, one that has a label has its money taken.
    """
    with db.orders.transaction() as session:
        order = orders.lock(order_id)
        cancelled = credits.cancelled_pieces(order_id)
        pieces = {line.position: line.quantity - cancelled.get(line.position, 0) for line in order.lines}
        lines = [line for line in order.lines if line.requires_shipping and pieces[line.position]]
        if inventory.waiting([order_id]):
            _note_waiting(order_id)
        elif order.state == orders.OrderState.CONFIRMED and lines:
            shipment_id = session.execute(
                insert(Shipment)
                .values(
                    id=db.new_id(), order_id=order_id, number=1, carrier="UPS", state=ShipmentState.PENDING,
                    service_code=shipping.service_of(order.delivery_method, order.address["country"]),
                    moves_on=False, created_at=clock.now(),
                )
                .on_conflict_do_nothing(index_elements=["order_id", "number"])
                .returning(Shipment.id)
            ).scalar()  # fmt: skip
            if shipment_id:
                session.add_all(
                    ShipmentLine(
                        shipment_id=shipment_id,
                        order_id=order_id,
                        position=line.position,
                        quantity=pieces[line.position],
                    )
                    for line in lines
                )
                later("documents.packing_slip", shipment_id)
                later("fulfilment.buy_label", shipment_id)
            else:
                _go_on(order_id)
        done()


def _note_waiting(order_id: str) -> None:
    if not any(event.kind == "waits" for event in orders.timeline(order_id)):
        orders.note(order_id, "waits", "Something in it is not in stock yet. It is sent when all of it is here.")


def _go_on(order_id: str) -> None:
    for shipment in shipments_of(order_id):
        if shipment.state == ShipmentState.PENDING:
            later("fulfilment.buy_label", shipment.id)
        elif shipment.label_at is not None:
            later("checkout.capture", order_id)
            if shipment.state == ShipmentState.LABEL_BOUGHT:
                later("email.order_shipped", shipment.id)


def shipments_of(order_id: str) -> Sequence[Shipment]:
    """List an order's shipments with their events, the first one first."""
    with db.orders.reading() as session:
        return session.scalars(_OF_ORDER, {"order": order_id}).all()


def states_of(order_ids: Iterable[str]) -> dict[str, str]:
    """Return the state of each order's newest parcel, in one query; orders without one are absent."""
    query = select(Shipment.order_id, Shipment.state).where(Shipment.order_id.in_(list(order_ids)))
    with db.orders.reading() as session:
        return {row.order_id: row.state for row in session.execute(query.order_by(Shipment.number))}


def orders_to_send(*, limit: int = 1000) -> Sequence[str]:
    """Return the ids of orders with a parcel that the carrier does not have yet, the oldest first."""
    query = select(Shipment.order_id).distinct().where(Shipment.state.in_(HERE))
    with db.orders.reading() as session:
        return session.scalars(query.order_by(Shipment.order_id).limit(limit)).all()


def labels_of(order_ids: Collection[str]) -> dict[str, str]:
    """Return, by order, the parcel that is here and has its label to print, in one query; none with a problem."""
    query = select(Shipment.order_id, Shipment.id).where(Shipment.order_id.in_(order_ids), _TO_PRINT)
    with db.orders.reading() as session:
        return {row.order_id: row.id for row in session.execute(query.order_by(Shipment.number))}


def order_ids_of(tracking_number: str) -> Sequence[str]:
    """Return the ids of the orders with a parcel of this tracking number, however somebody typed it."""
    number = "".join(tracking_number.split()).upper()
    with db.orders.reading() as session:
        return session.scalars(select(Shipment.order_id).where(Shipment.tracking_number == number)).all()


def get_for_job(shipment_id: str) -> Shipment:
    """Return the shipment with this id. For jobs and services, which got the id from a row, never from a person."""
    with db.orders.reading() as session:
        shipment = session.scalars(_ONE, {"shipment": shipment_id}).one_or_none()
    if shipment is None:
        raise NotFound
    return shipment


def label_pdf(staff: Staff, shipment_id: str) -> bytes:  # noqa: ARG001 - asked for so that only staff can ask
    """Return a shipment's label to print; raise NotFound while it has none, Conflict when the parcel was cancelled."""
    shipment = get_for_job(shipment_id)
    if shipment.state == ShipmentState.VOIDED:
        raise Conflict("This parcel was cancelled, so there is no label to print.")
    if shipment.label_key is None:
        raise NotFound("This parcel has no label yet.")
    return _page_of(shipment.label_key)


def labels_pdf(staff: Staff, shipment_ids: Sequence[str]) -> bytes:  # noqa: ARG001 - asked for so that only staff can ask
    """Return the labels of parcels that are here as one PDF, in this order, but for those with a problem by now.

    An order that is to be paid again keeps its parcel here until then, so its label is left out, too.
    """
    query = select(Shipment.id, Shipment.label_key, Shipment.order_id)
    with db.orders.reading() as session:
        rows = session.execute(query.where(Shipment.id.in_(shipment_ids), _TO_PRINT)).all()
    owing = _owing(row.order_id for row in rows)
    keys = {row.id: row.label_key for row in rows if row.order_id not in owing}
    if not keys:
        raise NotFound("None of these labels is to be printed any more.")
    return shipping.join_labels([_page_of(keys[each]) for each in dict.fromkeys(shipment_ids) if each in keys])


def _owing(order_ids: Iterable[str]) -> set[str]:
    return {
        order_id
        for order_id, paid in payments.of_orders(order_ids).items()
        if payments.went_again(paid) and credits.owed_of(orders.get_for_job(order_id), paid)
    }


def _page_of(label_key: str) -> bytes:
    page: bytes = stores.s3().get_object(Bucket=stores.bucket(), Key=label_key)["Body"].read()
    return page


def lock(shipment_id: str) -> Shipment:
    """Return the shipment with its row locked until the open transaction ends."""
    shipment = db.orders.session.scalars(_LOCKED, {"shipment": shipment_id}).one_or_none()
    if shipment is None:
        raise NotFound
    return shipment


def move(shipment: Shipment, to: ShipmentState, why: str, *, actor: str = "shop") -> None:
    """Move a locked shipment, with a line in its order's timeline; Conflict when the table has no such move.

    What put the order on staff's list because the parcel was as it was has been dealt with.
    """
    if to not in MOVES[ShipmentState(shipment.state)]:
        raise Conflict(f"The parcel is {shipment.state.replace('_', ' ')}, so it cannot become {to.replace('_', ' ')}.")
    if shipment.state in orders.ATTENTION:
        orders.end_attention(shipment.order_id, shipment.state)
    shipment.state = to
    shipment.moves_on = to in _CARRIER_MAY_MOVE
    orders.note(shipment.order_id, to, why, actor=actor)
